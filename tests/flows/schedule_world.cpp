#include "flows/schedule_world.hpp"

#include <utility>

namespace sluice::testing {

using payment::Operation;
using payment::OutcomeKind;
using std::chrono::milliseconds;

std::vector<payment::Leg> legs_of_shape(std::uint64_t shape) {
    auto balance = card_leg(2000);
    balance.method = "balance";
    switch (shape % 4) {
        case 0:
            return {card_leg(3000), external_leg(7000)};
        case 1:
            return {external_leg(4000), external_leg(6000)};
        case 2:
            return {external_leg(1000), card_leg(500), external_leg(2000), external_leg(3000)};
        default:
            return {balance, card_leg(500), external_leg(7500)};
    }
}

ScheduleWorld::ScheduleWorld(std::uint64_t seed, Memory memory)
    : ScheduleWorld(
          seed,
          DriveOptions{
              .legs = legs_of_shape(seed),
              .memory = memory,
              .order_lasts = std::chrono::minutes(1 + seed / 4 % 3)
          }
      ) {
    if (chance(4) == 0) {
        later(within(200), [this] {
            flow::Fact wish;
            wish.kind = flow::Fact::Kind::close_requested;
            deliver(wish);
        });
    }
}

ScheduleWorld::ScheduleWorld(std::uint64_t seed, DriveOptions options) : random_(seed) {
    pay_ = std::make_unique<FlowDriver>(std::move(options));
    pay_->cap = [this](const flow::RefundClaim& claim) {
        const bool refuses = claim.parts_max > 0 && chance(8) == 0;
        const auto place = std::pair(pay_->run().next_seq(), claim.ordinal);
        return caps_.try_emplace(place, refuses ? "too_many_parts" : "").first->second;
    };
    pay_->bank = [this](const flow::AccountStep& step) {
        const bool is_free = step.kind == flow::AccountStep::Kind::release ||
                             step.kind == flow::AccountStep::Kind::restore;
        const bool refuses = !is_free && chance(10) == 0;
        const auto [at, fresh] =
            bank_.try_emplace({step.instruction, step.kind}, refuses ? "account_closed" : "");
        return at->second;
    };
}

milliseconds ScheduleWorld::within(int seconds) {
    return milliseconds(chance(static_cast<std::uint64_t>(seconds) * 1000) + 1);
}

void ScheduleWorld::later(milliseconds in, std::function<void()> event) {
    agenda_.emplace(pay_->now() + in, std::move(event));
}

bool ScheduleWorld::is_settled() const {
    const bool waits_for_people = !pay_->cases().empty() && !pay_->run().wake_at().has_value() &&
                                  pay_->run().kernel().unanswered().empty();
    return payment::is_final(pay_->status()) || waits_for_people;
}

int ScheduleWorld::payments_at_channel() const {
    int paid = 0;
    for (const auto& [id, truth] : truth_) {
        const bool comes = pay_->run().kernel().find(id)->purpose == payment::Purpose::collect;
        paid += truth == Truth::paid ? (comes ? 1 : -1) : 0;
    }
    return paid;
}

std::int64_t ScheduleWorld::gone_out() const {
    std::int64_t sum = 0;
    for (const auto& [id, truth] : truth_) {
        const auto* about = pay_->run().kernel().find(id);
        const bool goes = about->purpose != payment::Purpose::collect;
        sum += goes && truth == Truth::paid ? about->amount.minor() : 0;
    }
    return sum;
}

void ScheduleWorld::play() {
    pay_->start();
    const Time end = pay_->now() + std::chrono::hours(24 * 7);
    while (pay_->error().empty() && pay_->now() < end && !(is_settled() && agenda_.empty())) {
        take_new_exchanges();
        step();
    }
}

void ScheduleWorld::step() {
    const auto wake = pay_->run().wake_at();
    if (agenda_.empty() || (wake && *wake <= agenda_.begin()->first)) {
        pay_->wake();
        return;
    }
    const auto next = agenda_.begin();
    pay_->pass(std::chrono::ceil<milliseconds>(std::max(next->first - pay_->now(), {})));
    const auto event = std::move(next->second);
    agenda_.erase(next);
    event();
}

void ScheduleWorld::take_new_exchanges() {
    for (; steps_seen_ < pay_->steps().size(); ++steps_seen_) {
        for (const auto& sent : pay_->steps()[steps_seen_].exchanges) {
            carry(sent);
        }
    }
}

/// A request arrives within the channel's delay or never; its answer comes, comes twice, or is lost
/// and told as unknown, sometimes before the channel has even executed the request.
void ScheduleWorld::carry(const flow::SendExchange& sent) {
    if (chance(12) == 0) {
        later(within(2), [this, sent] {
            const auto kind = chance(2) == 0 ? OutcomeKind::not_sent : OutcomeKind::unknown;
            deliver(pay_->answer_to(sent, says(kind, "no_answer")));
        });
        return;
    }
    const bool answer_is_lost = chance(5) == 0;
    if (answer_is_lost) {
        later(within(10), [this, sent] {
            deliver(pay_->answer_to(sent, says(OutcomeKind::unknown, "timeout")));
        });
    }
    later(within(20), [this, sent, answer_is_lost] {
        const auto outcome = execute(sent, *pay_->run().kernel().find(sent.instruction));
        if (answer_is_lost) {
            return;
        }
        const auto answer = pay_->answer_to(sent, outcome);
        later(within(5), [this, answer] { deliver(answer); });
        if (chance(6) == 0) {
            later(within(30), [this, answer] { deliver(answer); });
        }
    });
}

payment::Outcome ScheduleWorld::execute(
    const flow::SendExchange& sent, const payment::Instruction& about
) {
    Truth& truth = truth_.try_emplace(sent.instruction, Truth::absent).first->second;
    if (sent.operation == Operation::collect && truth == Truth::absent) {
        begin_order(about);
    }
    const bool goes_out =
        sent.operation == Operation::refund || sent.operation == Operation::payout;
    if (goes_out && truth == Truth::absent) {
        truth = chance(2) == 0 ? Truth::refused : Truth::paid;
    }
    if (sent.operation == Operation::close && truth == Truth::waiting) {
        truth = Truth::closed;
    }
    switch (truth) {
        case Truth::absent:
            return says(OutcomeKind::not_found, "ORDER_NOT_EXIST");
        case Truth::waiting:
            return sent.operation == Operation::collect ? qr_shown(about)
                                                        : says(OutcomeKind::pending, "NOTPAY");
        case Truth::paid:
            return sent.operation == Operation::close ? says(OutcomeKind::refused, "ORDER_PAID")
                                                      : paid(about);
        case Truth::refused:
            return says(OutcomeKind::refused, "card_declined");
        case Truth::closed:
            return says(OutcomeKind::closed);
    }
    return {};
}

void ScheduleWorld::begin_order(const payment::Instruction& about) {
    const InstructionId id = about.id;
    const auto fate = chance(8);
    truth_[id] = fate == 0 ? Truth::refused : Truth::waiting;
    if (fate == 1) {
        let_payer_act(id);
    } else if (fate < 6) {
        later(within(150), [this, id] { let_payer_act(id); });
    }
}

void ScheduleWorld::let_payer_act(InstructionId id) {
    if (truth_[id] != Truth::waiting) {
        return;
    }
    truth_[id] = Truth::paid;
    for (auto copies = chance(4); copies > 0; --copies) {
        later(within(90), [this, id] { call_back(id); });
    }
}

void ScheduleWorld::call_back(InstructionId id) {
    flow::Fact fact;
    fact.kind = flow::Fact::Kind::callback;
    fact.source = payment::Source::callback;
    fact.instruction = id;
    fact.outcome = paid(*pay_->run().kernel().find(id));
    deliver(fact);
}

/// Now, or together with the next fact, before or after it.
void ScheduleWorld::deliver(const flow::Fact& fact) {
    if (payment::is_final(pay_->status())) {
        return;
    }
    const auto way = chance(6);
    if (way == 0) {
        held_back_.push_back(fact);
        later(within(3), [this] {
            if (!held_back_.empty() && !payment::is_final(pay_->status())) {
                pay_->feed(std::exchange(held_back_, {}));
            }
        });
        return;
    }
    auto facts = std::exchange(held_back_, {});
    facts.insert(way == 1 ? facts.begin() : facts.end(), fact);
    pay_->feed(std::move(facts));
}

}  // namespace sluice::testing
