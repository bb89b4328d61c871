// Lists and closing of orders, and lists of payments and accounts, on a real database.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/pool.hpp"
#include "gateway/account_store.hpp"
#include "gateway/order_store.hpp"
#include "gateway/payment_store.hpp"
#include "support/test_database.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class GatewayLists : public ::testing::Test {
  protected:
    void TearDown() override {
        EXPECT_THAT(database.unsound(TestDatabase::promises_of_runs()), IsEmpty());
    }

    /// An order of that second.
    OrderId given_order(const std::string& number, int second, const std::string& who = "alpha") {
        gateway::OpenOrder wish;
        payment::Order& order = wish.order;
        order.created_at = kNow + std::chrono::seconds(second);
        order.id = OrderId::generate(order.created_at, bucket_of(who, number), random);
        order.merchant_id = who;
        order.merchant_order_number = number;
        order.product_code = second % 2 == 0 ? "even" : "odd";
        order.description = "d";
        order.amount = Money{10'000, cny()};
        order.expires_at = order.created_at + std::chrono::hours(1);
        EXPECT_TRUE(orders->open(wish).has_value());
        return order.id;
    }
    std::string run(const std::string& sql) {
        auto connection = database.connect();
        const auto rows = connection.run(sql);
        EXPECT_TRUE(rows.has_value()) << rows.error().message;
        return rows->empty() ? "" : std::string((*rows)[0].text_or_empty(0));
    }
    PaymentId given_payment(OrderId order, int second, const std::string& status) {
        const PaymentId id =
            PaymentId::generate(kNow + std::chrono::seconds(second), order.bucket(), random);
        run("INSERT INTO sluice.payment (id, order_id, merchant_id, flow, currency, amount, legs, "
            "status, created_at, updated_at) VALUES ('" +
            id.raw().to_uuid() + "', '" + order.raw().to_uuid() +
            "', 'alpha', 'pay', 'CNY', 10, '[]', '" + status + "', '2026-01-01Z', '2026-01-01Z')");
        return id;
    }
    static gateway::OrderQuery query(std::int64_t limit = 50) {
        gateway::OrderQuery query;
        query.merchant_id = "alpha";
        query.window.before = kAboveAll;
        query.window.limit = limit;
        return query;
    }
    static std::vector<std::string> numbers(const Result<gateway::OrderPage>& page) {
        std::vector<std::string> found;
        if (!page) {
            ADD_FAILURE() << page.error().message;
            return found;
        }
        for (const payment::Order& order : page->orders) {
            found.push_back(order.merchant_order_number);
        }
        return found;
    }
    std::vector<PaymentId> payments_of(const gateway::PaymentQuery& wish) {
        std::vector<PaymentId> found;
        const auto page = payments->list(wish);
        if (!page) {
            ADD_FAILURE() << page.error().message;
            return found;
        }
        for (const payment::Picture& picture : page->payments) {
            found.emplace_back(picture.subject.id.raw());
        }
        return found;
    }

    static inline const Time kNow = *parse_rfc3339("2026-01-01T08:00:00Z");
    static constexpr Id128 kAboveAll{~std::uint64_t{0}, ~std::uint64_t{0}};
    SeededRandom random{3};
    TestDatabase database;
    db::Pool pool{database.conninfo(), {.connection = {.role = "sluice_app"}}};
    std::unique_ptr<gateway::OrderStore> orders = gateway::make_order_store(pool);
    std::unique_ptr<gateway::PaymentStore> payments = gateway::make_payment_store(pool);
    std::unique_ptr<gateway::AccountStore> accounts = gateway::make_account_store(pool);
};

TEST_F(GatewayLists, LeadThroughAllOrdersOfAMerchantOnce) {
    for (int i = 1; i <= 5; ++i) {
        given_order("A-" + std::to_string(i), i);
        given_order("B-" + std::to_string(i), i, "beta");
    }
    std::vector<std::string> seen;
    gateway::OrderQuery wish = query(2);
    std::optional<Id128> next;
    do {
        const auto page = orders->list(wish);
        const auto some = numbers(page);
        seen.insert(seen.end(), some.begin(), some.end());
        next = page->next_after;
        wish.window.before = next.value_or(Id128{});
        given_order("new-" + std::to_string(seen.size()), 100 + static_cast<int>(seen.size()));
    } while (next && seen.size() < 20);

    EXPECT_THAT(seen, ElementsAre("A-5", "A-4", "A-3", "A-2", "A-1"));
}

TEST_F(GatewayLists, LookAtALimitedPartOfTheTableAndLeadOn) {
    given_order("A-1", 1);
    for (int i = 2; i <= 7; ++i) {
        given_order("B-" + std::to_string(i), i, "beta");
    }
    gateway::OrderQuery wish = query();
    wish.window.looks_max = 4;

    const auto first = orders->list(wish);
    ASSERT_TRUE(first->next_after.has_value());
    wish.window.before = *first->next_after;
    const auto second = orders->list(wish);

    EXPECT_THAT(numbers(first), IsEmpty());
    EXPECT_THAT(numbers(second), ElementsAre("A-1"));
    EXPECT_FALSE(second->next_after.has_value());
}

