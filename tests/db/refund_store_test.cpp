// What the gateway reads of refunds, on rows that the engine wrote.
#include <array>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/refund_world.hpp"
#include "gateway/event_objects.hpp"
#include "json/json.hpp"
#include "support/openapi_check.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RefundStore : public ::testing::Test {
  protected:
    PaymentId payment_of(OrderId id) {
        const auto raw = Id128::parse_uuid(world.value(
            "SELECT id::text FROM sluice.payment WHERE order_id = '" + id.raw().to_uuid() + "'"
        ));
        return PaymentId(*raw);
    }
    std::vector<RunId> list(gateway::RefundQuery query) {
        query.merchant_id = query.merchant_id.empty() ? "shop" : query.merchant_id;
        constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
        query.window.before =
            query.window.before == Id128{} ? Id128{kMost, kMost} : query.window.before;
        const auto page = store->list(query);
        EXPECT_TRUE(page.has_value()) << page.error().message;
        std::vector<RunId> ids;
        for (const auto& picture : page->pictures) {
            EXPECT_TRUE(std::holds_alternative<payment::Refund>(picture.details));
            ids.push_back(picture.subject.id);
        }
        next_after = page->next_after;
        return ids;
    }

    RefundWorld world;
    AccountId card = world.given_card(100'000);
    OrderId order = world.given_paid(card);
    db::Pool pool{world.database.conninfo(), {.connection = {.role = "sluice_app"}}};
    std::unique_ptr<gateway::RefundStore> store = gateway::make_refund_store(pool);
    std::optional<Id128> next_after;
};

TEST_F(RefundStore, GivesWhatSucceededPaymentsCollected) {
    const OrderId other = world.given_paid(card);
    world.begin_refund(order, 1'000, "R-1");
    world.begin(world.composite(world.new_order(), card));

    const auto sources = store->sources({order, {}, cny()});
    const auto of_payment = store->sources({order, payment_of(order), cny()});
    const auto of_foreign = store->sources({order, payment_of(other), cny()});

    ASSERT_TRUE(sources.has_value()) << sources.error().message;
    ASSERT_EQ(sources->size(), 2U);
    const payment::RefundSource& from_card = sources->front();
    EXPECT_EQ(from_card.kind, payment::LegKind::internal);
    EXPECT_EQ(from_card.leg_number, 1);
    EXPECT_EQ(from_card.method, "prepaid_card");
    EXPECT_EQ(from_card.account, card);
    EXPECT_EQ(from_card.amount, Money(3'000, cny()));
    const payment::RefundSource& by_code = sources->back();
    EXPECT_EQ(by_code.method, "wechatpay");
    EXPECT_EQ(by_code.channel_account, "wx-main");
    EXPECT_EQ(by_code.payment.raw(), payment_of(order).raw());
    EXPECT_EQ(by_code.amount, Money(7'000, cny()));
    EXPECT_EQ(by_code.refunded, Money(1'000, cny()));
    EXPECT_EQ(of_payment->size(), 2U);
    EXPECT_THAT(*of_foreign, IsEmpty());
}

TEST_F(RefundStore, GivesNothingOfWhatHasNotSucceeded) {
    const payment::Order unpaid = world.new_order();
    world.begin(world.composite(unpaid, card));

    EXPECT_THAT(store->sources({unpaid.id, {}, cny()}).value(), IsEmpty());
}

TEST_F(RefundStore, FindsARefundByItsNumber) {
    const RunId refund = world.begin_refund(order, 1'000, "R-1");

    const auto found = store->find_number({"shop", "R-1"});

    ASSERT_TRUE(found.has_value() && found->has_value());
    EXPECT_EQ((*found)->object_id, refund.raw());
    EXPECT_EQ((*found)->request_hash, gateway::as_uuid(hash128("R-1 1000")));
    EXPECT_FALSE(store->find_number({"shop", "R-2"})->has_value());
    EXPECT_FALSE(store->find_number({"other", "R-1"})->has_value());
}

TEST_F(RefundStore, ListsThoseThatFitEveryFilter) {
    const OrderId other = world.given_paid(card);
    const RunId first = world.begin_refund(order, 1'000, "R-1");
    world.answer_last(world.paid());
    world.clock.advance(std::chrono::seconds(1));
    const RunId second = world.begin_refund(order, 1'000, "R-2");
    world.clock.advance(std::chrono::seconds(1));
    auto named = world.refund_of(other, 500'000'001, "R-3");
    RefundWorld::details(*named).payment = RunId(payment_of(other).raw());
    const RunId third = world.begin(std::move(named));

    EXPECT_THAT(list({}), ElementsAre(third, second, first));
    EXPECT_THAT(list({.merchant_id = "other"}), IsEmpty());
    EXPECT_THAT(list({.order_id = order}), ElementsAre(second, first));
    EXPECT_THAT(list({.payment_id = payment_of(order)}), ElementsAre(second, first));
    EXPECT_THAT(list({.payment_id = payment_of(other)}), ElementsAre(third));
    EXPECT_THAT(list({.order_id = order, .payment_id = payment_of(other)}), IsEmpty());
    EXPECT_THAT(list({.number = "R-2"}), ElementsAre(second));
    EXPECT_THAT(list({.order_id = other, .number = "R-2"}), IsEmpty());
    EXPECT_THAT(list({.status = payment::SubjectStatus::succeeded}), ElementsAre(first));
    EXPECT_THAT(
        list({.order_id = order, .status = payment::SubjectStatus::pending}), ElementsAre(second)
    );
}

TEST_F(RefundStore, TellsAnEventWithTheWholeRefund) {
    const RunId refund = world.begin_refund(order, 8'000, "R-1");
    world.answer_last(world.paid());
    notify::Event event;
    event.type = "refund.succeeded";
    event.object = refund.raw();

    const auto objects = gateway::render_event_objects(world.connection, std::array{event});

    ASSERT_EQ(objects.size(), 1U);
    ASSERT_TRUE(objects.front().has_value()) << objects.front().error().message;
    const auto told = json::parse(*objects.front());
    EXPECT_EQ(told->text_or_empty("merchant_id"), "shop");
    Value shown{ValueObject{}};
    for (const auto& [name, member] : *told->as_object()) {
        if (name != "merchant_id") {
            shown.set(name, member);
        }
    }
    EXPECT_THAT(OpenApi::project().faults("Refund", shown), IsEmpty()) << to_json(shown);
    EXPECT_EQ(shown.find("ways")->as_array()->size(), 2U);
}

TEST_F(RefundStore, ListsPageByPage) {
    const RunId first = world.begin_refund(order, 1'000, "R-1");
    world.clock.advance(std::chrono::seconds(1));
    const RunId second = world.begin_refund(order, 1'000, "R-2");
    for (const auto& filter : {std::optional<OrderId>{}, std::optional<OrderId>{order}}) {
        gateway::RefundQuery query{.order_id = filter};
        query.window.limit = 1;

        EXPECT_THAT(list(query), ElementsAre(second));
        ASSERT_TRUE(next_after.has_value());
        query.window.before = *next_after;
        EXPECT_THAT(list(query), ElementsAre(first));
        EXPECT_FALSE(next_after.has_value());
    }
}

}  // namespace
}  // namespace sluice::testing
