#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "core/result.hpp"
#include "core/utf8.hpp"

namespace sluice {

/// A bucket: the unit of ownership. Everything that belongs to one order shares the order's bucket.
enum class Bucket : std::uint8_t {};
inline constexpr int kBucketCount = 256;

/// The bucket a natural key always falls into, so that a repeat meets its first on the same owner.
[[nodiscard]] Bucket bucket_of(std::string_view scope, std::string_view key);

/// 128 bits: 48 of Unix milliseconds, 8 of bucket, 72 of chance (or of derivation).
struct Id128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    static Id128 generate(Time now, Bucket bucket, Random& random);
    /// Not above any id of that millisecond, above every id of the one before. Times before 1970
    /// and after the year 10000 are cut to these.
    static Id128 first_at(Time moment);
    /// The same id for the same (parent, activation, ordinal) on every node, in the parent's
    /// bucket.
    [[nodiscard]] Id128 derive(std::uint32_t activation, std::uint32_t ordinal) const;
    /// 26 Crockford base-32 characters, upper case, sortable by time.
    static Result<Id128> parse(std::string_view text);
    /// 36 characters of a UUID as PostgreSQL prints them.
    static Result<Id128> parse_uuid(std::string_view text);

    [[nodiscard]] std::string to_string() const;
    void append_to(std::string& out) const;
    [[nodiscard]] std::string to_uuid() const;
    [[nodiscard]] Bucket bucket() const;
    [[nodiscard]] bool is_nil() const { return high == 0 && low == 0; }

    friend bool operator==(const Id128&, const Id128&) = default;
    friend auto operator<=>(const Id128&, const Id128&) = default;
};

/// One id type a concept. Text carries the typed prefix ("pay_01J..."); SQL and channels do not.
template <class Tag>
class Id {
  public:
    Id() = default;
    explicit Id(Id128 raw) : raw_(raw) {}

    static Id generate(Time now, Bucket bucket, Random& random) {
        return Id(Id128::generate(now, bucket, random));
    }

    /// Reads the prefixed form only; the message names the value and the expected prefix.
    static Result<Id> parse(std::string_view text) {
        const std::string_view prefix = Tag::kPrefix;
        const auto raw = Id128::parse(text.starts_with(prefix) ? text.substr(prefix.size()) : "");
        if (!raw) {
            return fail(
                ErrorCode::invalid,
                "'" + std::string(cut_text(text, 64)) + "' is not an id of " + std::string(prefix) +
                    " and 26 base-32 characters"
            );
        }
        return Id(*raw);
    }

    [[nodiscard]] Id128 raw() const { return raw_; }
    [[nodiscard]] Bucket bucket() const { return raw_.bucket(); }
    [[nodiscard]] bool is_nil() const { return raw_.is_nil(); }
    [[nodiscard]] std::string to_string() const {
        std::string text;
        append_to(text);
        return text;
    }
    void append_to(std::string& out) const {
        out += Tag::kPrefix;
        raw_.append_to(out);
    }

    friend bool operator==(const Id&, const Id&) = default;
    friend auto operator<=>(const Id&, const Id&) = default;

  private:
    Id128 raw_;
};

struct OrderTag {
    static constexpr std::string_view kPrefix = "ord_";
};
struct PaymentTag {
    static constexpr std::string_view kPrefix = "pay_";
};
struct InstructionTag {
    static constexpr std::string_view kPrefix = "ins_";
};
struct AccountTag {
    static constexpr std::string_view kPrefix = "acc_";
};
struct CaseTag {
    static constexpr std::string_view kPrefix = "cas_";
};
struct TaskTag {
    static constexpr std::string_view kPrefix = "tsk_";
};
struct EventTag {
    static constexpr std::string_view kPrefix = "evt_";
};
struct JournalTag {
    static constexpr std::string_view kPrefix = "jnl_";
};
struct PayoutTag {
    static constexpr std::string_view kPrefix = "out_";
};
struct PayoutBatchTag {
    static constexpr std::string_view kPrefix = "pob_";
};
struct TransferTag {
    static constexpr std::string_view kPrefix = "trf_";
};
struct RunTag {
    static constexpr std::string_view kPrefix = "run_";
};

using OrderId = Id<OrderTag>;
using PaymentId = Id<PaymentTag>;
using InstructionId = Id<InstructionTag>;
using AccountId = Id<AccountTag>;
using CaseId = Id<CaseTag>;
using TaskId = Id<TaskTag>;
using EventId = Id<EventTag>;
using JournalId = Id<JournalTag>;
using PayoutId = Id<PayoutTag>;
using PayoutBatchId = Id<PayoutBatchTag>;
using TransferId = Id<TransferTag>;
using RunId = Id<RunTag>;

}  // namespace sluice

template <>
struct std::hash<sluice::Id128> {
    std::size_t operator()(const sluice::Id128& id) const noexcept {
        return static_cast<std::size_t>(id.high * 0x9e3779b97f4a7c15ULL ^ id.low);
    }
};

template <class Tag>
struct std::hash<sluice::Id<Tag>> {
    std::size_t operator()(const sluice::Id<Tag>& id) const noexcept {
        return std::hash<sluice::Id128>{}(id.raw());
    }
};
