// What a round does with what comes for runs that take nothing more: money that moves against the
// end of a run is booked as one more activation of its journal, the rest is evidence.
#include <algorithm>
#include <utility>

#include "worker/ended_run.hpp"
#include "worker/round.hpp"
#include "worker/surplus_refund.hpp"

namespace sluice::worker {
namespace {

using payment::OutcomeKind;

/// Whether it tells of money; the answers to our own requests only when they are definite.
bool says_something(const Input& input) {
    if (input.kind == Input::Kind::callback) {
        return true;
    }
    const auto kind = input.fact.outcome.kind;
    const bool is_definite = kind == OutcomeKind::succeeded || kind == OutcomeKind::returned ||
                             kind == OutcomeKind::refused || kind == OutcomeKind::closed;
    return input.fact.kind == flow::Fact::Kind::outcome && is_definite;
}

/// A refund that could not begin now begins when the worker looks for it again, unless nothing
/// would be different then.
bool is_worth_an_alarm(const Error& error) {
    return error.code != ErrorCode::unavailable && error.code != ErrorCode::unknown;
}

const payment::Instruction* find(const payment::Picture& picture, InstructionId id) {
    const auto found = std::ranges::find(picture.instructions, id, &payment::Instruction::id);
    return found == picture.instructions.end() ? nullptr : &*found;
}

/// The run that asked has ended, or takes nothing more.
Error too_late(const payment::TaskVote& vote) {
    return {
        ErrorCode::conflict,
        "task " + vote.task.to_string() + " is over: nobody waits for what people say",
        "task_over"
    };
}

void refuse_votes(std::vector<Input>& inputs) {
    for (Input& input : inputs) {
        if (input.fact.vote != nullptr) {
            input.refuse(too_late(*input.fact.vote));
        }
    }
}

/// None of them changed anything: they are refused, or were said before.
void answer_votes(std::vector<Input>& inputs, const std::vector<flow::RefusedVote>& refused) {
    for (Input& input : inputs) {
        const auto why = std::ranges::find(refused, input.fact.vote, &flow::RefusedVote::vote);
        if (input.fact.vote == nullptr) {
            continue;
        }
        if (why != refused.end()) {
            const bool is_asked = why->why.code != ErrorCode::not_found;
            input.refuse(is_asked ? why->why : too_late(*input.fact.vote));
        } else if (input.on_done) {
            std::exchange(input.on_done, nullptr)({});
        }
    }
}

/// Whether a run that is over may want to know it.
bool may_be_news(const Input& input) {
    return input.fact.vote != nullptr || input.kind == Input::Kind::moment || says_something(input);
}

}  // namespace

/// True: it is an activation; its step is made, and waits for a batch.
Result<bool> Round::take_late(Work& work) {
    const auto is_news =
        std::ranges::any_of(work.inputs, may_be_news) ? read_ended(work) : Result<bool>(false);
    if (is_news && *is_news) {
        return true;
    }
    if (!is_news) {
        if (session_lost(is_news.error())) {
            refuse(work, is_news.error());
            return fail(is_news.error());
        }
        if (is_news.error().code == ErrorCode::unavailable) {
            give_up(work, is_news.error());
            return false;
        }
        SLUICE_TRY(quarantine(work, is_news.error()));
        return false;
    }
    SLUICE_TRY(take_evidence(work, Unbooked::is_nothing));
    return false;
}

/// False: nothing of it is news.
Result<bool> Round::read_ended(Work& work) {
    SLUICE_ASSIGN(auto ended, load_ended_run(parts_.connection, work.run_id));
    if (!ended) {
        return false;
    }
    auto kernel = std::make_unique<flow::Kernel>(std::move(ended->kernel));
    flow::Kernel::Activation activation;
    activation.seq = ended->next_seq;
    activation.now = std::max(parts_.services.clock->now(), kernel->picture().subject.updated_at);
    activation.known = work.known;
    activation.decider = &decider_;
    for (const auto& input : work.inputs) {
        if (may_be_news(input)) {
            activation.facts.push_back(fact_of(input));
        }
    }
    work.now = activation.now;
    SLUICE_TRY(kernel->begin(std::move(activation)));
    flow::Step step = kernel->take_step();
    if (step.effects.is_empty()) {
        answer_votes(work.inputs, step.refused_votes);
        return false;
    }
    work.step = std::move(step);
    work.row = flow::journal_row(ended->next_seq, work.now, work.step);
    work.ended = std::move(kernel);
    return true;
}

/// What was said is kept, nothing is decided.
Result<void> Round::take_evidence(Work& work, Unbooked unbooked) {
    refuse_votes(work.inputs);
    for (auto& input : work.inputs) {
        if (says_something(input)) {
            const flow::Fact said = fact_of(input);
            auto kept = store_.keep_late_fact(said, parts_.services.clock->now(), unbooked);
            if (!kept) {
                refuse(work, kept.error());
                return fail(kept.error());
            }
        }
        if (input.on_done) {
            input.on_done({});
        }
        if (input.on_picture) {
            Input wait;
            wait.run_id = work.run_id;
            wait.on_picture = std::move(input.on_picture);
            SLUICE_TRY(answer_wait(std::move(wait)));
        }
    }
    return {};
}

/// What no order took goes back by a run of its own, which begins in the next batch: only what is
/// committed may be refunded. Where this is lost the worker finds the case (Worker::sweep_ended).
void Round::refund_surplus(const Work& work) {
    for (const flow::OpenCase& opened : work.step.cases) {
        if (opened.kind == flow::kSurplusCase) {
            begin_surplus_refund(
                work.kernel().picture(), *work.kernel().find(opened.instruction), 0
            );
        }
    }
}

void Round::begin_surplus_refund(
    const payment::Picture& paid, const payment::Instruction& instruction, int before
) {
    Input input;
    input.kind = Input::Kind::start;
    input.start = std::make_unique<StartRun>(
        surplus_refund(paid, instruction, before, parts_.services.clock->now())
    );
    input.run_id = input.start->picture.subject.id;
    input.on_picture = [alarm = parts_.services.alarm,
                        name = instruction.id.to_string()](Result<payment::Picture> begun) {
        if (!begun && is_worth_an_alarm(begun.error())) {
            alarm("surplus_refund_not_begun", name + ": " + begun.error().message);
        }
    };
    waiting_.push_back(std::move(input));
}

Result<void> Round::refund_surpluses(const std::vector<OpenSurplus>& open) {
    for (const OpenSurplus& each : open) {
        const auto loaded = load_picture(parts_.connection, each.run);
        if (!loaded && session_lost(loaded.error())) {
            return fail(loaded.error());
        }
        const std::optional<payment::Picture> paid = loaded ? *loaded : std::nullopt;
        const auto* instruction = paid ? find(*paid, each.instruction) : nullptr;
        if (paid && instruction != nullptr) {
            begin_surplus_refund(*paid, *instruction, each.refunds);
        } else {
            parts_.services.alarm(
                "surplus_refund_not_begun", each.instruction.to_string() + " cannot be read"
            );
        }
    }
    return go_on(Then::stay_free);
}

/// Nobody keeps a timer for a run that is over: its tasks are looked for in the database.
Result<void> Round::pass_moments(const std::vector<RunId>& runs) {
    for (const RunId run : runs) {
        Input input;
        input.kind = Input::Kind::moment;
        input.run_id = run;
        input.fact.kind = flow::Fact::Kind::timer;
        waiting_.push_back(std::move(input));
    }
    return go_on(Then::stay_free);
}

}  // namespace sluice::worker
