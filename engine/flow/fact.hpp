#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/id.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "payment/claims.hpp"
#include "payment/close_reason.hpp"
#include "payment/operation.hpp"
#include "payment/outcome.hpp"
#include "payment/task.hpp"

namespace sluice::flow {

/// Something that came back to a run. Facts are all a run ever learns of the world; the journal
/// keeps them in the order in which they were taken.
struct Fact {
    enum class Kind {
        started,          ///< the first activation
        outcome,          ///< the answer (or its absence) to an exchange of ours
        callback,         ///< the channel told us by itself
        timer,            ///< the moment the run waited for has come
        close_requested,  ///< the business wants the payment to end unpaid
        task_vote,        ///< a person has said something to a task
    };
    Kind kind = Kind::started;
    InstructionId instruction;   ///< outcome, callback
    std::uint32_t exchange = 0;  ///< outcome: which exchange of the run this answers
    payment::Operation operation = payment::Operation::collect;
    payment::Source source = payment::Source::first_send;
    payment::Outcome outcome;
    payment::CloseReason reason = payment::CloseReason::closed_by_business;  ///< close_requested
    std::shared_ptr<const payment::TaskVote> vote;                           ///< task_vote
    Value evidence;  ///< masked exchange for the timeline; proves nothing to the flow
};

[[nodiscard]] std::string_view to_string(Fact::Kind kind);
/// As the journal keeps it.
void append_json(std::string& out, const Fact& fact);
Result<Fact> fact_from_value(const Value& value);

}  // namespace sluice::flow
