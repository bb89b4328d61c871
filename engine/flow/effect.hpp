#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/id.hpp"
#include "core/money.hpp"
#include "core/value.hpp"
#include "payment/operation.hpp"

namespace sluice::flow {

/// Asks the channel something, after the activation that emitted it is committed.
struct SendExchange {
    std::uint32_t exchange = 0;  ///< number of the exchange within the run
    InstructionId instruction;
    payment::Operation operation = payment::Operation::collect;
    /// The same collect once more: only for channels that give the same order for it.
    bool repeats = false;
};

/// What is asked of an inline account. The database may refuse it; then the whole activation is run
/// again, knowing the refusal.
struct AccountStep {
    enum class Kind {
        hold,     ///< keeps the amount back for the instruction
        capture,  ///< takes what was held
        release,  ///< lets go what was held
        take,     ///< takes at once, if it is there
        give,     ///< adds, if the account is open
        restore   ///< gives back what was taken from it; never refused
    };
    std::uint32_t ordinal = 0;  ///< within the activation
    Kind kind = Kind::hold;
    InstructionId instruction;  ///< of holds; nil where the run's subject itself moves the money
    AccountId account;
    Money amount;
};

/// Counts towards what may be given back of a collected instruction, or gives room back. The
/// database may refuse the first.
struct RefundClaim {
    enum class Kind { claim, yield };
    std::uint32_t ordinal = 0;  ///< within the activation
    Kind kind = Kind::claim;
    RunId run;                  ///< whose instruction it is
    InstructionId instruction;  ///< the collected one
    Money amount;
    int parts = 0;      ///< refunds at the channel that it adds, or gives back: 0 or 1
    int parts_max = 0;  ///< of a claim: how many the channel takes of one payment; 0: any
};

/// Counts what a payout takes towards a sum that is limited. The database may refuse it. What did
/// not pay after all the database takes off again.
struct LimitClaim {
    enum class Sum {
        merchant_day,  ///< of the merchant in one of his days
        payee_day,     ///< to one payee in such a day
        order          ///< to make one order good, in all its days
    };
    std::uint32_t ordinal = 0;  ///< within the activation
    Sum sum = Sum::merchant_day;
    std::string about;  ///< the payee's key or the order's id as the database has it; else empty
    std::string day;    ///< "2026-01-31" of the merchant's calendar; "infinity" for an order
    Money amount;
    std::optional<Money> most;  ///< nullopt: it is counted only
};

enum class Side { debit, credit };

/// One line of the activation's journal. `account` is set for accounts of people (a card), else the
/// system account of (gl, owner) is meant.
struct PostLine {
    std::string gl;
    std::string owner;
    AccountId account;
    Side side = Side::debit;
    Money amount;
};
/// A line on the system account of (gl, owner).
[[nodiscard]] PostLine system_line(
    std::string_view gl, std::string_view owner, Side side, Money amount
);

/// The kind of case whose money stands on 2204 until it is refunded; of which nobody tells what
/// became of it; of which the channel contradicts our record; that is owed on 2202 and that no way
/// takes.
inline constexpr std::string_view kSurplusCase = "surplus";
inline constexpr std::string_view kDoubtCase = "needs_operator";
inline constexpr std::string_view kConflictCase = "conflicted";
inline constexpr std::string_view kDueCase = "refund_due";
/// Of money that left although it was known not to, and of a refund that came back: people say how
/// it ends.
inline constexpr std::string_view kLateSuccessCase = "late_success";
inline constexpr std::string_view kRefundReturnedCase = "refund_returned";

/// Money that a person must look at.
struct OpenCase {
    CaseId id;
    std::string kind;  ///< "conflicted", "refund_due", "needs_operator", "surplus"...
    InstructionId instruction;
    Money amount;
    std::string detail;
};

[[nodiscard]] std::string_view to_string(AccountStep::Kind kind);
[[nodiscard]] std::string_view to_string(Side side);
[[nodiscard]] std::string_view to_string(LimitClaim::Sum sum);
/// As the journal keeps it, among the effects.
void append_json(std::string& out, const SendExchange& effect);
void append_json(std::string& out, const AccountStep& effect);
void append_json(std::string& out, const RefundClaim& effect);
void append_json(std::string& out, const LimitClaim& effect);
void append_json(std::string& out, const PostLine& line);
void append_json(std::string& out, const OpenCase& effect);

}  // namespace sluice::flow
