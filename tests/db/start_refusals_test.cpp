// What callers are told when the scripts or the database let nothing begin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/round_world.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StartRefusals : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    /// The flow of payments does this from now on.
    void given_pay_flow(const std::string& body) {
        auto files = world.release->files;
        files["flows/pay.lua"] =
            "return flow { service = 'payment', name = 'pay', title = { en = 'x', zh = 'x' },\n"
            "  stages = { 'only' }, run = function(pay) " +
            body + " end }\n";
        const auto release = script::build_release(std::move(files));
        ASSERT_TRUE(release.has_value()) << release.error().message;
        worker::RunStore store(world.connection);
        ASSERT_TRUE(
            store.save_release((*release)->id, worker::release_to_json(**release)).has_value()
        );
        world.runs.adopt(*release);
    }
    /// "code context" of the last answer.
    std::string last_answer() {
        const auto& answer = world.answers.back();
        return answer ? "begun"
                      : std::string(to_string(answer.error().code)) + " " + answer.error().context;
    }
    std::string stored() {
        return world.value(
            "SELECT (SELECT count(*) FROM sluice.orders) || ' ' || "
            "(SELECT count(*) FROM sluice.flow_run) || ' ' || "
            "(SELECT count(*) FROM sluice.flow_journal)"
        );
    }

    RoundWorld world;
    AccountId card = world.given_card(100'000);
};

TEST_F(StartRefusals, NameNoScriptToTheCallerWhenTheFlowFails) {
    given_pay_flow("local x = nil + 1");

    world.begin(world.composite(world.new_order(), card));

    EXPECT_EQ(last_answer(), "refused flow_failed");
    EXPECT_EQ(
        world.answers.back().error().message,
        "flow 'pay' failed before anything was done; it has been reported"
    );
    EXPECT_THAT(world.alarms, ElementsAre(HasSubstr("flows/pay.lua, line 2")))
        << "the person who is called needs it";
    EXPECT_EQ(stored(), "0 0 0");
}

TEST_F(StartRefusals, AreTheDatabasesWhenTheFlowGoesNoOtherWay) {
    given_pay_flow("while true do if kernel.hold(1).ok then while true do kernel.wait() end end end"
    );
    const AccountId empty = world.given_card(1);

    world.begin(world.composite(world.new_order(), empty));

    EXPECT_EQ(last_answer(), "refused insufficient_balance");
    EXPECT_THAT(world.alarms, ElementsAre(HasSubstr("payment_not_begun pay_")));
    EXPECT_EQ(stored(), "0 0 0");
}

TEST_F(StartRefusals, AreTheSameForEveryServiceWithoutAFlow) {
    for (const auto service :
         {payment::Service::payment,
          payment::Service::refund,
          payment::Service::payout,
          payment::Service::transfer}) {
        auto start = world.composite(world.new_order(), card);
        start->picture.subject.service = service;
        start->picture.subject.flow = "none";
        start->picture.subject.number = "N-1";

        world.begin(std::move(start));

        EXPECT_EQ(last_answer(), "refused flow_failed") << to_string(service);
    }
    EXPECT_EQ(stored(), "0 0 0");
}

TEST_F(StartRefusals, LeaveTheNumberFree) {
    const payment::Order order = world.new_order();
    auto start = world.composite(order, card);
    start->picture.subject.flow = "none";
    world.begin(std::move(start));
    EXPECT_EQ(last_answer(), "refused flow_failed");

    world.begin(world.composite(order, card));

    EXPECT_EQ(stored().substr(0, 1), "1") << "the same order may begin when the flow is mended";
}

/// One commit has both: the order is looked at as it was before.
TEST_F(StartRefusals, MeetAPaymentWhoseOrderAnotherEndsInTheSameCommit) {
    for (const auto end : {payment::OutcomeKind::succeeded, payment::OutcomeKind::closed}) {
        const payment::Order order = world.new_order();
        world.begin(world.composite(order, card));
        auto second = world.composite(order, card);
        second->order_is_new = false;
        std::vector<worker::Input> both;
        payment::Outcome outcome = world.paid();
        outcome.kind = end;
        both.push_back(world.answer(std::move(outcome)));
        both.push_back(world.start_of(std::move(second)));

        ASSERT_TRUE(world.process(std::move(both)));

        EXPECT_EQ(last_answer(), "conflict payment_unresolved") << to_string(end);
        const bool is_paid = end == payment::OutcomeKind::succeeded;
        EXPECT_EQ(
            world.value(
                "SELECT o.status || ' ' || o.paid || ' ' || (o.active_payment IS NULL) || ' ' || "
                "string_agg(p.status, ' ') FROM sluice.orders o JOIN sluice.payment p "
                "ON p.order_id = o.id WHERE o.merchant_order_number = '" +
                order.merchant_order_number + "' GROUP BY o.id"
            ),
            is_paid ? "paid 10000 true succeeded" : "open 0 true failed"
        );
    }
}

}  // namespace
}  // namespace sluice::testing
