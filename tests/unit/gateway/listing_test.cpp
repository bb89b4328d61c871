// Lists: filters, pages, cursors, and what is refused.
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Lists : public GatewayFixture {
  protected:
    /// What the member says of each object of the page.
    static std::vector<std::string> each(
        const http::Response& page, std::string_view list, std::string_view member
    ) {
        const Value body = parsed(page);
        std::vector<std::string> texts;
        const Value* items = body.find(list);
        if (items == nullptr) {
            ADD_FAILURE() << page.body;
            return texts;
        }
        for (const Value& item : *items->as_array()) {
            texts.emplace_back(item.text_or_empty(member));
        }
        return texts;
    }
    static std::vector<std::string> numbers(const http::Response& page) {
        return each(page, "orders", "merchant_order_number");
    }
    /// The query of the next page; empty on the last one.
    static std::string next(const http::Response& page) { return text_of(page, "next_cursor"); }

    /// Orders A-1, A-2 ... one a second from 08:00:00.
    std::vector<std::string> given_orders(int count) {
        std::vector<std::string> ids;
        for (int i = 1; i <= count; ++i) {
            ids.push_back(given_order("A-" + std::to_string(i)));
            clock.advance(std::chrono::seconds(1));
        }
        return ids;
    }
};

TEST_F(Lists, GiveOrdersNewestFirst) {
    given_orders(3);

    const auto page = get("/v1/orders");

    EXPECT_THAT(numbers(page), ElementsAre("A-3", "A-2", "A-1"));
    EXPECT_TRUE(parsed(page).find("next_cursor")->is_null());
}

TEST_F(Lists, LeadFromPageToPageWhateverComesMeanwhile) {
    given_orders(5);

    const auto first = get("/v1/orders?limit=2");
    given_order("B-1");
    const auto second = get("/v1/orders?limit=2&cursor=" + next(first));
    const auto third = get("/v1/orders?limit=4&cursor=" + next(second));

    EXPECT_THAT(numbers(first), ElementsAre("A-5", "A-4"));
    EXPECT_THAT(numbers(second), ElementsAre("A-3", "A-2"));
    EXPECT_THAT(numbers(third), ElementsAre("A-1"));
    EXPECT_EQ(next(third), "");
}

TEST_F(Lists, HoldWhatFitsEveryFilter) {
    const auto ids = given_orders(4);
    orders.set(*OrderId::parse(ids[1]), payment::OrderStatus::closed);
    const std::string product = post(
                                    "/v1/orders",
                                    R"({"merchant_order_number":"P","amount":1,"currency":"CNY",)"
                                    R"("description":"d","product_code":"tickets"})"
    )
                                    .body;
    const std::vector<std::pair<std::string, std::vector<std::string>>> cases{
        {"status=closed", {"A-2"}},
        {"status=paid", {}},
        {"product_code=tickets", {"P"}},
        {"product_code=tickets&status=closed", {}},
        {"merchant_order_number=A-2", {"A-2"}},
        {"merchant_order_number=A-2&status=open", {}},
        {"merchant_order_number=none", {}},
        {"created_from=2026-01-01T08:00:02Z", {"P", "A-4", "A-3"}},
        {"created_from=2026-01-01T16:00:01%2B08:00&created_to=2026-01-01T08:00:03Z", {"A-3", "A-2"}
        },
        {"created_to=1999-01-01T00:00:00Z", {}},
        {"created_from=2026-01-01T08:00:01Z&status=open&limit=1&created_to=2026-01-01T08:00:04Z",
         {"A-4"}},
    };
    for (const auto& [query, wanted] : cases) {
        EXPECT_EQ(numbers(get("/v1/orders?" + query)), wanted) << query;
    }
}

TEST_F(Lists, ShowNobodyElsesObjects) {
    const std::string order = given_order("A-1");
    given_payment("A-2");
    given_account("u");
    const auto others = [&](const std::string& target) {
        return send({.target = target, .key = kOtherKey});
    };

    EXPECT_THAT(numbers(others("/v1/orders")), IsEmpty());
    EXPECT_THAT(numbers(others("/v1/orders?merchant_order_number=A-1")), IsEmpty());
    EXPECT_THAT(each(others("/v1/payments"), "payments", "id"), IsEmpty());
    EXPECT_THAT(each(others("/v1/payments?order_id=" + order), "payments", "id"), IsEmpty());
    EXPECT_THAT(each(others("/v1/accounts?owner_number=u"), "accounts", "id"), IsEmpty());
}

