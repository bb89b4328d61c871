#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/id.hpp"

struct pg_result;

namespace sluice::db {

/// One row of an answer: a view that lives as long as its Rows. Columns are counted from 0 in the
/// order of the statement. Reading a column as something it is not, or NULL as a value, is a broken
/// invariant: the statement and its reader are written together.
class Row {
  public:
    Row(const pg_result* result, int row) : result_(result), row_(row) {}

    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::string_view text(int column) const;
    /// "" for NULL.
    [[nodiscard]] std::string_view text_or_empty(int column) const;
    /// For smallint, integer and bigint; a numeric without a fraction is fine too.
    [[nodiscard]] std::int64_t int64(int column) const;
    [[nodiscard]] bool boolean(int column) const;
    [[nodiscard]] Id128 uuid(int column) const;
    /// For bytea.
    [[nodiscard]] std::string bytes(int column) const;
    /// For timestamptz.
    [[nodiscard]] Time time(int column) const;

  private:
    const pg_result* result_;
    int row_;
};

/// The complete answer of one statement, owned by the caller and independent of the connection.
/// Move-only; any one thread at a time.
class Rows {
  public:
    Rows() = default;
    explicit Rows(pg_result* owned);

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    /// Rows changed by an INSERT, UPDATE or DELETE; 0 for anything else.
    [[nodiscard]] std::int64_t affected() const;
    [[nodiscard]] Row operator[](std::size_t row) const;

    /// Lets `for (const db::Row row : rows)` read every row in order.
    class Iterator {
      public:
        Iterator(const Rows* rows, std::size_t at) : rows_(rows), at_(at) {}
        Row operator*() const { return (*rows_)[at_]; }
        Iterator& operator++() {
            ++at_;
            return *this;
        }
        bool operator==(const Iterator& other) const { return at_ == other.at_; }

      private:
        const Rows* rows_;
        std::size_t at_;
    };
    [[nodiscard]] Iterator begin() const { return {this, 0}; }
    [[nodiscard]] Iterator end() const { return {this, size_}; }

  private:
    struct Clear {
        void operator()(pg_result* result) const;
    };
    std::unique_ptr<pg_result, Clear> result_;
    std::size_t size_ = 0;
};

}  // namespace sluice::db
