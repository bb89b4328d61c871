// What a run may ask of a channel: the channel's own terms decide, never a script's word for them.
#include <algorithm>
#include <map>
#include <utility>

#include "flow/kernel.hpp"

namespace sluice::flow {

using payment::InstructionStatus;
using payment::LegKind;
using payment::Operation;

Result<std::optional<ChannelTerms>> Kernel::terms_of(const ChannelAddress& address) {
    const std::uint32_t ordinal = ++ordinal_;
    std::optional<ChannelTerms> terms;
    if (const Recorded* known = known_at(ordinal, Recorded::Kind::terms)) {
        const Value* kept = known->value.find("terms");
        SLUICE_ASSIGN(terms, terms_from_value(kept == nullptr ? Value{} : *kept));
    } else if (activation_.terms != nullptr) {
        terms = (*activation_.terms)(address);
    } else {
        return fail(
            ErrorCode::nondeterminism,
            "the journal holds no terms of " + std::string(address.channel) + "/" +
                std::string(address.account) + " here"
        );
    }
    Value kept;
    kept.set("channel", address.channel);
    kept.set("channel_account", address.account);
    kept.set("terms", to_value(terms));
    step_.recorded.push_back({Recorded::Kind::terms, ordinal, std::move(kept)});
    return terms;
}

Result<std::optional<InstructionId>> Kernel::instruct(const InstructRequest& request) {
    SLUICE_TRY(may_begin("instruct"));
    SLUICE_ASSIGN(const payment::Leg* leg, leg(request.leg_number));
    if (leg->kind != LegKind::external) {
        return fail(
            ErrorCode::script,
            "leg " + std::to_string(leg->number) + " is internal, a channel cannot collect it"
        );
    }
    if (request.channel.empty() || request.channel_account.empty()) {
        return fail(
            ErrorCode::script,
            "an instruction for leg " + std::to_string(leg->number) +
                " wants 'channel' and 'channel_account'"
        );
    }
    SLUICE_ASSIGN(auto terms, terms_of({request.channel, request.channel_account, leg->scene}));
    if (!terms) {
        return std::optional<InstructionId>{};
    }
    SLUICE_ASSIGN(payment::Instruction * instruction, create(*leg, request));
    instruction->merchant = terms->merchant;
    talks_[instruction->id].terms = std::move(*terms);
    return std::optional(instruction->id);
}

namespace {

using Unanswered = std::map<std::uint32_t, SendExchange>;

bool is_among(const Unanswered& unanswered, InstructionId id, Operation operation) {
    return std::ranges::any_of(unanswered, [&](const auto& sent) {
        return sent.second.instruction == id && sent.second.operation == operation;
    });
}

/// A close that gives back what was taken, and whatever tells that it was taken, must not cross:
/// nobody would know which of them the channel saw first.
Result<void> check_crossing(const Unanswered& unanswered, InstructionId id, Operation operation) {
    const bool closes = operation == Operation::close;
    Operation open = closes ? Operation::query : Operation::close;
    if (closes && is_among(unanswered, id, Operation::collect)) {
        open = Operation::collect;
    }
    if (!is_among(unanswered, id, open)) {
        return {};
    }
    return fail(
        ErrorCode::script,
        id.to_string() + " is charged at once and still waits for the answer to a " +
            std::string(to_string(open)) + ": a " + std::string(to_string(operation)) +
            " may follow only after it"
    );
}

/// Whether the channel takes the request that moves the money a second time at all.
bool takes_twice(const ChannelTerms& terms, payment::Purpose purpose) {
    switch (purpose) {
        case payment::Purpose::refund:
            return terms.refund_may_repeat;
        case payment::Purpose::payout:
            return terms.payout_may_repeat;
        case payment::Purpose::collect:
            break;
    }
    return terms.collect_may_repeat;
}

}  // namespace

bool Kernel::is_asked(InstructionId id, Operation operation) const {
    return is_among(unanswered_, id, operation);
}

bool Kernel::may_repeat(const payment::Instruction& instruction) const {
    const auto talk = talks_.find(instruction.id);
    if (talk == talks_.end() || !talk->second.sent ||
        !takes_twice(talk->second.terms, instruction.purpose)) {
        return false;
    }
    // It would be turned away again; a query tells whether it was executed all the same.
    if (!talk->second.turned_away.empty()) {
        return false;
    }
    // A collect is repeated for what the payer needs, the others only while nobody knows.
    const bool is_unknown = instruction.status == InstructionStatus::unknown;
    const bool lacks_action = instruction.purpose == payment::Purpose::collect &&
                              instruction.next_action.is_null() &&
                              instruction.status == InstructionStatus::pending;
    return lacks_action || (is_unknown && instruction.next_action.is_null());
}

Result<void> Kernel::may_collect(const payment::Instruction& instruction) const {
    SLUICE_TRY(may_begin("collect"));
    return within_due(Money{0, instruction.amount.currency()});
}

Result<void> Kernel::may_move(const payment::Instruction& instruction) const {
    if (instruction.purpose == payment::Purpose::collect) {
        SLUICE_TRY(may_collect(instruction));
    }
    const auto talk = talks_.find(instruction.id);
    const bool sent = talk != talks_.end() && talk->second.sent;
    const bool first = !sent && instruction.status == InstructionStatus::created;
    if (first || may_repeat(instruction)) {
        return {};
    }
    const bool forbidden = sent && !takes_twice(talk->second.terms, instruction.purpose);
    return fail(
        ErrorCode::script,
        instruction.id.to_string() + " is " + std::string(to_string(instruction.status)) +
            (forbidden ? ", and its channel takes no request twice: query it instead"
                       : ", it was sent before: query it instead")
    );
}

Result<void> Kernel::exchange(InstructionId id, Operation operation) {
    SLUICE_TRY(may("talk to a channel"));
    const payment::Instruction* instruction = find(id);
    if (instruction == nullptr || instruction->kind != LegKind::external) {
        return fail(
            ErrorCode::script, id.to_string() + " is no external instruction of this payment"
        );
    }
    if (instruction->purpose != payment::purpose_of(operation)) {
        return fail(
            ErrorCode::script,
            id.to_string() + " is a " + std::string(to_string(instruction->purpose)) +
                ", a channel cannot be asked to " + std::string(to_string(operation)) + " it"
        );
    }
    const bool moves = payment::moves_money(operation);
    auto& talk = talks_[id];
    if (moves) {
        SLUICE_TRY(may_move(*instruction));
    } else if (!talk.sent) {
        return fail(
            ErrorCode::script,
            id.to_string() + " was never sent, nothing to " + std::string(to_string(operation))
        );
    }
    if (is_asked(id, operation)) {
        return fail(
            ErrorCode::script,
            id.to_string() + " already waits for the answer to a " +
                std::string(to_string(operation))
        );
    }
    if (talk.terms.charged_at_once) {
        SLUICE_TRY(check_crossing(unanswered_, id, operation));
        if (operation == Operation::close && board_.asks_about(id, payment::kResolveTask)) {
            return fail(
                ErrorCode::script,
                id.to_string() +
                    " is charged at once, and people are asked what became of it: a "
                    "close would change it under their eyes"
            );
        }
    }
    const bool repeats = moves && talk.sent;
    if (moves) {
        // It may create the order anew: whatever was closed or not found before is worth nothing.
        talk.sent = true;
        talk.not_sent = false;
        talk.closed_after = 0;
        talk.found_nothing.reset();
        talk.turned_away.clear();
    }
    if (operation == payment::asking(instruction->purpose)) {
        talk.query_sent = activation_.now;
    }
    const SendExchange effect{++exchanges_sent_, id, operation, repeats};
    unanswered_[effect.exchange] = effect;
    append_json(next_effect(), effect);
    step_.exchanges.push_back(effect);
    return {};
}

const ChannelTalk& Kernel::talk(InstructionId id) const {
    static const ChannelTalk kNone;
    const auto talk = talks_.find(id);
    return talk == talks_.end() ? kNone : talk->second;
}

Result<void> Kernel::give_up(InstructionId id) {
    SLUICE_TRY(may("give up"));
    payment::Instruction* instruction = find_mutable(id);
    const bool goes_out = instruction != nullptr && instruction->kind == LegKind::external &&
                          instruction->purpose != payment::Purpose::collect;
    if (!goes_out || instruction->status != InstructionStatus::created || talks_[id].sent) {
        std::string what = "not of " + picture_.subject.name();
        if (instruction != nullptr) {
            what = goes_out && instruction->status == InstructionStatus::created
                       ? "sent, it may have been executed"
                       : std::string(to_string(instruction->status));
        }
        return fail(
            ErrorCode::script,
            id.to_string() + " is " + what +
                ", only a refund or payout that surely never left can be given up"
        );
    }
    move(*instruction, payment::InstructionEvent::not_sent);
    return {};
}

Result<bool> Kernel::conclude_absent(InstructionId id) {
    SLUICE_TRY(may("conclude"));
    payment::Instruction* instruction = find_mutable(id);
    if (instruction == nullptr || instruction->kind != LegKind::external) {
        return fail(
            ErrorCode::script, id.to_string() + " is no external instruction of this payment"
        );
    }
    if (payment::is_final(instruction->status)) {
        return fail(
            ErrorCode::script,
            id.to_string() + " is " + std::string(to_string(instruction->status)) +
                ", only an open instruction can turn out absent"
        );
    }
    const auto& talk = talks_[id];
    // What the channel has taken is there, whatever it finds.
    const bool was_taken = instruction->purpose != payment::Purpose::collect && talk.is_counted;
    if (was_taken || is_asked(id, payment::moving(instruction->purpose)) || !talk.found_nothing ||
        *talk.found_nothing - talk.send_over < talk.terms.not_found_after) {
        return false;
    }
    move(*instruction, payment::InstructionEvent::shut);
    instruction->outcome_code = talk.turned_away.empty() ? "not_found" : talk.turned_away;
    return true;
}

}  // namespace sluice::flow
