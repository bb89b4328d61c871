#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "flow/channel_terms.hpp"
#include "flow/effect.hpp"
#include "flow/effect_list.hpp"
#include "flow/fact.hpp"
#include "flow/task_board.hpp"
#include "payment/status.hpp"

namespace sluice::flow {

/// Asks a live policy; only called when the journal holds no answer yet. The value it returns is
/// recorded with the activation.
using Decider = std::function<Result<Value>(std::string_view policy, const Value& facts)>;

/// A result that is not a function of the script: kept in the journal, given back on replay.
struct Recorded {
    enum class Kind { decision, refusal, terms };
    Kind kind = Kind::decision;
    std::uint32_t ordinal = 0;
    Value value;
};

/// As the journal keeps it.
void append_json(std::string& out, const Recorded& recorded);
Result<Recorded> recorded_from_value(const Value& value);

/// What the order of a refund has refunded more, or less when it is below zero. Only with an
/// ordinal may the database refuse it without refusing the whole refund.
struct OrderRefund {
    std::uint32_t ordinal = 0;
    std::int64_t minor = 0;
};

/// A vote that does not count, and why.
struct RefusedVote {
    std::shared_ptr<const payment::TaskVote> vote;  ///< the fact's own
    Error why;
};

/// Everything one activation asks of the world, and what became of the payment.
struct Step {
    std::vector<Fact> facts;
    std::vector<Recorded> recorded;
    EffectList effects;  ///< the hash is over these
    std::vector<SendExchange> exchanges;
    std::vector<AccountStep> account_steps;
    std::vector<RefundClaim> claims;
    std::vector<LimitClaim> limits;
    std::vector<PostLine> lines;
    std::vector<OpenCase> cases;
    std::vector<CaseId> closed_cases;
    std::vector<TaskTurn> task_turns;
    std::vector<RefusedVote> refused_votes;
    std::vector<InstructionId> created;
    std::vector<InstructionId> touched;
    /// What is told of the subject beside its end: money that moved against what was known.
    std::vector<payment::SubjectStatus> told;
    OrderRefund order_refund;
    /// The ordinal of what books the payment to its order, which may be over by now; 0: nothing.
    std::uint32_t settles_at = 0;
    bool subject_changed = false;
    bool finished = false;
    std::optional<Time> wake_at;
};

/// One activation as a run takes it. `known` are results recorded for it before; the two sources
/// are null on replay.
struct Activation {
    std::uint32_t seq = 0;
    Time now{};
    std::vector<Fact> facts;
    std::vector<Recorded> known;
    const Decider* decider = nullptr;
    const TermsSource* terms = nullptr;
};

/// What a new instruction at a channel is about.
struct InstructRequest {
    int leg_number = 0;
    std::string channel;
    std::string channel_account;
    Time expires_at{};
};

/// What is to go back: part of a collected instruction, along its original path or to a balance
/// account.
struct RefundRequest {
    InstructionId source;
    Money amount;
    AccountId account;  ///< nil: the original path
    TaskId task;        ///< people named the account; or nil
};

/// What no way back takes, and who is to pay it out instead.
struct PayBackRequest {
    InstructionId source;
    Money amount;
    std::string channel;
    std::string channel_account;
    TaskId task;  ///< people named the payee; nil: the refund did
};

/// Open cases of a run, by the money that they are about.
using CasesOf = std::multimap<InstructionId, CaseId>;

/// What a run that is over left open: the instructions of which a case tells already that the
/// channel errs, and what people are still asked.
struct LeftOpen {
    std::vector<InstructionId> contested;
    std::vector<payment::Task> tasks;
};

/// The stages of a flow, shared by its runs.
using StageNames = std::shared_ptr<const std::vector<std::string>>;

}  // namespace sluice::flow
