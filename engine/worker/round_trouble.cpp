// What a round does when the database says no: once more, alone, later, or never.
#include <algorithm>
#include <iterator>
#include <utility>

#include "worker/round.hpp"

namespace sluice::worker {
namespace {

/// Commits of one activation that surely did not happen before its callers are told.
constexpr int kTriesMax = 3;
/// Until an input is tried again that nobody will repeat: long enough not to add to the trouble.
constexpr std::chrono::seconds kLater{1};
/// What the database raises when a payment would end as one of an order that takes none any more.
/// No refusal of commit_batch: every payment would pay for looking before.
constexpr std::string_view kOrderIsOver = "SL006";
/// More than a flow can have holds; each refusal sends it another way.
constexpr int kRefusalsMax = 64;

bool is_repeated_by_its_sender(const Input& input) { return input.on_picture || input.on_done; }

std::string name_of_step(const flow::Step& step, std::uint32_t ordinal) {
    const auto found = std::ranges::find(step.account_steps, ordinal, &flow::AccountStep::ordinal);
    if (found == step.account_steps.end()) {
        return "step " + std::to_string(ordinal);
    }
    return "the " + std::string(flow::to_string(found->kind)) + " of " + found->amount.describe() +
           " for " + found->instruction.to_string();
}

}  // namespace

/// A server that has become a standby (25006) answers, but writes nothing for this session again.
bool Round::session_lost(const Error& error) const {
    return error.code == ErrorCode::unknown || error.context == "25006" ||
           !parts_.connection.is_open();
}

/// The batch in preparation counts on the one that failed (the accounts it opened) and goes with
/// it; its runs begin again from what is committed.
Result<void> Round::not_committed(Works works, Error error, Works& again) {
    Works next = std::exchange(prepared_, {});
    parts_.batch.clear();
    body_bytes_ = 0;
    lua_spent_ = {};
    for (auto& work : next) {
        work.start_over();
    }
    auto first = commit_failed(std::move(works), std::move(error));
    if (first) {
        std::ranges::move(next, std::back_inserter(*first));
        next = std::move(*first);
    }
    again.insert(
        again.begin(), std::make_move_iterator(next.begin()), std::make_move_iterator(next.end())
    );
    return first ? Result<void>{} : fail(first.error());
}

/// A coroutine cannot be rolled back: whatever the failure, every run of the batch leaves memory.
Result<Round::Works> Round::commit_failed(Works works, Error error) {
    for (auto& work : works) {
        work.start_over();
    }
    if (session_lost(error)) {
        refuse_all(works, error);
        return fail(std::move(error));
    }
    if (error.code == ErrorCode::unavailable) {
        // Surely rolled back (a deadlock, a timeout): the same once more.
        Works again;
        for (auto& work : works) {
            if (++work.inputs.front().tries <= kTriesMax) {
                again.push_back(std::move(work));
            } else {
                give_up(work, error);
            }
        }
        return again;
    }
    // A definite data error: the guilty one shows when each is run alone.
    if (works.size() > 1) {
        for (auto& work : works) {
            Works alone;
            alone.push_back(std::move(work));
            if (auto settled = settle(std::move(alone)); !settled) {
                refuse_all(works, settled.error());
                return fail(settled.error());
            }
        }
        return Works{};
    }
    Work& work = works.front();
    if (error.context == kOrderIsOver && work.step.settles_at > 0) {
        Works again;
        SLUICE_TRY(take_refusal(work, {0, work.step.settles_at, "order_over", {}, {}, {}}, again));
        return again;
    }
    if (++work.inputs.front().tries < 2) {
        return works;
    }
    if (work.start != nullptr) {
        refuse(work, error);
    } else {
        SLUICE_TRY(quarantine(work, error));
    }
    return Works{};
}

/// Whoever waits is told and comes again; what nobody says twice is kept for later, or the run
/// would wait for it without end.
void Round::give_up(Work& work, const Error& error) {
    for (auto& input : work.inputs) {
        if (is_repeated_by_its_sender(input)) {
            input.refuse(error);
            continue;
        }
        input.tries = 0;
        later_.emplace(parts_.services.clock->now() + kLater, std::move(input));
    }
}

std::vector<Input> Round::take_due(std::size_t most) {
    const Time now = parts_.services.clock->now();
    std::vector<Input> due;
    while (!later_.empty() && later_.begin()->first <= now && due.size() < most) {
        due.push_back(std::move(later_.begin()->second));
        later_.erase(later_.begin());
    }
    for (const RunId id : parts_.runs.take_due(now, most - due.size())) {
        if (uncommitted_.has(id)) {
            parts_.runs.return_timer(id);  // it may move on before its moment comes
            continue;
        }
        Input& timer = due.emplace_back();
        timer.run_id = id;
        timer.fact.kind = flow::Fact::Kind::timer;
    }
    return due;
}

std::optional<Time> Round::next_due() const {
    auto next = parts_.runs.next_due();
    if (!later_.empty() && (!next || later_.begin()->first < *next)) {
        next = later_.begin()->first;
    }
    return next;
}

Result<void> Round::take_refusal(Work& work, const Refusal& refusal, Works& again) {
    work.start_over();
    if (refusal.reason == kLookAgain) {
        again.push_back(std::move(work));
        return {};
    }
    // What a run that begins was shown to give back is not there any more: it never began, and
    // whoever asked for it may look again.
    const bool is_outdated = work.start != nullptr && refusal.reason == "over_refunded";
    if (refusal.ordinal == 0 || is_outdated) {
        return answer_existing(work, refusal);
    }
    const bool knew_it = std::ranges::any_of(work.known, [&](const flow::Recorded& recorded) {
        return recorded.kind == flow::Recorded::Kind::refusal &&
               recorded.ordinal == refusal.ordinal;
    });
    if (knew_it || ++work.refusals > kRefusalsMax) {
        return park_refused(work, refusal);
    }
    // The activation is run again from where it began, knowing what it was refused.
    work.known = work.step.recorded;
    // What came after it, other refusals too, belongs to a way that is not taken any more.
    std::erase_if(work.known, [&](const flow::Recorded& recorded) {
        return recorded.ordinal > refusal.ordinal;
    });
    Value why;
    why.set("code", refusal.reason);
    why.set("message", refusal.reason);
    if (refusal.rest) {
        why.set("rest", *refusal.rest);
    }
    work.known.push_back({flow::Recorded::Kind::refusal, refusal.ordinal, std::move(why)});
    again.push_back(std::move(work));
    return {};
}

/// The flow asks again for what it was refused: another turn would end the same way.
Result<void> Round::park_refused(Work& work, const Refusal& refusal) {
    const Error error{
        work.start == nullptr ? ErrorCode::corrupt : ErrorCode::refused,
        "activation " + std::to_string(work.row.seq) + ": the database refuses " +
            name_of_step(work.step, refusal.ordinal) + " (" + refusal.reason +
            ") and the flow goes no other way",
        refusal.reason
    };
    if (work.start == nullptr) {
        return quarantine(work, error);
    }
    not_begun(work, error);
    return {};
}

/// Nothing of it stays. When the scripts are to blame a person is told what they did, the caller
/// only that they failed.
void Round::not_begun(Work& work, const Error& error) {
    if (error.code == ErrorCode::unavailable) {
        refuse(work, error);
        return;
    }
    const auto& subject = work.start->picture.subject;
    const std::string name = subject.name();
    parts_.services.alarm(
        std::string(payment::to_string(subject.service)) + "_not_begun", name + ": " + error.message
    );
    const bool is_script = error.code == ErrorCode::script;
    const Error told{
        ErrorCode::refused,
        "flow '" + subject.flow + "' failed before anything was done; it has been reported",
        "flow_failed"
    };
    refuse(work, is_script ? told : error);
}

}  // namespace sluice::worker
