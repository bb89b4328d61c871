#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/mutex.hpp"

namespace sluice::simulator {

/// Why an account's balance changed. Nothing is refunded from accounts of the bank.
enum class BookedKind {
    collection,
    payout,
    payout_return,
    fee,
    credit,
    debit,
    refund,
    refund_return
};
[[nodiscard]] std::string_view to_string(BookedKind kind);

/// A change of one account's balance.
struct Booked {
    Time at;
    BookedKind kind = BookedKind::credit;
    std::string request_number;  ///< the customer's; may be empty
    std::string bank_number;     ///< empty: the line's own
    std::int64_t amount = 0;     ///< in fen; below zero: it left
    std::int64_t balance = 0;    ///< after it; set by the statements
};

/// A day of one account, in Beijing.
struct StatementDay {
    std::int64_t opening = 0;
    std::int64_t closing = 0;
    std::vector<Booked> lines;
};

/// What each account's balance was made of, line after line. A payout stands here when it is paid,
/// not while it is under way. Keeps at most `lines_max` lines of an account and forgets the oldest
/// first. Any thread.
class Statements {
  public:
    explicit Statements(std::size_t lines_max) : lines_max_(lines_max) {}

    /// Before anything is booked there.
    void open(const std::string& account, std::int64_t balance);
    void book(const std::string& account, Booked line);
    [[nodiscard]] StatementDay day(const std::string& account, std::chrono::sys_days day);

  private:
    struct Account {
        std::int64_t opening = 0;  ///< before the first line that is kept
        std::int64_t balance = 0;
        std::uint64_t booked = 0;
        std::deque<Booked> lines;
    };

    std::size_t lines_max_;
    Mutex mutex_;
    std::map<std::string, Account> accounts_ SLUICE_GUARDED_BY(mutex_);
};

/// The file that the bank gives: amounts in yuan, times in Beijing; channels/bank/README.md.
[[nodiscard]] std::string statement_file(const StatementDay& day);

}  // namespace sluice::simulator
