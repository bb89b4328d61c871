#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/round_world.hpp"

namespace sluice::testing {

/// Runs that are over, on a real database, and what their channels tell of them later.
class LateMoneyRound : public ::testing::Test {
  protected:
    LateMoneyRound() {
        world.services.terms = [](const flow::ChannelAddress&) {
            flow::ChannelTerms terms{"1900000109", true, std::chrono::seconds(60)};
            terms.refunds = true;
            terms.pays_out = true;
            return std::optional(terms);
        };
    }
    void TearDown() override { EXPECT_THAT(world.database.unsound(), ::testing::IsEmpty()); }

    void take(std::vector<worker::Input> inputs) {
        ASSERT_TRUE(world.process(std::move(inputs)).has_value());
    }
    void take(worker::Input input) {
        std::vector<worker::Input> inputs;
        inputs.push_back(std::move(input));
        take(std::move(inputs));
    }
    void answer(payment::Outcome outcome) { take(world.answer(std::move(outcome))); }
    static worker::Input told(const payment::Instruction& about, payment::Outcome outcome) {
        worker::Input input;
        input.kind = worker::Input::Kind::callback;
        input.callback = RoundWorld::told(about, std::move(outcome));
        return input;
    }
    static payment::Outcome paid(const payment::Instruction& instruction) {
        payment::Outcome outcome = RoundWorld::outcome(payment::OutcomeKind::succeeded);
        outcome.number = instruction.id.raw().to_string();
        outcome.merchant = instruction.merchant;
        outcome.amount = instruction.amount;
        outcome.channel_reference = "4200001";
        return outcome;
    }
    /// A composite payment whose channel refused; the instruction that it refused.
    payment::Instruction given_failed_payment() {
        world.begin(world.composite(order, card));
        const payment::Instruction refused = world.sent.back().instruction;
        answer(RoundWorld::outcome(payment::OutcomeKind::refused));
        EXPECT_EQ(world.value("SELECT status FROM sluice.payment"), "failed");
        return refused;
    }
    /// The instruction that collected the 70.00 of a payment of 100.00.
    payment::Instruction given_paid_payment() {
        world.begin(world.composite(order, card));
        const payment::Instruction collected = world.sent.back().instruction;
        answer(world.paid());
        EXPECT_EQ(world.value("SELECT status FROM sluice.payment"), "succeeded");
        return collected;
    }
    /// A refund of what the instruction collected; the channel was asked.
    payment::Instruction given_refund(const payment::Instruction& collected) {
        auto start = std::make_unique<worker::StartRun>();
        auto& subject = start->picture.subject;
        subject.id = RunId::generate(world.clock.now(), Bucket{3}, world.random);
        subject.service = payment::Service::refund;
        subject.order_id = order.id;
        subject.merchant_id = order.merchant_id;
        subject.number = "R-" + std::to_string(world.random.next());
        subject.flow = "refund";
        subject.amount = collected.amount;
        payment::RefundSource source;
        source.instruction = collected.id;
        source.payment = RunId(*Id128::parse_uuid(world.value("SELECT id FROM sluice.payment")));
        source.channel = collected.channel;
        source.channel_account = collected.channel_account;
        source.amount = collected.amount;
        source.refunded = Money{0, cny()};
        source.collected_at = collected.created_at;
        payment::Refund refund;
        refund.reason = "the goods came back";
        refund.sources = {source};
        start->picture.details = std::move(refund);
        start->picture.order = order;
        world.begin(std::move(start));
        EXPECT_EQ(world.sent.back().operation, payment::Operation::refund);
        return world.sent.back().instruction;
    }
    /// 50.00 with a fee of 1.00 from the card to a bank card; the channel was asked.
    payment::Instruction given_payout() {
        auto start = std::make_unique<worker::StartRun>();
        auto& subject = start->picture.subject;
        subject.id = RunId::generate(world.clock.now(), Bucket{3}, world.random);
        subject.service = payment::Service::payout;
        subject.merchant_id = order.merchant_id;
        subject.number = "P-1";
        subject.flow = "payout";
        subject.amount = Money{5'000, cny()};
        payment::Payout payout;
        payout.from = {card, "2002"};
        payout.fee = Money{100, cny()};
        payout.method = "bank_card";
        payout.payee.set("name", "Zhang San");
        start->picture.details = std::move(payout);
        world.begin(std::move(start));
        EXPECT_EQ(world.sent.back().operation, payment::Operation::payout);
        return world.sent.back().instruction;
    }
    std::string refunded() {
        return world.value(
            "SELECT (SELECT refunded FROM sluice.orders) || ' ' || "
            "(SELECT max(refunded) FROM sluice.instruction)"
        );
    }
    std::string cases() {
        return world.value(
            "SELECT coalesce(string_agg(kind || ' ' || amount || ' ' || status, ', ' "
            "ORDER BY opened_at, id), '') FROM sluice.money_case"
        );
    }
    std::string events() {
        return world.value(
            "SELECT coalesce(string_agg(type, ' ' ORDER BY xid, id), '') FROM sluice.event"
        );
    }
    std::int64_t balance_of(const std::string& gl) {
        return std::stoll(world.value(
            "SELECT coalesce(sum(-e.side * e.amount), 0) FROM sluice.entry e "
            "JOIN sluice.account a ON a.id = e.account_id WHERE a.gl = '" +
            gl + "'"
        ));
    }
    std::string count(const std::string& table) {
        return world.value("SELECT count(*) FROM sluice." + table);
    }

    RoundWorld world;
    AccountId card = world.given_card(100'000);
    payment::Order order = world.new_order();
};

}  // namespace sluice::testing
