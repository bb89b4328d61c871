#include "flow/fact.hpp"

#include "payment/names.hpp"

namespace sluice::flow {
namespace {

constexpr payment::Names<Fact::Kind, 5> kKinds{
    "fact kind", {"started", "outcome", "callback", "timer", "close_requested"}
};
constexpr payment::Names<payment::Source, 3> kSources{
    "source", {"first_send", "resend", "callback"}
};

bool speaks_of_instruction(Fact::Kind kind) {
    return kind == Fact::Kind::outcome || kind == Fact::Kind::callback;
}

}  // namespace

std::string_view to_string(Fact::Kind kind) { return kKinds.of(kind); }

Value to_value(const Fact& fact) {
    Value value;
    value.set("type", to_string(fact.kind));
    if (!speaks_of_instruction(fact.kind)) {
        return value;
    }
    value.set("instruction", fact.instruction.to_string());
    if (fact.kind == Fact::Kind::outcome) {
        value.set("exchange", std::int64_t{fact.exchange});
        value.set("operation", payment::to_string(fact.operation));
        value.set("source", kSources.of(fact.source));
    }
    value.set("outcome", payment::to_value(fact.outcome));
    if (!fact.evidence.is_null()) {
        value.set("evidence", fact.evidence);
    }
    return value;
}

Result<Fact> fact_from_value(const Value& value) {
    Fact fact;
    SLUICE_ASSIGN(fact.kind, kKinds.parse(value.text_or_empty("type")));
    if (!speaks_of_instruction(fact.kind)) {
        return fact;
    }
    SLUICE_ASSIGN(fact.instruction, InstructionId::parse(value.text_or_empty("instruction")));
    fact.source = payment::Source::callback;
    if (fact.kind == Fact::Kind::outcome) {
        fact.exchange = static_cast<std::uint32_t>(value.int_or("exchange", 0));
        SLUICE_ASSIGN(fact.operation, payment::parse_operation(value.text_or_empty("operation")));
        SLUICE_ASSIGN(fact.source, kSources.parse(value.text_or_empty("source")));
    }
    const Value* outcome = value.find("outcome");
    if (outcome == nullptr) {
        return fail(ErrorCode::corrupt, "journal fact without outcome");
    }
    SLUICE_ASSIGN(fact.outcome, payment::outcome_from_value(*outcome));
    return fact;
}

}  // namespace sluice::flow
