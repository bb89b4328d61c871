// Whether money that no order took is of whoever paid the order: told by journals alone, wherever
// surplus money is shown.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/pool.hpp"
#include "db/round_world.hpp"
#include "gateway/event_objects.hpp"
#include "gateway/surplus_store.hpp"
#include "worker/picture.hpp"

namespace sluice::testing {
namespace {

using payment::OrderPaidBy;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kZhang = "aaaaaa.111111111111";
constexpr const char* kLi = "aaaaaa.222222222222";
constexpr const char* kElsewhere = "bbbbbb.111111111111";

class OrderPayers : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    static payment::Outcome paid_by(
        const payment::Instruction& instruction, const std::string& payer
    ) {
        payment::Outcome outcome = RoundWorld::outcome(payment::OutcomeKind::succeeded);
        outcome.number = instruction.id.raw().to_string();
        outcome.merchant = instruction.merchant;
        outcome.amount = instruction.amount;
        outcome.payer = payer;
        return outcome;
    }
    void take(worker::Input input) {
        std::vector<worker::Input> inputs;
        inputs.push_back(std::move(input));
        ASSERT_TRUE(world.process(std::move(inputs)).has_value());
    }
    /// A payment that its channel refused, as far as we know.
    RunId given_failed() {
        const RunId id = world.begin(world.composite(order, card));
        refused = world.sent.back().instruction;
        take(world.answer(RoundWorld::outcome(payment::OutcomeKind::refused)));
        return id;
    }
    void given_paid_by(const std::string& payer) {
        auto second = world.composite(order, card);
        second->order_is_new = false;
        world.begin(std::move(second));
        take(world.answer(paid_by(world.sent.back().instruction, payer)));
    }
    void comes_late_from(const std::string& payer) {
        worker::Input late;
        late.kind = worker::Input::Kind::callback;
        late.callback = RoundWorld::told(refused, paid_by(refused, payer));
        take(std::move(late));
    }
    std::optional<OrderPaidBy> shown(RunId payment) {
        const auto picture = worker::load_picture(world.connection, payment);
        return picture && *picture ? (*picture)->order_paid_by : std::nullopt;
    }
    std::vector<gateway::Surplus> listed() {
        db::Pool pool(world.database.conninfo(), {.connection = {.role = "sluice_app"}});
        gateway::SurplusQuery query;
        query.from = world.clock.now() - std::chrono::days(1);
        query.to = world.clock.now() + std::chrono::days(1);
        query.window.before = {~std::uint64_t{0}, ~std::uint64_t{0}};
        return gateway::make_surplus_store(pool)->list(query).value().surpluses;
    }
    std::string told(RunId payment) {
        notify::Event event;
        event.type = "payment.surplus";
        event.object = payment.raw();
        const auto objects = gateway::render_event_objects(world.connection, {&event, 1});
        return objects.front().value_or("nothing");
    }

    RoundWorld world;
    AccountId card = world.given_card(1'000'000);
    payment::Order order = world.new_order();
    payment::Instruction refused;
};

TEST_F(OrderPayers, AreComparedWithWhoPaidWhatNoOrderTook) {
    const std::tuple<const char*, const char*, OrderPaidBy> rows[] = {
        {kZhang, kZhang, OrderPaidBy::same_payer},
        {kZhang, kLi, OrderPaidBy::another_payer},
        {kZhang, kElsewhere, OrderPaidBy::unknown},
        {kZhang, "", OrderPaidBy::unknown},
        {"", kZhang, OrderPaidBy::unknown},
    };
    for (const auto& [first, late, expected] : rows) {
        order = world.new_order();
        const RunId surplus = given_failed();
        given_paid_by(first);

        comes_late_from(late);

        EXPECT_EQ(shown(surplus), expected) << first << " and " << late;
        EXPECT_THAT(
            told(surplus),
            HasSubstr("\"order_paid_by\":\"" + std::string(to_string(expected)) + "\"")
        );
        const auto list = listed();
        const auto found = std::ranges::find(list, surplus, &gateway::Surplus::payment);
        ASSERT_NE(found, list.end());
        EXPECT_EQ(found->order_paid_by, expected) << first << " and " << late;
    }
    EXPECT_THAT(listed(), SizeIs(std::size(rows)));
}

TEST_F(OrderPayers, AreNobodyWhenTheOrderWasNotPaid) {
    const RunId surplus = given_failed();

    comes_late_from(kZhang);

    EXPECT_EQ(shown(surplus), OrderPaidBy::nobody);
    ASSERT_THAT(listed(), SizeIs(1));
    EXPECT_EQ(listed().front().order_paid_by, OrderPaidBy::nobody);
}

TEST_F(OrderPayers, AreToldOfMoneyThatWasCollectedForAnOrderThatIsOver) {
    const RunId first = world.begin(world.composite(order, card));
    const channel::ExchangeOrder sent = world.sent.back();
    world.run("UPDATE sluice.orders SET active_payment = NULL, closes_at = expires_at");
    given_paid_by(kZhang);
    world.sent.push_back(sent);

    take(world.answer(paid_by(sent.instruction, kZhang)));

    EXPECT_EQ(shown(first), OrderPaidBy::same_payer);
    ASSERT_THAT(listed(), SizeIs(1));
    EXPECT_EQ(listed().front().order_paid_by, OrderPaidBy::same_payer);
}

TEST_F(OrderPayers, AreNotLookedForWhereAllMoneyFoundItsOrder) {
    const RunId payment = world.begin(world.composite(order, card));
    take(world.answer(paid_by(world.sent.back().instruction, kZhang)));

    EXPECT_EQ(shown(payment), std::nullopt);
    EXPECT_THAT(told(payment), Not(HasSubstr("order_paid_by")));
}

TEST_F(OrderPayers, StandInNoTable) {
    const RunId surplus = given_failed();
    given_paid_by(kZhang);
    comes_late_from(kZhang);
    ASSERT_EQ(shown(surplus), OrderPaidBy::same_payer);

    for (const char* table : {"payment", "orders", "instruction", "money_case", "refund"}) {
        EXPECT_EQ(
            world.value(
                "SELECT count(*) FROM sluice." + std::string(table) + " x WHERE x::text LIKE '%" +
                kZhang + "%'"
            ),
            "0"
        ) << table;
    }
}

}  // namespace
}  // namespace sluice::testing
