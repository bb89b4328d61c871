#include "worker/round.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "worker/evidence.hpp"

namespace sluice::worker {
namespace {

flow::Fact fact_of(const CallbackFact& callback) {
    flow::Fact fact;
    fact.kind = flow::Fact::Kind::callback;
    fact.source = payment::Source::callback;
    fact.instruction = callback.instruction;
    fact.outcome = callback.outcome;
    fact.evidence = to_value(callback.evidence);
    return fact;
}

}  // namespace

Round::Round(Parts parts) : parts_(parts), store_(parts.connection) {
    decider_ = [this](std::string_view policy, const Value& facts) {
        return parts_.policies.decide(policy, facts);
    };
}

Result<std::vector<Input>> Round::process(std::vector<Input> inputs) {
    SLUICE_ASSIGN(Gathered gathered, gather(std::move(inputs)));
    auto done = bring_back(gathered.works);
    if (done) {
        done = settle(std::move(gathered.works));
    }
    for (auto& wait : gathered.waits) {
        if (done) {
            done = answer_wait(std::move(wait));
        } else {
            wait.refuse(done.error());
        }
    }
    if (!done) {
        for (auto& repeat : gathered.repeats) {
            repeat.refuse(done.error());
        }
        return fail(done.error());
    }
    return std::move(gathered.repeats);
}

Result<void> Round::resolve_callbacks(std::vector<Input>& inputs) {
    std::vector<InstructionId> ids;
    for (const auto& input : inputs) {
        if (input.kind == Input::Kind::callback) {
            ids.push_back(input.callback.instruction);
        }
    }
    if (ids.empty()) {
        return {};
    }
    auto payments = store_.payments_of(ids);
    if (!payments) {
        for (auto& input : inputs) {
            input.refuse(payments.error());
        }
        return fail(payments.error());
    }
    std::size_t next = 0;
    for (auto& input : inputs) {
        if (input.kind != Input::Kind::callback) {
            continue;
        }
        input.payment = (*payments)[next++];
        if (input.payment.is_nil()) {
            input.refuse(
                {ErrorCode::not_found,
                 "instruction " + input.callback.instruction.to_string() + " does not exist",
                 {}}
            );
        }
    }
    std::erase_if(inputs, [](const Input& input) { return input.payment.is_nil(); });
    return {};
}

Result<Round::Gathered> Round::gather(std::vector<Input> inputs) {
    SLUICE_TRY(resolve_callbacks(inputs));
    Gathered gathered;
    std::map<PaymentId, std::size_t> at;
    std::set<std::pair<std::string, std::string>> orders;
    std::set<std::pair<std::string, std::string>> keys;
    for (auto& input : inputs) {
        if (input.kind == Input::Kind::wait) {
            gathered.waits.push_back(std::move(input));
            continue;
        }
        if (input.kind == Input::Kind::start) {
            const auto& start = *input.start;
            const std::string& merchant = start.payment.merchant_id;
            const bool fresh =
                orders.insert({merchant, start.order.merchant_order_number}).second &&
                (start.idempotency_key.empty() ||
                 keys.insert({merchant, start.idempotency_key}).second);
            if (!fresh) {
                gathered.repeats.push_back(std::move(input));
                continue;
            }
        }
        const auto [place, is_new] = at.emplace(input.payment, gathered.works.size());
        if (is_new) {
            gathered.works.emplace_back().payment = input.payment;
        }
        Work& work = gathered.works[place->second];
        if (input.kind == Input::Kind::start) {
            work.start = std::move(input.start);
        } else {
            work.facts.push_back(
                input.kind == Input::Kind::callback ? fact_of(input.callback) : input.fact
            );
        }
        work.inputs.push_back(std::move(input));
    }
    return gathered;
}

Result<void> Round::settle(Works works) {
    while (!works.empty()) {
        auto again = commit(std::move(works));
        if (!again) {
            return fail(again.error());
        }
        works = std::move(*again);
    }
    return {};
}

/// Brings the run into memory. False: the work has come to its end without an activation.
Result<bool> Round::prepare(Work& work) {
    if (work.run != nullptr && work.run->interpreter().is_usable()) {
        return true;
    }
    work.run.reset();
    if (work.start != nullptr) {
        auto begun = parts_.runs.begin({work.start->order, work.start->payment, {}});
        if (!begun) {
            refuse(work, begun.error());
            return false;
        }
        work.run = std::move(*begun);
        return true;
    }
    const RunId id(work.payment.raw());
    const LiveRuns::Slot* slot = parts_.runs.find(id);
    if (slot == nullptr || slot->quarantined) {
        SLUICE_TRY(take_late(work));
        return false;
    }
    work.run = parts_.runs.take(id);
    if (work.run != nullptr) {
        return true;
    }
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
        SLUICE_TRY(take_late(work));
        return false;
    }
    work.run = std::move(*rebuilt);
    return true;
}