TEST_F(Lists, GivePaymentsByOrderAndStatus) {
    const std::string order = given_order("A-1");
    const std::string first = text_of(post("/v1/payments", qr_payment_json(order, 10)), "id");
    clock.advance(std::chrono::seconds(1));
    const std::string second = text_of(post("/v1/payments", qr_payment_json(order, 20)), "id");
    clock.advance(std::chrono::seconds(1));
    const std::string other = given_payment("B-1");
    payments.pictures.at(RunId(PaymentId::parse(first)->raw())).subject.status =
        payment::SubjectStatus::failed;
    const auto ids = [&](const std::string& query) {
        return each(get("/v1/payments" + query), "payments", "id");
    };

    EXPECT_THAT(ids(""), ElementsAre(other, second, first));
    EXPECT_THAT(ids("?order_id=" + order), ElementsAre(second, first));
    EXPECT_THAT(ids("?status=failed"), ElementsAre(first));
    EXPECT_THAT(ids("?status=pending&order_id=" + order), ElementsAre(second));
    EXPECT_THAT(ids("?created_to=2026-01-01T08:00:01Z"), ElementsAre(first));
    const auto page = get("/v1/payments?limit=2");
    EXPECT_THAT(ids("?limit=2&cursor=" + next(page)), ElementsAre(first));
}

TEST_F(Lists, GiveTheAccountsOfOneHolder) {
    const std::string card = given_account("u");
    given_account("other");

    const auto found = get("/v1/accounts?owner_number=u");

    EXPECT_THAT(each(found, "accounts", "id"), ElementsAre(card));
}

TEST_F(Lists, RefuseWhatTheyCannotRead) {
    const std::vector<QueryCase> cases{
        {"/v1/orders?limit=0", "400 invalid_request limit"},
        {"/v1/orders?limit=201", "400 invalid_request limit"},
        {"/v1/orders?limit=-1", "400 invalid_request limit"},
        {"/v1/orders?limit=1.5", "400 invalid_request limit"},
        {"/v1/orders?limit=", "400 invalid_request limit"},
        {"/v1/orders?limit=9999999999999999999999", "400 invalid_request limit"},
        {"/v1/orders?cursor=", "400 invalid_request cursor"},
        {"/v1/orders?cursor=x", "400 invalid_request cursor"},
        {"/v1/orders?cursor=01K9ZV3Q8E3V7T4N6YB2D5H8JM", "400 invalid_request cursor"},
        {"/v1/orders?cursor=01K9ZV3Q8E3V7T4N6YB2D5H8JM000000000000", "400 invalid_request cursor"},
        {"/v1/orders?created_from=yesterday", "400 invalid_request created_from"},
        {"/v1/orders?created_from=2026-01-01", "400 invalid_request created_from"},
        {"/v1/orders?created_to=2026-01-01T08:00:00+08:00", "400 invalid_request created_to"},
        {"/v1/orders?created_from=2026-01-02T00:00:00Z&created_to=2026-01-01T00:00:00Z",
         "400 invalid_request created_to"},
        {"/v1/orders?created_from=2026-01-01T00:00:00Z&created_to=2026-01-01T00:00:00Z",
         "400 invalid_request created_to"},
        {"/v1/orders?status=opn", "400 invalid_request status"},
        {"/v1/orders?status=", "400 invalid_request status"},
        {"/v1/orders?product_code=a%20b", "400 invalid_request product_code"},
        {"/v1/orders?limit=0&status=x&cursor=y", "400 invalid_request status limit cursor"},
        {"/v1/orders?order_id=x", "400 invalid_request order_id"},
        {"/v1/payments?status=open", "400 invalid_request status"},
        {"/v1/payments?order_id=x", "400 invalid_request order_id"},
        {"/v1/payments?order_id=pay_01K9ZV3Q8E3V7T4N6YB2D5H8JM", "400 invalid_request order_id"},
        {"/v1/payments?product_code=x", "400 invalid_request product_code"},
        {"/v1/accounts", "400 invalid_request owner_number"},
        {"/v1/accounts?owner_number=", "400 invalid_request owner_number"},
        {"/v1/accounts?owner_number=%FF", "400 invalid_request owner_number"},
    };
    for (const QueryCase& row : cases) {
        EXPECT_EQ(summary(get(row.target)), row.answer) << row.target;
    }
}

TEST_F(Lists, RefuseACursorOfAnotherListFilterOrMerchant) {
    given_orders(3);
    const std::string cursor = next(get("/v1/orders?limit=1&status=open"));
    ASSERT_NE(cursor, "");
    const std::string refused = "400 invalid_request cursor";
    std::string forged = cursor;
    forged[20] = forged[20] == '0' ? '1' : '0';

    EXPECT_EQ(get("/v1/orders?limit=2&status=open&cursor=" + cursor).status, 200);
    EXPECT_EQ(summary(get("/v1/orders?limit=1&cursor=" + cursor)), refused);
    EXPECT_EQ(summary(get("/v1/orders?status=paid&cursor=" + cursor)), refused);
    EXPECT_EQ(summary(get("/v1/orders?status=open&cursor=" + forged)), refused);
    EXPECT_EQ(summary(get("/v1/payments?status=pending&cursor=" + cursor)), refused);
    EXPECT_EQ(
        summary(send({.target = "/v1/orders?status=open&cursor=" + cursor, .key = kOtherKey})),
        refused
    );
}

}  // namespace
}  // namespace sluice::testing
