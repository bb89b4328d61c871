// What a run learns: how facts move instructions and become the events that scripts see.
#include <algorithm>
#include <utility>

#include "flow/kernel.hpp"
#include "flow/late_money.hpp"
#include "payment/claims.hpp"

namespace sluice::flow {

using payment::InstructionEvent;
using payment::InstructionStatus;
using payment::Operation;
using payment::OutcomeKind;

namespace {

/// Whether the channel has taken the refund that it speaks of; its refusal of the request itself is
/// no such word.
bool shows_it_was_taken(const Fact& fact) {
    const auto kind = fact.outcome.kind;
    const bool refuses = kind == OutcomeKind::refused || kind == OutcomeKind::closed;
    const bool is_told = fact.kind == Fact::Kind::callback || !payment::moves_money(fact.operation);
    return kind == OutcomeKind::succeeded || kind == OutcomeKind::pending ||
           kind == OutcomeKind::returned || (refuses && is_told);
}

}  // namespace

Result<void> Kernel::begin(Activation activation) {
    activation_ = std::move(activation);
    step_ = Step{};
    ordinal_ = 0;
    forget_untaken_way();
    if (activation_.seq == 1 && picture_.subject.service == payment::Service::refund) {
        accept_refund();
    }
    board_.pass(activation_.now);
    tell_tasks();
    for (const auto& fact : activation_.facts) {
        apply(fact);
    }
    step_.facts = std::move(activation_.facts);
    return {};
}

/// What was decided after a step that the database then refused belongs to a way that is not taken:
/// another question may stand at its ordinal now. A journal holds only what was taken.
void Kernel::forget_untaken_way() {
    std::uint32_t refused = 0;
    for (const auto& recorded : activation_.known) {
        const bool refusal = recorded.kind == Recorded::Kind::refusal;
        refused = refusal ? std::max(refused, recorded.ordinal) : refused;
    }
    if (activation_.decider != nullptr && refused > 0) {
        std::erase_if(activation_.known, [refused](const Recorded& recorded) {
            return recorded.ordinal > refused;
        });
    }
}

/// Whether the fact is news. The answer to an exchange that was already answered (it had been sent
/// again) proves only what is final. After the end nobody knows any more what was answered: there
/// every answer counts, as nothing but money moves any more.
bool Kernel::answers(const Fact& fact) {
    return fact.kind != Fact::Kind::outcome || unanswered_.erase(fact.exchange) > 0 || has_ended_ ||
           fact.outcome.kind == OutcomeKind::succeeded ||
           fact.outcome.kind == OutcomeKind::returned;
}

void Kernel::apply(const Fact& fact) {
    if (fact.kind == Fact::Kind::started) {
        return;
    }
    if (fact.kind == Fact::Kind::task_vote) {
        take_vote(fact);
        return;
    }
    // The moment may have been that of a task alone.
    const bool is_for_script =
        board_.is_empty() || (script_wakes_at_ && *script_wakes_at_ <= activation_.now);
    if (fact.kind == Fact::Kind::timer && !is_for_script) {
        return;
    }
    if (fact.kind == Fact::Kind::close_requested || fact.kind == Fact::Kind::timer) {
        Value event;
        event.set("type", to_string(fact.kind));
        if (fact.kind == Fact::Kind::close_requested) {
            event.set("reason", payment::to_string(fact.reason));
        }
        events_.push_back(std::move(event));
        return;
    }
    payment::Instruction* instruction = find_mutable(fact.instruction);
    if (!answers(fact) || instruction == nullptr) {
        return;
    }
    if (fact.kind == Fact::Kind::outcome) {
        note_absence(fact);
    }
    learn(fact, *instruction);
    queue_event(fact, *instruction);
}

/// What the answer to an exchange tells of an order that may never have come to be.
void Kernel::note_absence(const Fact& fact) {
    auto& talk = talks_[fact.instruction];
    if (payment::moves_money(fact.operation)) {
        talk.send_over = activation_.now;
        talk.turned_away = fact.outcome.refused_unless_found ? fact.outcome.code : std::string();
        if (fact.operation != Operation::collect) {
            // Nobody can close a refund or payout: what is asked from now on tells.
            talk.closed_after = exchanges_sent_;
        }
        return;
    }
    note_undoing(fact, talk);
    const bool nothing = fact.outcome.kind == OutcomeKind::not_found;
    if (fact.operation == Operation::close &&
        (nothing || fact.outcome.kind == OutcomeKind::closed)) {
        talk.closed_after = exchanges_sent_;
        talk.found_nothing.reset();
    }
    // A query that was on its way when the close was answered may have been read before it.
    const bool asked_after = talk.closed_after > 0 && fact.exchange > talk.closed_after;
    const bool is_query = fact.operation == payment::asking(payment::purpose_of(fact.operation));
    if (is_query && nothing && asked_after) {
        talk.found_nothing = talk.query_sent;
    }
}

/// A refund that surely never arrived is not refused by that: where the channel takes the same one
/// again it stays as it was, until it is sent again or given up.
bool Kernel::stays_unsent(const Fact& fact, payment::Instruction& instruction) {
    auto& talk = talks_[instruction.id];
    const bool is_created = instruction.status == InstructionStatus::created;
    talk.not_sent = is_created && fact.outcome.kind == OutcomeKind::not_sent;
    if (!talk.not_sent || instruction.purpose != payment::Purpose::refund ||
        !talk.terms.refund_may_repeat) {
        return false;
    }
    talk.sent = false;
    instruction.outcome_code = fact.outcome.code;
    instruction.outcome_message = fact.outcome.message;
    touch(instruction.id);
    return true;
}

void Kernel::learn(const Fact& fact, payment::Instruction& instruction) {
    auto reading = payment::read_outcome(instruction, fact.outcome, fact.operation, fact.source);
    if (!reading.event && leaves_in_doubt(fact, talks_[instruction.id])) {
        reading.event = InstructionEvent::unclear;
    }
    if (!reading.event ||
        (*reading.event == InstructionEvent::not_sent && stays_unsent(fact, instruction))) {
        return;
    }
    const ChannelTalk& talk = talks_[instruction.id];
    const bool is_undone = talk.is_undone || (talk.terms.charged_at_once &&
                                              is_asked(instruction.id, Operation::close));
    if (*reading.event == InstructionEvent::confirmed && is_undone &&
        fact.source != payment::Source::person) {
        LateMoney(*this).doubt_undone(instruction);
        return;
    }
    if (shows_it_was_taken(fact)) {
        talks_[instruction.id].is_counted = true;
    }
    const bool moved = move(instruction, *reading.event);
    if (!moved && !LateMoney(*this).take(*reading.event, instruction, reading.conflict)) {
        return;
    }
    if (moved && *reading.event == InstructionEvent::confirmed) {
        book(instruction);
    } else if (moved && *reading.event == InstructionEvent::came_back &&
               instruction.status == InstructionStatus::returned) {
        come_back(instruction);
    }
    if (*reading.event == InstructionEvent::confirmed && fact.outcome.fee) {
        book_channel_cost(instruction, *fact.outcome.fee);
    }
    if (moved && !fact.outcome.code.empty()) {
        instruction.outcome_code = fact.outcome.code;
        instruction.outcome_message = fact.outcome.message;
    }
    if (!fact.outcome.channel_reference.empty()) {
        instruction.channel_reference = fact.outcome.channel_reference;
    }
    if (!fact.outcome.next_action.is_null()) {
        instruction.next_action = fact.outcome.next_action;
    }
    if (!reading.conflict.empty()) {
        instruction.outcome_code = "conflicted";
        instruction.outcome_message = reading.conflict;
        // Opened here and not by the script: no flow may overlook it.
        (void)open_case(kConflictCase, instruction.id, reading.conflict);
        talks_[instruction.id].contested = true;
    }
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

}  // namespace sluice::flow