Result<bool> Round::activate(Work& work) {
    SLUICE_ASSIGN(const bool ready, prepare(work));
    if (!ready) {
        return false;
    }
    flow::Kernel::Activation activation;
    activation.seq = work.run->next_seq();
    activation.now = std::max(parts_.services.clock->now(), work.run->kernel().now());
    activation.facts = work.facts;
    activation.known = work.known;
    activation.decider = &decider_;
    activation.terms = &parts_.services.terms;
    if (work.start != nullptr) {
        activation.facts = {flow::Fact{}};
    }
    work.now = activation.now;
    const auto began = std::chrono::steady_clock::now();
    auto step = work.run->activate(std::move(activation));
    lua_spent_ += std::chrono::steady_clock::now() - began;
    if (!step) {
        parts_.runs.failed(RunId(work.payment.raw()), std::move(work.run));
        if (work.start != nullptr) {
            refuse(work, step.error());
        } else {
            SLUICE_TRY(quarantine(work, step.error()));
        }
        return false;
    }
    work.step = std::move(*step);
    work.row = flow::journal_row(work.run->next_seq() - 1, work.now, work.step);
    return true;
}

/// Runs the activations of as many works as one commit may hold, the others are put into `left`.
/// After an error every caller has been told.
Result<Round::Works> Round::activate_some(Works& works, Works& left) {
    Works ready;
    std::size_t bytes = 0;
    lua_spent_ = {};
    for (auto& work : works) {
        const bool full = bytes >= parts_.limits.body_bytes || lua_spent_ >= parts_.limits.lua;
        if (full && !ready.empty()) {
            left.push_back(std::move(work));
            continue;
        }
        const auto activated = activate(work);
        if (!activated) {
            for (Works* each : {&works, &ready, &left}) {
                refuse_all(*each, activated.error());
            }
            return fail(activated.error());
        }
        if (*activated) {
            bytes += work.row.body.size();
            ready.push_back(std::move(work));
        }
    }
    return ready;
}

Result<Round::Works> Round::commit(Works works) {
    Works left;
    SLUICE_ASSIGN(Works ready, activate_some(works, left));
    if (ready.empty()) {
        return left;
    }
    parts_.batch.clear();
    for (const auto& work : ready) {
        const bool ends = work.step.finished;
        const bool begins = work.start != nullptr;
        const RunState state = begins ? (ends ? RunState::begins_and_ends : RunState::begins)
                                      : (ends ? RunState::ends : RunState::continues);
        parts_.batch.add(
            {&work.run->kernel(),
             &work.step,
             &work.row,
             work.start.get(),
             work.run->release(),
             state}
        );
    }
    auto refusals = parts_.batch.commit(parts_.connection);
    auto again = refusals ? answer_all(ready, *refusals)
                          : commit_failed(std::move(ready), std::move(refusals).error());
    if (!again) {
        refuse_all(left, again.error());
        return again;
    }
    std::ranges::move(left, std::back_inserter(*again));
    return again;
}

/// What is durable is sent and answered first: it must not wait for what becomes of the refused.
Result<Round::Works> Round::answer_all(Works& ready, const std::vector<Refusal>& refusals) {
    std::vector<const Refusal*> refused(ready.size());
    for (const auto& refusal : refusals) {
        refused[refusal.activation] = &refusal;
    }
    for (std::size_t i = 0; i < ready.size(); ++i) {
        if (refused[i] == nullptr) {
            committed(ready[i]);
        }
    }
    Works again;
    for (std::size_t i = 0; i < ready.size(); ++i) {
        if (refused[i] == nullptr) {
            continue;
        }
        const auto taken = take_refusal(ready[i], *refused[i], again);
        if (!taken) {
            refuse_all(ready, taken.error());
            refuse_all(again, taken.error());
            return fail(taken.error());
        }
    }
    return again;
}

void Round::committed(Work& work) {
    const RunId id(work.payment.raw());
    const payment::PaymentPicture& picture = work.run->kernel().picture();
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
            input.on_done({});
        }
    }
    work.inputs.clear();
    parts_.waiters.tell(picture, work.run->kernel().unanswered().size());
    if (work.step.finished) {
        parts_.runs.forget(id);
    } else {
        parts_.runs.keep(id, std::move(work.run), work.now);
    }
}

void Round::answer_start(Work& work, Input& input, const payment::PaymentPicture& picture) {
    const StartPayment& start = *work.start;
    if (is_fulfilled(start.wait_for, picture, work.run->kernel().unanswered().size())) {
        input.on_picture(picture);
        return;
    }
    parts_.waiters.add(
        work.payment, {start.wait_for, start.answer_by, std::move(input.on_picture)}
    );
}

void Round::send(const flow::Run& run, const flow::SendExchange& effect, bool resent) {
    const auto& picture = run.kernel().picture();
    channel::ExchangeOrder order;
    order.run = RunId(picture.payment.id.raw());
    order.ordinal = effect.exchange;
    order.operation = effect.operation;
    order.instruction = *run.kernel().find(effect.instruction);
    order.description = picture.order.description;
    order.resent = resent;
    parts_.services.send(std::move(order));
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
