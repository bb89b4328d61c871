#include "flow/kernel.hpp"

#include <algorithm>
#include <utility>

#include "payment/claims.hpp"
#include "payment/names.hpp"

namespace sluice::flow {
namespace {

using payment::InstructionEvent;
using payment::InstructionStatus;
using payment::LegKind;
using payment::PaymentStatus;

constexpr payment::Names<Recorded::Kind, 2> kRecordedKinds{
    "recorded result", {"decision", "refusal"}
};

Value effect_of(std::string_view type) {
    Value value;
    value.set("type", type);
    return value;
}

/// Whether the instruction may still bring money or has brought it: such a leg takes no second one.
bool occupies_leg(InstructionStatus status) {
    return status != InstructionStatus::refused && status != InstructionStatus::closed &&
           status != InstructionStatus::released;
}

}  // namespace

Value to_value(const Recorded& recorded) {
    Value value;
    value.set("type", kRecordedKinds.of(recorded.kind));
    value.set("ordinal", std::int64_t{recorded.ordinal});
    value.set("value", recorded.value);
    return value;
}

Result<Recorded> recorded_from_value(const Value& value) {
    Recorded recorded;
    SLUICE_ASSIGN(recorded.kind, kRecordedKinds.parse(value.text_or_empty("type")));
    recorded.ordinal = static_cast<std::uint32_t>(value.int_or("ordinal", 0));
    if (const Value* inner = value.find("value")) {
        recorded.value = *inner;
    }
    return recorded;
}

Result<void> Kernel::begin(Activation activation) {
    activation_ = std::move(activation);
    step_ = Step{};
    ordinal_ = 0;
    for (auto& fact : activation_.facts) {
        apply(fact);
    }
    step_.facts = std::move(activation_.facts);
    return {};
}

Step Kernel::take_step() {
    step_.finished = is_finished();
    if (step_.payment_changed) {
        picture_.payment.updated_at = activation_.now;
    }
    return std::exchange(step_, Step{});
}

const payment::Instruction* Kernel::find(InstructionId id) const {
    const auto found = std::ranges::find(picture_.instructions, id, &payment::Instruction::id);
    return found == picture_.instructions.end() ? nullptr : &*found;
}

payment::Instruction* Kernel::find_mutable(InstructionId id) {
    const auto found = std::ranges::find(picture_.instructions, id, &payment::Instruction::id);
    return found == picture_.instructions.end() ? nullptr : &*found;
}

Result<payment::Leg*> Kernel::leg(int number) {
    auto& legs = picture_.payment.legs;
    const auto found = std::ranges::find(legs, number, &payment::Leg::number);
    if (found == legs.end()) {
        return fail(
            ErrorCode::script,
            "leg " + std::to_string(number) + " does not exist, the payment has " +
                std::to_string(legs.size())
        );
    }
    return &*found;
}

void Kernel::touch(InstructionId id) {
    if (std::ranges::find(step_.touched, id) == step_.touched.end()) {
        step_.touched.push_back(id);
    }
}

bool Kernel::move(payment::Instruction& instruction, InstructionEvent event) {
    const auto to = payment::next(instruction.status, event);
    if (!to) {
        return false;
    }
    if (*to != instruction.status) {
        instruction.status = *to;
        Value effect = effect_of("instruction");
        effect.set("instruction", instruction.id.to_string());
        effect.set("status", payment::to_string(*to));
        note(std::move(effect));
    }
    touch(instruction.id);
    return true;
}

void Kernel::apply(const Fact& fact) {
    if (fact.kind == Fact::Kind::close_requested || fact.kind == Fact::Kind::timer) {
        Value event;
        event.set("type", to_string(fact.kind));
        events_.push_back(std::move(event));
        return;
    }
    if (fact.kind == Fact::Kind::started) {
        return;
    }
    // The answer to an exchange that was already answered (it had been sent again) proves only what
    // is final.
    const bool stale =
        fact.kind == Fact::Kind::outcome && unanswered_.erase(fact.exchange) == 0 &&
        fact.outcome.kind != payment::OutcomeKind::succeeded;
    if (stale) {
        return;
    }
    payment::Instruction* instruction = find_mutable(fact.instruction);
    if (instruction == nullptr) {
        return;
    }
    const auto reading =
        payment::read_outcome(*instruction, fact.outcome, fact.operation, fact.source);
    auto& absence = absence_[fact.instruction];
    using payment::Operation;
    using payment::OutcomeKind;
    if (fact.operation == Operation::close &&
        (fact.outcome.kind == OutcomeKind::closed || fact.outcome.kind == OutcomeKind::not_found)) {
        absence = {.close_answered = true, .not_found_since = false};
    }
    if (fact.operation == Operation::query && fact.outcome.kind == OutcomeKind::not_found) {
        absence.not_found_since = true;
    }
    if (reading.event && move(*instruction, *reading.event)) {
        if (!fact.outcome.code.empty()) {
            instruction->outcome_code = fact.outcome.code;
            instruction->outcome_message = fact.outcome.message;
        }
        if (!fact.outcome.channel_reference.empty()) {
            instruction->channel_reference = fact.outcome.channel_reference;
        }
        if (!fact.outcome.next_action.is_null()) {
            instruction->next_action = fact.outcome.next_action;
        }
        if (!reading.conflict.empty()) {
            instruction->outcome_code = "conflicted";
            instruction->outcome_message = reading.conflict;
            // Opened here and not by the script: no flow may overlook it.
            (void)open_case("conflicted", instruction->id, reading.conflict);
        }
    }
    queue_event(fact, *instruction);
}

void Kernel::queue_event(const Fact& fact, const payment::Instruction& instruction) {
    Value event;
    event.set("type", to_string(fact.kind));
    event.set("instruction", instruction.id.to_string());
    event.set("operation", payment::to_string(fact.operation));
    event.set("outcome", payment::to_string(fact.outcome.kind));
    event.set("code", fact.outcome.code);
    event.set("status", payment::to_string(instruction.status));
    events_.push_back(std::move(event));
}

std::optional<Value> Kernel::next_event() {
    if (events_.empty()) {
        return std::nullopt;
    }
    Value event = std::move(events_.front());
    events_.pop_front();
    return event;
}

Result<void> Kernel::stage(std::string_view name, std::string_view phase) {
    if (phase == "begun") {
        picture_.payment.stage = name;
        step_.payment_changed = true;
    }
    Value effect = effect_of("stage");
    effect.set("name", name);
    effect.set("phase", phase);
    note(std::move(effect));
    return {};
}

Result<Value> Kernel::decide(std::string_view policy, const Value& facts) {
    const std::uint32_t ordinal = ++ordinal_;
    const auto known = std::ranges::find_if(activation_.known, [&](const Recorded& recorded) {
        return recorded.ordinal == ordinal && recorded.kind == Recorded::Kind::decision;
    });
    Value answer;
    if (known != activation_.known.end()) {
        answer = known->value;
    } else if (activation_.decider != nullptr) {
        SLUICE_ASSIGN(answer, (*activation_.decider)(policy, facts));
    } else {
        return fail(
            ErrorCode::nondeterminism,
            "the journal holds no decision of policy '" + std::string(policy) + "' here"
        );
    }
    step_.recorded.push_back({Recorded::Kind::decision, ordinal, answer});
    return answer;
}

std::optional<Value> Kernel::refusal_at(std::uint32_t ordinal) {
    const auto known = std::ranges::find_if(activation_.known, [&](const Recorded& recorded) {
        return recorded.ordinal == ordinal && recorded.kind == Recorded::Kind::refusal;
    });
    if (known == activation_.known.end()) {
        return std::nullopt;
    }
    step_.recorded.push_back(*known);
    return known->value;
}

Result<InstructionId> Kernel::instruct(const InstructRequest& request) {
    SLUICE_ASSIGN(payment::Leg * leg, leg(request.leg_number));
    for (const auto& other : picture_.instructions) {
        if (other.leg_number == leg->number && occupies_leg(other.status)) {
            return fail(
                ErrorCode::script,
                "leg " + std::to_string(leg->number) + " still has instruction " +
                    other.id.to_string() + " which is " +
                    std::string(payment::to_string(other.status)) +
                    "; another may follow only after it is known not to have taken the money"
            );
        }
    }
    payment::Instruction instruction;
    instruction.id = InstructionId(picture_.payment.id.raw().derive(activation_.seq, ++ordinal_));
    instruction.leg_number = leg->number;
    instruction.kind = leg->kind;
    instruction.channel = leg->kind == LegKind::internal ? leg->method : request.channel;
    instruction.channel_account = request.channel_account;
    instruction.merchant = request.merchant;
    instruction.scene = leg->scene;
    instruction.account = leg->account;
    instruction.amount = leg->amount;
    instruction.created_at = activation_.now;
    instruction.expires_at = request.expires_at;
    Value effect = effect_of("instruct");
    effect.set("instruction", instruction.id.to_string());
    effect.set("leg", leg->number);
    effect.set("channel", instruction.channel);
    effect.set("channel_account", instruction.channel_account);
    effect.set("amount", instruction.amount);
    note(std::move(effect));
    step_.created.push_back(instruction.id);
    picture_.instructions.push_back(std::move(instruction));
    return picture_.instructions.back().id;
}

Result<Value> Kernel::hold_step(HoldStep::Kind kind, payment::Instruction& instruction) {
    const std::uint32_t ordinal = ++ordinal_;
    if (auto refused = refusal_at(ordinal)) {
        Value answer;
        answer.set("ok", false);
        answer.set("code", refused->text_or_empty("code"));
        answer.set("message", refused->text_or_empty("message"));
        instruction.outcome_code = refused->text_or_empty("code");
        return answer;
    }
    HoldStep step{ordinal, kind, instruction.id, instruction.account, instruction.amount};
    note(to_value(step));
    step_.holds.push_back(std::move(step));
    Value answer;
    answer.set("ok", true);
    return answer;
}

Result<Value> Kernel::hold(int leg_number) {
    SLUICE_ASSIGN(payment::Leg * leg, leg(leg_number));
    if (leg->kind != LegKind::internal) {
        return fail(
            ErrorCode::script,
            "leg " + std::to_string(leg_number) + " is " + std::string(to_string(leg->kind)) +
                ", only internal legs can be held"
        );
    }
    SLUICE_ASSIGN(const InstructionId id, instruct({.leg_number = leg_number}));
    payment::Instruction& instruction = *find_mutable(id);
    SLUICE_ASSIGN(Value answer, hold_step(HoldStep::Kind::hold, instruction));
    const bool held = *answer.find("ok")->as_bool();
    move(instruction, held ? InstructionEvent::accepted : InstructionEvent::declined);
    answer.set("instruction", id.to_string());
    return answer;
}

Result<Value> Kernel::capture(InstructionId id) {
    payment::Instruction* instruction = find_mutable(id);
    if (instruction == nullptr || instruction->kind != LegKind::internal ||
        instruction->status != InstructionStatus::pending) {
        return fail(
            ErrorCode::script,
            id.to_string() + " is " +
                (instruction == nullptr ? "not of this payment"
                                        : std::string(payment::to_string(instruction->status))) +
                ", only a held internal instruction can be captured"
        );
    }
    SLUICE_ASSIGN(Value answer, hold_step(HoldStep::Kind::capture, *instruction));
    const bool captured = *answer.find("ok")->as_bool();
    if (!captured) {
        // The hold itself stands until it is released.
        return answer;
    }
    move(*instruction, InstructionEvent::confirmed);
    // Capture and posting are one: no script can have the one without the other.
    const std::string gl = instruction->channel == "balance" ? "2001" : "2002";
    SLUICE_TRY(post(
        {PostLine{gl, {}, instruction->account, Side::debit, instruction->amount},
         PostLine{"2201", picture_.order.merchant_id, {}, Side::credit, instruction->amount}}
    ));
    return answer;
}

Result<void> Kernel::release(InstructionId id) {
    payment::Instruction* instruction = find_mutable(id);
    if (instruction == nullptr || instruction->kind != LegKind::internal ||
        instruction->status != InstructionStatus::pending) {
        return fail(ErrorCode::script, id.to_string() + " holds no money, nothing to release");
    }
    HoldStep step{
        ++ordinal_, HoldStep::Kind::release, id, instruction->account, instruction->amount
    };
    note(to_value(step));
    step_.holds.push_back(std::move(step));
    move(*instruction, InstructionEvent::let_go);
    return {};
}

Result<void> Kernel::exchange(InstructionId id, payment::Operation operation) {
    const payment::Instruction* instruction = find(id);
    if (instruction == nullptr || instruction->kind != LegKind::external) {
        return fail(
            ErrorCode::script, id.to_string() + " is no external instruction of this payment"
        );
    }
    if (operation == payment::Operation::collect &&
        instruction->status != InstructionStatus::created) {
        return fail(
            ErrorCode::script,
            id.to_string() + " is " + std::string(payment::to_string(instruction->status)) +
                ", it was sent before: query it instead"
        );
    }
    for (const auto& [number, sent] : unanswered_) {
        if (sent.instruction == id && sent.operation == operation) {
            return fail(
                ErrorCode::script,
                id.to_string() + " already waits for the answer to a " +
                    std::string(payment::to_string(operation))
            );
        }
    }
    const SendExchange effect{++exchanges_sent_, id, operation};
    unanswered_[effect.exchange] = effect;
    note(to_value(effect));
    step_.exchanges.push_back(effect);
    return {};
}

}  // namespace sluice::flow
