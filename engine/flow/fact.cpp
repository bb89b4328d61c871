#include "flow/fact.hpp"

#include <utility>

#include "core/json_record.hpp"
#include "payment/names.hpp"

namespace sluice::flow {
namespace {

constexpr payment::Names<Fact::Kind, 6> kFactKinds{
    "fact kind", {"started", "outcome", "callback", "timer", "close_requested", "task_vote"}
};
constexpr payment::Names<payment::Source, 4> kSources{
    "source", {"first_send", "resend", "callback", "person"}
};

bool speaks_of_instruction(Fact::Kind kind) {
    return kind == Fact::Kind::outcome || kind == Fact::Kind::callback;
}

}  // namespace

std::string_view to_string(Fact::Kind kind) { return kFactKinds.of(kind); }

void append_json(std::string& out, const Fact& fact) {
    JsonRecord record(out);
    record.add("type", to_string(fact.kind));
    // The usual reason is not written: journals of before have none.
    if (fact.reason != payment::CloseReason::closed_by_business) {
        record.add("reason", payment::to_string(fact.reason));
    }
    if (fact.vote != nullptr) {
        record.add_value("vote", payment::to_value(*fact.vote));
    }
    if (speaks_of_instruction(fact.kind)) {
        record.add("instruction", fact.instruction);
        if (fact.kind == Fact::Kind::outcome) {
            record.add("exchange", std::int64_t{fact.exchange});
            record.add("operation", payment::to_string(fact.operation));
            record.add("source", kSources.of(fact.source));
        } else if (fact.operation != payment::Operation::collect) {
            // Older journals know callbacks about collecting only.
            record.add("operation", payment::to_string(fact.operation));
        }
        record.add_value("outcome", payment::to_value(fact.outcome));
        if (!fact.evidence.is_null()) {
            record.add_value("evidence", fact.evidence);
        }
    }
    record.end();
}

Result<Fact> fact_from_value(const Value& value) {
    Fact fact;
    SLUICE_ASSIGN(fact.kind, kFactKinds.parse(value.text_or_empty("type")));
    if (value.find("reason") != nullptr) {
        SLUICE_ASSIGN(fact.reason, payment::parse_close_reason(value.text_or_empty("reason")));
    }
    if (const Value* vote = value.find("vote")) {
        SLUICE_ASSIGN(auto said, payment::vote_from_value(*vote));
        fact.vote = std::make_shared<const payment::TaskVote>(std::move(said));
    }
    if (!speaks_of_instruction(fact.kind)) {
        return fact;
    }
    SLUICE_ASSIGN(fact.instruction, InstructionId::parse(value.text_or_empty("instruction")));
    fact.source = payment::Source::callback;
    if (fact.kind == Fact::Kind::outcome) {
        fact.exchange = static_cast<std::uint32_t>(value.int_or("exchange", 0));
        SLUICE_ASSIGN(fact.operation, payment::parse_operation(value.text_or_empty("operation")));
        SLUICE_ASSIGN(fact.source, kSources.parse(value.text_or_empty("source")));
    } else if (value.find("operation") != nullptr) {
        SLUICE_ASSIGN(fact.operation, payment::parse_operation(value.text_or_empty("operation")));
    }
    const Value* outcome = value.find("outcome");
    if (outcome == nullptr) {
        return fail(ErrorCode::corrupt, "journal fact without outcome");
    }
    SLUICE_ASSIGN(fact.outcome, payment::outcome_from_value(*outcome));
    return fact;
}

}  // namespace sluice::flow
