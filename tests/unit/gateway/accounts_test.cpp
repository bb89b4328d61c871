#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

class AccountsApi : public GatewayFixture {};

std::string top_up_json(const std::string& number, const std::string& amount) {
    return R"({"top_up_number":")" + number + R"(","amount":)" + amount + R"(,"currency":"CNY"})";
}

TEST_F(AccountsApi, OpensOneAccountForOneOwner) {
    const std::string body = R"({"kind":"balance","owner_number":"u-1","currency":"CNY"})";

    const auto first = post("/v1/accounts", body);
    const auto repeat = post("/v1/accounts", body);

    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(repeat.status, 200);
    EXPECT_EQ(text_of(first, "id"), text_of(repeat, "id"));
    EXPECT_EQ(accounts.size(), 1U);
}

TEST_F(AccountsApi, AddsATopUpOnce) {
    const std::string id = given_account("card-1");
    const std::string target = "/v1/accounts/" + id + "/top_ups";

    const auto first = post(target, top_up_json("T-1", "500"));
    const auto repeat = post(target, top_up_json("T-1", "500"));
    const auto other = post(target, top_up_json("T-1", "501"));

    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(repeat.status, 200);
    EXPECT_EQ(int_of(repeat, "balance"), 500);
    EXPECT_EQ(summary(other), "409 top_up_number_reused /top_up_number");
}

TEST_F(AccountsApi, PagesThroughTheEntriesNewestFirst) {
    const std::string id = given_account("card-1");
    for (const std::string number : {"T-1", "T-2", "T-3"}) {
        post("/v1/accounts/" + id + "/top_ups", top_up_json(number, "5"));
    }

    const auto first = get("/v1/accounts/" + id + "/entries?limit=2");
    const auto second =
        get("/v1/accounts/" + id + "/entries?limit=2&cursor=" + text_of(first, "next_cursor"));

    EXPECT_EQ(parsed(first).find("entries")->as_array()->size(), 2U);
    EXPECT_EQ(parsed(first).find("entries")->as_array()->front().int_or("number", 0), 3);
    EXPECT_EQ(parsed(second).find("entries")->as_array()->size(), 1U);
    EXPECT_TRUE(parsed(second).find("next_cursor")->is_null());
}

TEST_F(AccountsApi, TakesNothingAfterItIsClosed) {
    const std::string id = given_account("card-1", 100);

    const auto closed = post("/v1/accounts/" + id + "/close", "");
    const auto late = post("/v1/accounts/" + id + "/top_ups", top_up_json("T-9", "5"));

    EXPECT_EQ(text_of(closed, "status"), "closed");
    EXPECT_EQ(int_of(closed, "balance"), 100);
    EXPECT_EQ(summary(late), "422 account_closed");
}

TEST_F(AccountsApi, RefusesWhatIsNoAccountAndNoTopUp) {
    const std::string id = given_account("card-1");
    const std::string top_ups = "/v1/accounts/" + id + "/top_ups";
    struct Row {
        std::string target;
        std::string body;
        std::string answer;
    };
    const std::vector<Row> rows{
        {"/v1/accounts", "{}", "400 invalid_request /kind /owner_number /currency"},
        {"/v1/accounts",
         R"({"kind":"gold","owner_number":"a","currency":"CNY"})",
         "400 invalid_request /kind"},
        {"/v1/accounts",
         R"({"kind":"balance","owner_number":"a\nb","currency":"CNY"})",
         "400 invalid_request /owner_number"},
        {"/v1/accounts",
         R"({"kind":"balance","owner_number":"a","currency":"EURO"})",
         "400 invalid_request /currency"},
        {top_ups, "{}", "400 invalid_request /top_up_number /amount /currency"},
        {top_ups, top_up_json("T", "0"), "400 invalid_request /amount"},
        {top_ups, top_up_json("T", "-5"), "400 invalid_request /amount"},
        {top_ups, top_up_json("T", "1.5"), "400 invalid_request /amount"},
        {top_ups,
         R"({"top_up_number":"T","amount":5,"currency":"USD"})",
         "400 invalid_request /currency"},
        {"/v1/accounts/" + id + "/close", R"({"force":true})", "400 invalid_request /force"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(summary(post(row.target, row.body)), row.answer) << row.body;
    }
    EXPECT_EQ(accounts.size(), 1U);
    EXPECT_EQ(accounts.top_ups(), 0U);
    EXPECT_EQ(text_of(get("/v1/accounts/" + id), "status"), "open");
}

TEST_F(AccountsApi, RefusesPagesThatAreNone) {
    const std::string entries = "/v1/accounts/" + given_account("card-1") + "/entries";
    for (const std::string limit : {"0", "101", "-1", "x", "", "1.5", "99999999999999999999"}) {
        EXPECT_EQ(summary(get(entries + "?limit=" + limit)), "400 invalid_request limit") << limit;
    }
    EXPECT_EQ(summary(get(entries + "?cursor=abc")), "400 invalid_request cursor");
    EXPECT_EQ(summary(get(entries + "?page=2")), "400 invalid_request page");
}

TEST_F(AccountsApi, ShowsNothingOfAnotherMerchantsAccount) {
    const std::string account = "/v1/accounts/" + given_account("card-1", 100);
    const std::vector<Ask> asks{
        {.target = account, .key = kOtherKey},
        {.target = account + "/entries", .key = kOtherKey},
        {.method = "POST", .target = account + "/close", .key = kOtherKey},
        {.method = "POST",
         .target = account + "/top_ups",
         .body = top_up_json("T", "5"),
         .key = kOtherKey},
        {.target = "/v1/accounts/nonsense"},
        {.target = "/v1/accounts/acc_00000000000000000000000001"},
    };
    for (const Ask& ask : asks) {
        EXPECT_EQ(summary(send(ask)), "404 not_found") << ask.target;
    }
    EXPECT_EQ(text_of(get(account), "status"), "open");
    EXPECT_EQ(int_of(get(account), "balance"), 100);
}

}  // namespace
}  // namespace sluice::testing
