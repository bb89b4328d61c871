// How a round writes a batch, and what it does when the database has answered.
#include <algorithm>
#include <iterator>
#include <utility>

#include "worker/round.hpp"

namespace sluice::worker {
namespace {

/// A vote that does not count is told so; everything else is taken by being committed.
Result<void> became_of(const Input& input, const flow::Step& step) {
    for (const flow::RefusedVote& refused : step.refused_votes) {
        if (refused.vote == input.fact.vote) {
            return fail(refused.why);
        }
    }
    return {};
}

}  // namespace

/// A failure leaves the works where they are; their rows are gone.
Result<void> Round::send_prepared() {
    body_bytes_ = 0;
    lua_spent_ = {};
    SLUICE_TRY(parts_.batch.send(parts_.connection));
    sent_.batches += 1;
    sent_.activations += prepared_.size();
    sent_.last_batch = prepared_.size();
    under_way_ = std::exchange(prepared_, {});
    return {};
}

Result<void> Round::write(Works& again) {
    auto sent = send_prepared();
    return sent ? sent : not_committed(std::exchange(prepared_, {}), sent.error(), again);
}

Result<void> Round::send() {
    if (prepared_.empty() || is_under_way()) {
        return {};
    }
    SLUICE_TRY(write(left_));
    return is_under_way() ? Result<void>{} : go_on(Then::stay_free);
}

Result<void> Round::finish(Then then) {
    SLUICE_TRY(take_answer(then, left_));
    return go_on(then);
}

Result<void> Round::drain() {
    while (is_under_way() || held() > 0) {
        if (is_under_way()) {
            SLUICE_TRY(finish(Then::send_next));
        } else {
            SLUICE_TRY(go_on(Then::stay_free));
            SLUICE_TRY(send());
        }
    }
    return {};
}

/// The next batch goes first when nothing stands in its way: the server works while the effects and
/// answers of this one are given out.
Result<void> Round::take_answer(Then then, Works& again) {
    Works works = std::exchange(under_way_, {});
    const auto refusals = parts_.batch.take_answer(parts_.connection);
    if (!refusals) {
        return not_committed(std::move(works), refusals.error(), again);
    }
    const bool goes_first =
        then == Then::send_next && refusals->empty() && !wants_session_ && !prepared_.empty();
    const auto sent = goes_first ? send_prepared() : Result<void>{};
    SLUICE_TRY(answer_all(works, *refusals, again));
    return sent ? sent : not_committed(std::exchange(prepared_, {}), sent.error(), again);
}

/// Nothing is under way or prepared then.
Result<void> Round::flush() {
    while (is_under_way() || !prepared_.empty()) {
        if (!is_under_way()) {
            SLUICE_TRY(write(left_));
        }
        if (is_under_way()) {
            SLUICE_TRY(take_answer(Then::stay_free, left_));
        }
    }
    return {};
}

/// Commits them to their end, nothing else with them. Nothing is under way or prepared before.
/// After an error every caller has been told.
Result<void> Round::settle(Works works) {
    Result<void> done;
    while (done && !(works.empty() && prepared_.empty())) {
        done = bring_all(works);
        if (!done) {
            break;
        }
        run_some(works);
        if (!prepared_.empty()) {
            done = write(works);
        }
        if (done && is_under_way()) {
            done = take_answer(Then::stay_free, works);
        }
    }
    if (!done) {
        refuse_all(works, done.error());
    }
    return done;
}

/// What is durable is sent and answered first: it must not wait for what becomes of the refused.
Result<void> Round::answer_all(Works& ready, const std::vector<Refusal>& refusals, Works& again) {
    std::vector<const Refusal*> refused(ready.size());
    for (const auto& refusal : refusals) {
        refused[refusal.activation] = &refusal;
    }
    bool wrote_events = false;  // see Batch::add_event()
    for (std::size_t i = 0; i < ready.size(); ++i) {
        if (refused[i] == nullptr) {
            const flow::Step& step = ready[i].step;
            const bool tells = step.finished || !step.told.empty() || !step.task_turns.empty();
            committed(ready[i]);
            wrote_events = wrote_events || tells;
        }
    }
    if (wrote_events && parts_.services.events_written) {
        parts_.services.events_written();
    }
    Works sent_back;
    for (std::size_t i = 0; i < ready.size(); ++i) {
        if (refused[i] == nullptr) {
            continue;
        }
        const auto taken = take_refusal(ready[i], *refused[i], sent_back);
        if (!taken) {
            refuse_all(ready, taken.error());
            refuse_all(sent_back, taken.error());
            return taken;
        }
    }
    again.insert(
        again.begin(),
        std::make_move_iterator(sent_back.begin()),
        std::make_move_iterator(sent_back.end())
    );
    return {};
}

void Round::committed(Work& work) {
    const RunId id = work.run_id;
    const payment::Picture& picture = work.kernel().picture();
    for (const auto& effect : work.step.exchanges) {
        send(*work.run, effect, effect.repeats);
    }
    for (auto& input : work.inputs) {
        if (input.kind == Input::Kind::start) {
            answer_start(work, input, picture);
            continue;
        }
        if (input.on_picture) {
            input.on_picture(picture);
        }
        if (input.on_done) {
            input.on_done(became_of(input, work.step));
        }
    }
    work.inputs.clear();
    parts_.waiters.tell(picture, work.kernel().unanswered().size());
    refund_surplus(work);
    if (work.step.finished) {
        parts_.runs.forget(id);
    } else {
        parts_.runs.keep(id, std::move(work.run), work.now);
    }
}

void Round::answer_start(Work& work, Input& input, const payment::Picture& picture) {
    const StartRun& start = *work.start;
    if (is_fulfilled(start.wait_for, picture, work.run->kernel().unanswered().size())) {
        input.on_picture(picture);
        return;
    }
    parts_.waiters.add(work.run_id, {start.wait_for, start.answer_by, std::move(input.on_picture)});
}

void Round::send(const flow::Run& run, const flow::SendExchange& effect, bool resent) {
    const auto& picture = run.kernel().picture();
    channel::ExchangeOrder order;
    order.run = RunId(picture.subject.id.raw());
    order.ordinal = effect.exchange;
    order.operation = effect.operation;
    order.instruction = *run.kernel().find(effect.instruction);
    order.description = picture.channel_text();
    order.resent = resent;
    order.tenure = parts_.runs.tenure_of(order.run.bucket());
    parts_.services.send(std::move(order));
}

}  // namespace sluice::worker
