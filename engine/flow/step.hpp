#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "flow/effect.hpp"
#include "flow/fact.hpp"

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

/// Everything one activation asks of the world, and what became of the payment.
struct Step {
    std::vector<Fact> facts;
    std::vector<Recorded> recorded;
    std::vector<Value> effects;  ///< the journal's account, in order; the hash is over these
    std::vector<SendExchange> exchanges;
    std::vector<AccountStep> account_steps;
    std::vector<RefundClaim> claims;
    std::vector<PostLine> lines;
    std::vector<OpenCase> cases;
    std::vector<InstructionId> created;
    std::vector<InstructionId> touched;
    bool subject_changed = false;
    bool finished = false;
    std::optional<Time> wake_at;
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
};

/// The stages of a flow, shared by its runs.
using StageNames = std::shared_ptr<const std::vector<std::string>>;

}  // namespace sluice::flow
