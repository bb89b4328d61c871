#include "worker/input.hpp"

#include "worker/evidence.hpp"

namespace sluice::worker {

flow::Fact fact_of(const Input& input) {
    if (input.kind != Input::Kind::callback) {
        return input.fact;
    }
    const CallbackFact& callback = input.callback;
    flow::Fact fact;
    fact.kind = flow::Fact::Kind::callback;
    fact.source = payment::Source::callback;
    fact.instruction = callback.instruction;
    fact.operation = callback.operation;
    fact.outcome = callback.outcome;
    fact.evidence = to_value(callback.evidence);
    return fact;
}

}  // namespace sluice::worker
