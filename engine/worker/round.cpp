#include "worker/round.hpp"

#include <algorithm>
#include <utility>

namespace sluice::worker {
namespace {

std::vector<flow::Fact> facts_of(const std::vector<Input>& inputs) {
    std::vector<flow::Fact> facts;
    facts.reserve(inputs.size());
    for (const auto& input : inputs) {
        facts.push_back(fact_of(input));
    }
    return facts;
}

/// Whether money moves by it, or will.
bool is_a_yes(payment::OutcomeKind kind) {
    return kind == payment::OutcomeKind::succeeded || kind == payment::OutcomeKind::pending ||
           kind == payment::OutcomeKind::returned;
}

}  // namespace

Round::Round(Parts parts) : parts_(parts), store_(parts.connection) {
    decider_ = [this](std::string_view policy, const Value& facts) {
        return parts_.policies.decide(policy, facts);
    };
}

Result<void> Round::take(std::vector<Input> inputs) {
    judge_superseded(inputs);
    gather(std::move(inputs));
    run_some(left_);
    const bool may_go_on = has_freed_ || (wants_session_ && !is_under_way());
    return may_go_on ? go_on(Then::stay_free) : Result<void>{};
}

bool Round::is_full() const {
    return !prepared_.empty() &&
           (body_bytes_ >= parts_.limits.body_bytes || lua_spent_ >= parts_.limits.lua);
}

void Round::abandon(const Error& error) {
    refuse_all(under_way_, {ErrorCode::unknown, "the database was not waited for", {}});
    refuse_all(prepared_, error);
    refuse_all(left_, error);
    for (auto& input : waiting_) {
        input.refuse(error);
    }
    for (Works* works : {&under_way_, &prepared_, &left_}) {
        works->clear();
    }
    waiting_.clear();
    callbacks_wait_.reset();
    parts_.batch.clear();
    parts_.batch.forget_accounts();
}

/// Answers to what was sent in an earlier tenure of the bucket. What had no answer when this one
/// began has been sent again since or will be, and that may be on its way still: a no to the one
/// before says nothing of it, so it is not even an answer. Taken for one, it would let the run end
/// the instruction, ask about it or close it while the other can yet move the money.
void Round::judge_superseded(std::vector<Input>& inputs) const {
    std::erase_if(inputs, [this](Input& input) {
        const bool is_answer =
            input.kind == Input::Kind::fact && input.fact.kind == flow::Fact::Kind::outcome;
        if (!is_answer || input.tenure == parts_.runs.tenure_of(input.run_id.bucket())) {
            return false;
        }
        input.fact.source = payment::Source::resend;
        // Nobody sends again for a run that is over or parked: it keeps what it is told.
        const LiveRuns::Slot* slot = parts_.runs.find(input.run_id);
        const bool is_asked_again = slot != nullptr && !slot->quarantined;
        return is_asked_again && !is_a_yes(input.fact.outcome.kind);
    });
}

void Round::gather(std::vector<Input> inputs) {
    Places places;
    for (auto& input : inputs) {
        gather_one(std::move(input), places);
    }
}

/// Whether something that came before it may be for the same run: a callback whose payment is not
/// known yet.
bool Round::must_wait(const Input& input) const {
    return input.kind == Input::Kind::fact &&
           callbacks_wait_.test(static_cast<std::uint8_t>(input.run_id.bucket()));
}

/// The run has moved on since its timer was taken.
bool Round::is_void_timer(const Input& input) {
    if (input.kind != Input::Kind::fact || input.fact.kind != flow::Fact::Kind::timer) {
        return false;
    }
    const LiveRuns::Slot* slot = parts_.runs.find(input.run_id);
    return slot == nullptr || !slot->wake_at || slot->armed_at;
}

void Round::gather_one(Input input, Places& places) {
    const bool unresolved = input.kind == Input::Kind::callback && input.run_id.is_nil();
    if (unresolved) {
        callbacks_wait_.set(static_cast<std::uint8_t>(input.callback.instruction.bucket()));
    }
    if (unresolved || must_wait(input)) {
        wants_session_ = true;
        waiting_.push_back(std::move(input));
        return;
    }
    if (input.kind == Input::Kind::wait) {
        const bool is_uncommitted = uncommitted_.has(input.run_id);
        if (is_uncommitted || !answer_from_memory(input)) {
            wants_session_ = wants_session_ || !is_uncommitted;
            waiting_.push_back(std::move(input));
        }
        return;
    }
    auto place = places.find(input.run_id);
    if (place == places.end()) {
        auto entry = uncommitted_.take(input.run_id, input.start.get());
        if (!entry) {
            waiting_.push_back(std::move(input));
            return;
        }
        if (is_void_timer(input)) {
            return;
        }
        place = places.emplace(input.run_id, left_.size()).first;
        Work& work = left_.emplace_back();
        work.run_id = input.run_id;
        work.entry = std::move(entry);
    }
    Work& work = left_[place->second];
    if (input.kind == Input::Kind::start) {
        work.start = std::move(input.start);
    }
    work.inputs.push_back(std::move(input));
}

/// Finds the run in memory, or begins it.
Round::Fate Round::prepare(Work& work) {
    if (work.run != nullptr && work.run->interpreter().is_usable()) {
        return Fate::ready;
    }
    work.run.reset();
    if (work.start != nullptr) {
        auto begun = parts_.runs.begin(work.start->picture);
        if (!begun) {
            not_begun(work, begun.error());
            return Fate::over;
        }
        work.run = std::move(*begun);
        return Fate::ready;
    }
    const RunId id = work.run_id;
    const LiveRuns::Slot* slot = parts_.runs.find(id);
    if (work.parks || slot == nullptr || slot->quarantined || slot->interrupted) {
        return Fate::needs_session;
    }
    work.run = parts_.runs.take(id);
    return work.run != nullptr ? Fate::ready : Fate::needs_session;
}

Round::Fate Round::activate(Work& work) {
    if (work.ended != nullptr) {
        return Fate::ready;  // its step was made when it was read
    }
    if (const Fate fate = prepare(work); fate != Fate::ready) {
        return fate;
    }
    flow::Kernel::Activation activation;
    activation.seq = work.run->next_seq();
    activation.now = std::max(parts_.services.clock->now(), work.run->kernel().now());
    activation.known = work.known;
    activation.decider = &decider_;
    activation.terms = &parts_.services.terms;
    activation.facts = work.start != nullptr ? std::vector<flow::Fact>(1) : facts_of(work.inputs);
    work.now = activation.now;
    const auto began = std::chrono::steady_clock::now();
    auto step = work.run->activate(std::move(activation));
    lua_spent_ += std::chrono::steady_clock::now() - began;
    if (!step) {
        parts_.runs.failed(work.run_id, std::move(work.run));
        if (work.start != nullptr) {
            not_begun(work, step.error());
            return Fate::over;
        }
        work.parks = std::move(step).error();
        return Fate::needs_session;
    }
    work.step = std::move(*step);
    work.row = flow::journal_row(work.run->next_seq() - 1, work.now, work.step);
    return Fate::ready;
}

/// Puts as many as one commit may hold into the batch. Those that need the session or find no room
/// stay, in their order.
void Round::run_some(Works& works) {
    Works stay;
    for (auto& work : works) {
        const Fate fate = is_full() ? Fate::needs_session : activate(work);
        switch (fate) {
            case Fate::ready:
                add_to_batch(work);
                prepared_.push_back(std::move(work));
                break;
            case Fate::needs_session:
                wants_session_ = wants_session_ || !is_full();
                stay.push_back(std::move(work));
                break;
            case Fate::over:
                has_freed_ = true;
                break;
        }
    }
    works = std::move(stay);
}

void Round::add_to_batch(const Work& work) {
    const bool ends = work.step.finished;
    const bool begins = work.start != nullptr;
    RunState state = begins ? (ends ? RunState::begins_and_ends : RunState::begins)
                            : (ends ? RunState::ends : RunState::continues);
    state = work.ended != nullptr ? RunState::had_ended : state;
    const Id128 release = work.ended != nullptr ? Id128{} : work.run->release();
    parts_.batch.add({&work.kernel(), &work.step, &work.row, work.start.get(), release, state});
    body_bytes_ += work.row.body.size();
}

void Round::refuse(Work& work, const Error& error) {
    for (auto& input : work.inputs) {
        input.refuse(error);
    }
}

void Round::refuse_all(Works& works, const Error& error) {
    for (auto& work : works) {
        refuse(work, error);
    }
}

}  // namespace sluice::worker
