// What a round does with its session while no commit is under way.
#include <span>
#include <utility>

#include "worker/round.hpp"

namespace sluice::worker {

/// Runs what waited, as far as it may now; the session is used for it when it is free.
Result<void> Round::go_on(Then then) {
    do {
        has_freed_ = false;
        if (!is_under_way()) {
            wants_session_ = false;
            SLUICE_TRY(serve());
            if (then == Then::send_next && !prepared_.empty()) {
                SLUICE_TRY(write(left_));
            }
        }
        callbacks_wait_.reset();
        gather(std::exchange(waiting_, {}));
        run_some(left_);
    } while (has_freed_ || (wants_session_ && !is_under_way()));
    return {};
}

/// Everything that was put off until the session is free.
Result<void> Round::serve() {
    SLUICE_TRY(resolve_callbacks());
    SLUICE_TRY(answer_waits());
    return bring_back();
}

Result<void> Round::resolve_callbacks() {
    std::vector<InstructionPlace> named;
    const auto is_unresolved = [](const Input& input) {
        return input.kind == Input::Kind::callback && input.run_id.is_nil();
    };
    for (const auto& input : waiting_) {
        if (is_unresolved(input)) {
            const CallbackFact& told = input.callback;
            named.push_back({told.instruction, told.channel, told.channel_account});
        }
    }
    if (named.empty()) {
        return {};
    }
    SLUICE_ASSIGN(const auto runs, store_.runs_of(named));
    std::size_t next = 0;
    for (auto& input : waiting_) {
        if (!is_unresolved(input)) {
            continue;
        }
        input.run_id = runs[next++];
        if (input.run_id.is_nil()) {
            input.refuse(
                {ErrorCode::not_found,
                 input.callback.channel + "/" + input.callback.channel_account +
                     " has no instruction " + input.callback.instruction.to_string(),
                 {}}
            );
        }
    }
    std::erase_if(waiting_, is_unresolved);
    return {};
}

Result<void> Round::answer_waits() {
    Result<void> done;
    for (auto& input : std::exchange(waiting_, {})) {
        const bool may_be_told = input.kind == Input::Kind::wait && !uncommitted_.has(input.run_id);
        if (done && may_be_told) {
            done = answer_wait(std::move(input));
        } else {
            waiting_.push_back(std::move(input));
        }
    }
    return done;
}

/// What an interrupted run had asked for comes before what the works bring: later nobody could tell
/// which of its questions are on their way.
Result<void> Round::bring_back() {
    const auto is_interrupted = [this](const Work& work) {
        const LiveRuns::Slot* slot = parts_.runs.find(work.run_id);
        return slot != nullptr && slot->interrupted;
    };
    std::vector<RunId> interrupted;
    for (const auto& work : left_) {
        if (is_interrupted(work)) {
            interrupted.push_back(work.run_id);
        }
    }
    if (!interrupted.empty()) {
        SLUICE_TRY(ask_interrupted(interrupted));
    }
    std::erase_if(left_, [&](Work& work) {
        const bool is_still = is_interrupted(work);
        if (is_still) {
            has_freed_ = true;
            give_up(
                work,
                {ErrorCode::unavailable,
                 "payment " + work.run_id.to_string() +
                     " cannot be read right now, send the request again",
                 {}}
            );
        }
        return is_still;
    });
    return bring_all(left_);
}

/// What memory alone could not do for them. Those that come to their end by it are taken out. An
/// error leaves the others in.
Result<void> Round::bring_all(Works& works) {
    SLUICE_TRY(read_ahead(works));
    Result<void> done;
    std::erase_if(works, [&](Work& work) {
        if (!done) {
            return false;
        }
        const auto stays = bring(work);
        if (!stays) {
            done = fail(stays.error());
            return false;
        }
        has_freed_ = has_freed_ || !*stays;
        return !*stays;
    });
    return done;
}

/// False: the work has come to its end without an activation.
Result<bool> Round::bring(Work& work) {
    if (work.parks) {
        SLUICE_TRY(quarantine(work, *work.parks));
        return false;
    }
    const bool is_here = work.run != nullptr && work.run->interpreter().is_usable();
    if (work.start != nullptr || is_here || work.ended != nullptr) {
        return true;
    }
    const RunId id = work.run_id;
    const LiveRuns::Slot* slot = parts_.runs.find(id);
    if (slot == nullptr) {
        return take_late(work);
    }
    if (slot->quarantined) {
        SLUICE_TRY(take_evidence(work, Unbooked::opens_case));
        return false;
    }
    work.run = parts_.runs.take(id);
    return work.run != nullptr ? Result<bool>(true) : rebuild(work);
}

Result<bool> Round::rebuild(Work& work) {
    const RunId id = work.run_id;
    auto rebuilt = parts_.runs.rebuild(store_, id);
    if (!rebuilt) {
        if (session_lost(rebuilt.error())) {
            refuse(work, rebuilt.error());
            return fail(rebuilt.error());
        }
        if (rebuilt.error().code == ErrorCode::unavailable) {
            give_up(work, rebuilt.error());
            return false;
        }
        SLUICE_TRY(quarantine(work, rebuilt.error()));
        return false;
    }
    if (*rebuilt == nullptr) {
        parts_.runs.forget(id);
        return take_late(work);
    }
    work.run = std::move(*rebuilt);
    return true;
}

/// Brings what bring() will need of the runs that are not in memory, all at once. An error means
/// that the session is lost.
Result<void> Round::read_ahead(const Works& works) {
    std::vector<RunId> cold;
    for (const auto& work : works) {
        const RunId id = work.run_id;
        const LiveRuns::Slot* slot = work.start == nullptr ? parts_.runs.find(id) : nullptr;
        if (slot != nullptr && !slot->quarantined && slot->run == nullptr) {
            cold.push_back(id);
        }
    }
    if (auto done = store_.read_ahead(cold); !done && session_lost(done.error())) {
        return done;
    }
    // Any other trouble may be that of one run alone: each meets its own in bring().
    return {};
}

/// Sends again what may be sent again; what may not becomes an unclear outcome. True: there is one.
Result<bool> Round::ask_again(Work& work) {
    SLUICE_ASSIGN(const bool ready, bring(work));
    if (!ready) {
        return false;
    }
    parts_.runs.find(work.run_id)->interrupted = false;
    for (const auto& [number, effect] : work.run->kernel().unanswered()) {
        const auto* instruction = work.run->kernel().find(effect.instruction);
        const auto policy = parts_.services.resend(*instruction, effect.operation);
        if (policy == channel::Resend::idempotent) {
            send(*work.run, effect, true);
            continue;
        }
        flow::Fact lost;
        lost.kind = flow::Fact::Kind::outcome;
        lost.instruction = effect.instruction;
        lost.exchange = number;
        lost.operation = effect.operation;
        lost.source = payment::Source::resend;
        lost.outcome.kind = payment::OutcomeKind::unknown;
        lost.outcome.code = "interrupted";
        Input& input = work.inputs.emplace_back();
        input.run_id = work.run_id;
        input.tenure = parts_.runs.tenure_of(work.run_id.bucket());
        input.fact = std::move(lost);
    }
    if (work.inputs.empty()) {
        const RunId id = work.run_id;
        parts_.runs.keep(id, std::move(work.run), parts_.services.clock->now());
        return false;
    }
    return true;
}

Result<void> Round::ask_interrupted(std::span<const RunId> runs) {
    SLUICE_TRY(flush());
    Works works;
    for (const RunId id : runs) {
        const LiveRuns::Slot* slot = parts_.runs.find(id);
        if (slot != nullptr && slot->interrupted && !slot->quarantined) {
            works.emplace_back().run_id = id;
        }
    }
    SLUICE_TRY(read_ahead(works));
    Works unclear;
    for (auto& work : works) {
        SLUICE_ASSIGN(const bool is_unclear, ask_again(work));
        if (is_unclear) {
            unclear.push_back(std::move(work));
        }
    }
    return settle(std::move(unclear));
}

Result<void> Round::recover(std::span<const RunId> runs) {
    SLUICE_TRY(ask_interrupted(runs));
    return go_on(Then::stay_free);
}

}  // namespace sluice::worker