TEST_F(GatewayLists, HoldWhatFitsEveryFilter) {
    for (int i = 1; i <= 4; ++i) {
        given_order("A-" + std::to_string(i), i);
    }
    run("UPDATE sluice.orders SET status = 'closed', closes_at = NULL "
        "WHERE merchant_order_number IN ('A-2', 'A-3')");

    gateway::OrderQuery closed = query();
    closed.status = payment::OrderStatus::closed;
    gateway::OrderQuery closed_odd = closed;
    closed_odd.product_code = "odd";
    gateway::OrderQuery between = query();
    between.window.from = Id128::first_at(kNow + std::chrono::seconds(2));
    between.window.before = Id128::first_at(kNow + std::chrono::seconds(4));
    gateway::OrderQuery by_number = query();
    by_number.number = "A-4";
    gateway::OrderQuery by_number_closed = by_number;
    by_number_closed.status = payment::OrderStatus::closed;

    EXPECT_THAT(numbers(orders->list(closed)), ElementsAre("A-3", "A-2"));
    EXPECT_THAT(numbers(orders->list(closed_odd)), ElementsAre("A-3"));
    EXPECT_THAT(numbers(orders->list(between)), ElementsAre("A-3", "A-2"));
    EXPECT_THAT(numbers(orders->list(by_number)), ElementsAre("A-4"));
    EXPECT_THAT(numbers(orders->list(by_number_closed)), IsEmpty());
}

TEST_F(GatewayLists, GivePaymentsWithTheirOrders) {
    const OrderId order = given_order("A-1", 1);
    const OrderId other = given_order("A-2", 2);
    const PaymentId failed = given_payment(order, 1, "failed");
    const PaymentId pending = given_payment(order, 2, "pending");
    const PaymentId last = given_payment(other, 3, "pending");
    gateway::PaymentQuery all{.merchant_id = "alpha", .window = query().window};
    gateway::PaymentQuery of_order = all;
    of_order.order_id = order;
    gateway::PaymentQuery pending_of_order = of_order;
    pending_of_order.status = payment::SubjectStatus::pending;
    gateway::PaymentQuery pages = all;
    pages.window.limit = 2;
    gateway::PaymentQuery foreign = of_order;
    foreign.merchant_id = "beta";

    EXPECT_THAT(payments_of(all), ElementsAre(last, pending, failed));
    EXPECT_THAT(payments_of(of_order), ElementsAre(pending, failed));
    EXPECT_THAT(payments_of(pending_of_order), ElementsAre(pending));
    EXPECT_THAT(payments_of(pages), ElementsAre(last, pending));
    pages.window.before = *payments->list(pages)->next_after;
    EXPECT_THAT(payments_of(pages), ElementsAre(failed));
    EXPECT_THAT(payments_of(foreign), IsEmpty());
    EXPECT_EQ(payments->list(of_order)->payments.at(0).order.merchant_order_number, "A-1");
}

TEST_F(GatewayLists, GiveTheAccountsOfOneHolder) {
    const auto open = [&](const std::string& who, gateway::AccountKind kind) {
        gateway::OpenAccount wish;
        wish.identity.merchant_id = who;
        wish.identity.kind = kind;
        wish.identity.owner_number = "u/1";
        wish.identity.currency = cny();
        return accounts->open(wish)->account.identity.id;
    };
    const AccountId balance = open("alpha", gateway::AccountKind::balance);
    const AccountId card = open("alpha", gateway::AccountKind::prepaid_card);
    open("beta", gateway::AccountKind::balance);

    const auto found = accounts->find_of_owner({"alpha", "u/1"});

    ASSERT_TRUE(found.has_value()) << found.error().message;
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ((*found)[0].identity.id, balance);
    EXPECT_EQ((*found)[1].identity.id, card);
    EXPECT_TRUE(accounts->find_of_owner({"alpha", "u"})->empty());
}

TEST_F(GatewayLists, CloseAnOrderOnceAndTellItOnce) {
    const OrderId id = given_order("A-1", 1);

    const auto closed = orders->close({"alpha", id, kNow});
    const auto again = orders->close({"alpha", id, kNow + std::chrono::seconds(9)});

    ASSERT_TRUE(closed.has_value()) << closed.error().message;
    EXPECT_EQ(closed->order.status, payment::OrderStatus::closed);
    EXPECT_EQ(again->order.status, payment::OrderStatus::closed);
    EXPECT_EQ(run("SELECT count(*)::text FROM sluice.event"), "1");
    EXPECT_EQ(
        run("SELECT type || ' ' || object_id::text FROM sluice.event"),
        "order.closed " + id.raw().to_uuid()
    );
    const auto event = Id128::parse_uuid(run("SELECT id::text FROM sluice.event"));
    EXPECT_EQ(event->bucket(), id.bucket());
    EXPECT_GE(*event, Id128::first_at(kNow));
    EXPECT_LT(*event, Id128::first_at(kNow + std::chrono::milliseconds(1)));
}

TEST_F(GatewayLists, CloseNoOrderThatIsOverInPaymentOrForeign) {
    const OrderId paid = given_order("A-1", 1);
    const OrderId in_payment = given_order("A-2", 2);
    const PaymentId payment = given_payment(in_payment, 2, "pending");
    run("UPDATE sluice.orders SET status = 'paid', paid = amount, closes_at = NULL WHERE id = '" +
        paid.raw().to_uuid() + "'");
    run("UPDATE sluice.orders SET active_payment = '" + payment.raw().to_uuid() +
        "', closes_at = NULL WHERE id = '" + in_payment.raw().to_uuid() + "'");

    EXPECT_EQ(orders->close({"alpha", paid, kNow})->order.status, payment::OrderStatus::paid);
    const auto left = orders->close({"alpha", in_payment, kNow});
    EXPECT_EQ(left->order.status, payment::OrderStatus::open);
    EXPECT_EQ(left->under_way, payment);
    EXPECT_EQ(orders->find_state("alpha", in_payment)->value().under_way, payment);
    const auto foreign = orders->close({"beta", in_payment, kNow});
    ASSERT_FALSE(foreign.has_value());
    EXPECT_EQ(foreign.error().code, ErrorCode::not_found);
    EXPECT_EQ(run("SELECT count(*)::text FROM sluice.event"), "0");
}

}  // namespace
}  // namespace sluice::testing
