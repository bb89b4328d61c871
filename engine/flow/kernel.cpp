#include "flow/kernel.hpp"

#include <algorithm>
#include <utility>

#include "core/json_record.hpp"

namespace sluice::flow {
namespace {

using payment::InstructionEvent;
using payment::InstructionStatus;
using payment::LegKind;
using payment::SubjectStatus;

}  // namespace

Kernel Kernel::ended(payment::Picture picture, LeftOpen left) {
    Kernel kernel(std::move(picture));
    kernel.has_ended_ = true;
    kernel.taken_ = true;  // what it moved came from somewhere
    for (const InstructionId id : left.contested) {
        kernel.talks_[id].contested = true;
    }
    for (payment::Task& task : left.tasks) {
        kernel.board_.restore(std::move(task));
    }
    return kernel;
}

Step Kernel::take_step() {
    step_.finished = is_finished();
    if (!step_.finished) {
        const auto task = board_.next_moment();
        const bool is_first = task && (!script_wakes_at_ || *task < *script_wakes_at_);
        step_.wake_at = is_first ? task : script_wakes_at_;
    }
    if (step_.subject_changed) {
        picture_.subject.updated_at = activation_.now;
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
    auto& legs = picture_.legs;
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
        JsonRecord effect(next_effect());
        effect.add("type", "instruction");
        effect.add("instruction", instruction.id);
        effect.add("status", payment::to_string(*to));
        effect.end();
    }
    touch(instruction.id);
    if (payment::is_final(instruction.status)) {
        end_doubt(instruction.id);
    }
    if (instruction.purpose == payment::Purpose::collect) {
        return true;
    }
    if (!payment::may_bring_money(instruction.status)) {
        did_not_go(instruction);
    } else if (instruction.status == InstructionStatus::succeeded) {
        close_cases(dues_, instruction.original.claimed);
    }
    return true;
}

Result<void> Kernel::stage(std::string_view name, std::string_view phase) {
    if (stages_ != nullptr && std::ranges::find(*stages_, name) == stages_->end()) {
        std::string known;
        for (const auto& stage : *stages_) {
            known += (known.empty() ? "" : ", ") + stage;
        }
        return fail(
            ErrorCode::script, "stage '" + std::string(name) + "' is none of the flow's: " + known
        );
    }
    if (phase != "begun" && phase != "done") {
        return fail(
            ErrorCode::script,
            "stage '" + std::string(name) + "' cannot be '" + std::string(phase) +
                "', wanted begun or done"
        );
    }
    if (phase == "begun") {
        picture_.subject.stage = name;
        step_.subject_changed = true;
    }
    JsonRecord effect(next_effect());
    effect.add("type", "stage");
    effect.add("name", name);
    effect.add("phase", phase);
    effect.end();
    return {};
}

Result<Value> Kernel::decide(std::string_view policy, const Value& facts) {
    const std::uint32_t ordinal = ++ordinal_;
    Value answer;
    if (const Recorded* known = known_at(ordinal, Recorded::Kind::decision)) {
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

const Recorded* Kernel::known_at(std::uint32_t ordinal, Recorded::Kind kind) const {
    const auto known = std::ranges::find_if(activation_.known, [&](const Recorded& recorded) {
        return recorded.ordinal == ordinal && recorded.kind == kind;
    });
    return known == activation_.known.end() ? nullptr : &*known;
}

std::optional<Value> Kernel::refusal_at(std::uint32_t ordinal) {
    const Recorded* known = known_at(ordinal, Recorded::Kind::refusal);
    if (known == nullptr) {
        return std::nullopt;
    }
    step_.recorded.push_back(*known);
    return known->value;
}

Result<void> Kernel::may(std::string_view verb) const {
    const auto& payment = picture_.subject;
    if (!payment::is_final(payment.status)) {
        return {};
    }
    return fail(
        ErrorCode::script,
        payment.name() + " is " + std::string(payment::to_string(payment.status)) +
            ", it can no longer " + std::string(verb)
    );
}

Result<void> Kernel::may_begin(std::string_view verb) const {
    SLUICE_TRY(may(verb));
    const auto& payment = picture_.subject;
    if (payment.status == SubjectStatus::pending) {
        return {};
    }
    return fail(
        ErrorCode::script,
        payment.name() + " is " + std::string(payment::to_string(payment.status)) +
            ", only a pending payment can " + std::string(verb)
    );
}

Result<payment::Instruction*> Kernel::create(
    const payment::Leg& leg, const InstructRequest& request
) {
    for (const auto& other : picture_.instructions) {
        if (other.leg_number == leg.number && payment::may_bring_money(other.status)) {
            return fail(
                ErrorCode::script,
                "leg " + std::to_string(leg.number) + " still has instruction " +
                    other.id.to_string() + " which is " +
                    std::string(payment::to_string(other.status)) +
                    "; another may follow only after it is known not to have taken the money"
            );
        }
    }
    SLUICE_TRY(within_due(leg.amount));
    payment::Instruction instruction;
    instruction.id = InstructionId(picture_.subject.id.raw().derive(activation_.seq, ++ordinal_));
    instruction.leg_number = leg.number;
    instruction.kind = leg.kind;
    instruction.channel = leg.kind == LegKind::internal ? leg.method : request.channel;
    instruction.channel_account = request.channel_account;
    instruction.scene = leg.scene;
    instruction.account = leg.account;
    instruction.amount = leg.amount;
    instruction.payer = leg.payer;
    instruction.created_at = activation_.now;
    instruction.expires_at = request.expires_at;
    return &add_instruction(std::move(instruction));
}

payment::Instruction& Kernel::add_instruction(payment::Instruction instruction) {
    JsonRecord effect(next_effect());
    effect.add("type", "instruct");
    effect.add("instruction", instruction.id);
    effect.add("leg", instruction.leg_number);
    if (instruction.purpose != payment::Purpose::collect) {
        effect.add("purpose", payment::to_string(instruction.purpose));
    }
    effect.add("channel", instruction.channel);
    effect.add("channel_account", instruction.channel_account);
    effect.add_value("amount", instruction.amount);
    effect.end();
    step_.created.push_back(instruction.id);
    picture_.instructions.push_back(std::move(instruction));
    return picture_.instructions.back();
}

/// Asks an account for something it may refuse: `ok`, or `code` and `message`.
Value Kernel::try_account(AccountStep step) {
    step.ordinal = ++ordinal_;
    Value answer;
    if (auto refused = refusal_at(step.ordinal)) {
        answer.set("ok", false);
        answer.set("code", refused->text_or_empty("code"));
        answer.set("message", refused->text_or_empty("message"));
        return answer;
    }
    append_json(next_effect(), step);
    step_.account_steps.push_back(step);
    answer.set("ok", true);
    return answer;
}

Value Kernel::account_step(AccountStep::Kind kind, payment::Instruction& instruction) {
    Value answer = try_account({0, kind, instruction.id, instruction.account, instruction.amount});
    if (!*answer.find("ok")->as_bool()) {
        instruction.outcome_code = answer.text_or_empty("code");
    }
    return answer;
}

Result<Value> Kernel::hold(int leg_number) {
    SLUICE_TRY(may_begin("hold"));
    SLUICE_ASSIGN(const payment::Leg* leg, leg(leg_number));
    if (leg->kind != LegKind::internal) {
        return fail(
            ErrorCode::script,
            "leg " + std::to_string(leg_number) + " is " + std::string(to_string(leg->kind)) +
                ", only internal legs can be held"
        );
    }
    SLUICE_ASSIGN(payment::Instruction * instruction, create(*leg, {}));
    Value answer = account_step(AccountStep::Kind::hold, *instruction);
    const bool held = *answer.find("ok")->as_bool();
    move(*instruction, held ? InstructionEvent::accepted : InstructionEvent::declined);
    answer.set("instruction", instruction->id.to_string());
    return answer;
}

Result<payment::Instruction*> Kernel::held(InstructionId id, std::string_view verb) {
    payment::Instruction* instruction = find_mutable(id);
    const bool internal = instruction != nullptr && instruction->kind == LegKind::internal;
    if (internal && instruction->status == InstructionStatus::pending) {
        return instruction;
    }
    std::string what = "not of this payment";
    if (internal) {
        what = payment::to_string(instruction->status);
    } else if (instruction != nullptr) {
        what = "external";
    }
    return fail(
        ErrorCode::script,
        id.to_string() + " is " + what + ", only a held internal instruction can be " +
            std::string(verb)
    );
}

Result<Value> Kernel::capture(InstructionId id) {
    SLUICE_TRY(may_begin("capture"));
    SLUICE_ASSIGN(payment::Instruction * instruction, held(id, "captured"));
    SLUICE_TRY(within_due(Money{0, instruction->amount.currency()}));
    Value answer = account_step(AccountStep::Kind::capture, *instruction);
    const bool captured = *answer.find("ok")->as_bool();
    if (!captured) {
        // The hold itself stands until it is released.
        return answer;
    }
    move(*instruction, InstructionEvent::confirmed);
    book(*instruction);
    return answer;
}

Result<void> Kernel::release(InstructionId id) {
    SLUICE_TRY(may("release"));
    SLUICE_ASSIGN(payment::Instruction * instruction, held(id, "released"));
    AccountStep step{
        ++ordinal_, AccountStep::Kind::release, id, instruction->account, instruction->amount
    };
    append_json(next_effect(), step);
    step_.account_steps.push_back(step);
    move(*instruction, InstructionEvent::let_go);
    return {};
}

}  // namespace sluice::flow
