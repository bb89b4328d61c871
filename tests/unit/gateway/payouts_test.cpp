#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

class PayoutsApi : public GatewayFixture {
  protected:
    std::string given_payout(const std::string& number) {
        const auto response = post("/v1/payouts", payout_json(number));
        EXPECT_EQ(response.status, 201) << response.body;
        return text_of(response, "id");
    }
    const payment::Payout& details(std::size_t index) {
        return std::get<payment::Payout>(intake.starts.at(index).picture.details);
    }
};

std::string without(std::string body, const std::string& text) {
    body.replace(body.find(text), text.size(), "");
    return body;
}

TEST_F(PayoutsApi, TakesTheMerchantsAvailableMoneyUnlessAnAccountIsNamed) {
    const std::string available = given_available(10'000);
    const std::string balance = text_of(
        post("/v1/accounts", R"({"kind":"balance","owner_number":"u","currency":"CNY"})"), "id"
    );

    const auto first = post("/v1/payouts", payout_json("P-1"));
    const auto second = post(
        "/v1/payouts", payout_json("P-2", 300, R"(,"fee":7,"from_account_id":")" + balance + "\"")
    );

    EXPECT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(text_of(first, "from_account_id"), available);
    EXPECT_EQ(details(0).from.gl, "2102");
    EXPECT_EQ(intake.starts.at(0).picture.subject.number, "P-1");
    EXPECT_EQ(second.status, 201) << second.body;
    EXPECT_EQ(text_of(second, "from_account_id"), balance);
    EXPECT_EQ(details(1).from.gl, "2001");
    EXPECT_EQ(details(1).fee, Money(7, cny()));
}

TEST_F(PayoutsApi, KnowsItsPayeeByAKeyThatNoAnswerHas) {
    given_available(10'000);

    const auto response = post("/v1/payouts", payout_json("P-1"));

    EXPECT_EQ(details(0).payee_key.find("key of "), 0U);
    EXPECT_EQ(response.body.find("key of "), std::string::npos) << response.body;
}

TEST_F(PayoutsApi, AnswersARepeatWithTheSamePayout) {
    given_available(10'000);

    const auto first = post("/v1/payouts", payout_json("P-1"));
    const auto repeat = post("/v1/payouts", payout_json("P-1"));
    const auto other = post("/v1/payouts", payout_json("P-1", 5'001));

    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(repeat.status, 200);
    EXPECT_EQ(text_of(first, "id"), text_of(repeat, "id"));
    EXPECT_EQ(summary(other), "409 merchant_payout_number_reused /merchant_payout_number");
    EXPECT_EQ(intake.starts.size(), 1U);
}

TEST_F(PayoutsApi, AnswersARepeatAlsoWhenNobodyPaysOutSoAnyMore) {
    given_available(10'000);
    const std::string id = given_payout("P-1");
    check_payee = [](const gateway::PayeeWish&) -> Result<std::string> {
        return fail(ErrorCode::invalid, "nobody pays so", "/method");
    };
    restart();

    const auto repeat = post("/v1/payouts", payout_json("P-1"));
    const auto other = post("/v1/payouts", payout_json("P-2"));

    EXPECT_EQ(repeat.status, 200);
    EXPECT_EQ(text_of(repeat, "id"), id);
    EXPECT_EQ(summary(other), "400 invalid_request /method");
}

TEST_F(PayoutsApi, WaitsForItsEndWhenAsked) {
    given_available(10'000);
    const std::string id = given_payout("P-1");
    intake.ends_as = payment::SubjectStatus::succeeded;

    const auto now = get("/v1/payouts/" + id);
    const auto ended = send({.target = "/v1/payouts/" + id, .headers = {{"Prefer", "wait=5"}}});

    EXPECT_EQ(text_of(now, "status"), "pending");
    EXPECT_EQ(text_of(ended, "status"), "succeeded");
    EXPECT_EQ(ended.headers.get_or_empty("Preference-Applied"), "wait=5");
}

TEST_F(PayoutsApi, MasksThePayeeWhereverItIsShown) {
    given_available(10'000);
    const auto made = post("/v1/payouts", payout_json("P-1"));

    const auto shown = get("/v1/payouts/" + text_of(made, "id"));
    const auto list = get("/v1/payouts");

    for (const auto& response : {made, shown, list}) {
        EXPECT_EQ(response.body.find("6222021234567890"), std::string::npos) << response.body;
        EXPECT_EQ(response.body.find("Zhang San"), std::string::npos) << response.body;
        EXPECT_NE(
            response.body.find(
                R"("payee":{"name":"Z**","account_number":"****7890","bank_code":"****9996"})"
            ),
            std::string::npos
        ) << response.body;
    }
}

TEST_F(PayoutsApi, IsListedOnceWithItsFilters) {
    given_available(10'000);
    const std::string first = given_payout("P-1");
    given_payout("P-2");

    const auto by_number = get("/v1/payouts?merchant_payout_number=P-1");
    const auto page = get("/v1/payouts?limit=1&status=pending");
    const auto rest =
        get("/v1/payouts?limit=1&status=pending&cursor=" + text_of(page, "next_cursor"));
    const auto none = get("/v1/payouts?status=returned");

    const auto ids = [](const http::Response& response) {
        std::vector<std::string> found;
        const Value body = parsed(response);
        for (const Value& payout : *body.find("payouts")->as_array()) {
            found.emplace_back(payout.text_or_empty("id"));
        }
        return found;
    };
    EXPECT_THAT(ids(by_number), ::testing::ElementsAre(first));
    EXPECT_EQ(ids(page).size(), 1U);
    EXPECT_EQ(ids(rest).size(), 1U);
    EXPECT_NE(ids(page), ids(rest));
    EXPECT_THAT(ids(none), ::testing::IsEmpty());
    EXPECT_EQ(summary(get("/v1/payouts?status=closed")), "400 invalid_request status");
}

TEST_F(PayoutsApi, MakesAnOrderGoodFromTheMerchantOrAtOurCost) {
    given_available(10'000);
    const std::string order = given_order("A-1");
    const std::string payment =
        text_of(post("/v1/payments", qr_payment_json(given_order("A-2"))), "id");

    const auto by_order =
        post("/v1/payouts", payout_json("C-1", 300, R"(,"compensates":")" + order + "\""));
    const auto by_payment = post(
        "/v1/payouts",
        payout_json("C-2", 300, R"(,"source":"compensation_cost","compensates":")" + payment + "\"")
    );
    const auto list = get("/v1/payouts?order_id=" + order);

    EXPECT_EQ(by_order.status, 201) << by_order.body;
    EXPECT_EQ(text_of(by_order, "order_id"), order);
    EXPECT_EQ(by_payment.status, 201) << by_payment.body;
    EXPECT_EQ(text_of(by_payment, "payment_id"), payment);
    EXPECT_EQ(details(2).from.gl, "5002");
    EXPECT_TRUE(details(2).from.id.is_nil());
    EXPECT_EQ(parsed(list).find("payouts")->as_array()->size(), 1U);
}

TEST_F(PayoutsApi, MakesAnOrderGoodAtTheCostOfWhoIsLiable) {
    const std::string order = given_order("A-1");

    const auto made_good = post(
        "/v1/payouts",
        payout_json(
            "C-1",
            300,
            R"(,"source":"compensation_recoverable","liable_party":"courier-7","compensates":")" +
                order + "\""
        )
    );
    const auto at_our_cost = post(
        "/v1/payouts",
        payout_json("C-2", 300, R"(,"source":"compensation_cost","compensates":")" + order + "\"")
    );

    EXPECT_EQ(made_good.status, 201) << made_good.body;
    EXPECT_EQ(text_of(made_good, "liable_party"), "courier-7");
    EXPECT_EQ(details(0).from.gl, "1202");
    EXPECT_TRUE(details(0).from.id.is_nil());
    EXPECT_EQ(details(0).liable_party, "courier-7");
    EXPECT_TRUE(parsed(at_our_cost).find("liable_party")->is_null()) << at_our_cost.body;
}

TEST_F(PayoutsApi, RefusesWhatCannotBePaid) {
    given_available(10'000);
    const std::string card = given_account("card", 500);
    const std::string order = given_order("A-2");
    const std::string good = payout_json("P");
    const auto more = [](const std::string& member) {
        return payout_json("P", 5'000, "," + member);
    };
    const auto recoverable = [&more](const std::string& members) {
        return more(R"("source":"compensation_recoverable",)" + members);
    };
    struct Row {
        std::string body;
        std::string answer;
    };
    const std::vector<Row> rows{
        {"{}", "400 invalid_request /currency /merchant_payout_number /amount /method /payee"},
        {payout_json("P", 0), "400 invalid_request /amount"},
        {payout_json("P", -1), "400 invalid_request /amount"},
        {payout_json("P", 9'000'000'000'000'000, R"(,"fee":1)"), "400 invalid_request /fee"},
        {more(R"("fee":-1)"), "400 invalid_request /fee"},
        {more(R"("fee":1.5)"), "400 invalid_request /fee"},
        {more(R"("colour":1)"), "400 invalid_request /colour"},
        {more(R"("from_account_id":"x")"), "400 invalid_request /from_account_id"},
        {more(R"("from_account_id":"acc_00000000000000000000000001")"),
         "400 invalid_request /from_account_id"},
        {more(R"("from_account_id":")" + card + "\""), "400 invalid_request /from_account_id"},
        {more(R"("source":"somewhere")"), "400 invalid_request /source"},
        {more(R"("source":"compensation_cost")"), "400 invalid_request /source"},
        {more(R"("source":"compensation_cost","compensates":")" + order + R"(","fee":1)"),
         "400 invalid_request /fee"},
        {more(R"("liable_party":"courier-7")"), "400 invalid_request /liable_party"},
        {more(R"("source":"compensation_cost","liable_party":"c","compensates":")" + order + "\""),
         "400 invalid_request /liable_party"},
        {recoverable(R"("liable_party":"courier-7")"), "400 invalid_request /source"},
        {recoverable(R"("compensates":")" + order + "\""), "400 invalid_request /liable_party"},
        {recoverable(R"("liable_party":"a/b","compensates":")" + order + "\""),
         "400 invalid_request /liable_party"},
        {recoverable(R"("liable_party":"courier-7","fee":1,"compensates":")" + order + "\""),
         "400 invalid_request /fee"},
        {recoverable(
             R"("liable_party":"c","from_account_id":")" + card + R"(","compensates":")" + order +
             "\""
         ),
         "400 invalid_request /source"},
        {more(R"("compensates":"x")"), "400 invalid_request /compensates"},
        {more(R"("compensates":"ord_00000000000000000000000001")"),
         "400 invalid_request /compensates"},
        {more(R"("compensates":"pay_00000000000000000000000001")"),
         "400 invalid_request /compensates"},
        {without(good, R"("account_number":"6222021234567890",)"),
         "400 invalid_request /payee/account_number"},
        {without(good, "bank_"), "400 invalid_request /method"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(summary(post("/v1/payouts", row.body)), row.answer) << row.body;
    }
    EXPECT_TRUE(intake.starts.empty());
}

TEST_F(PayoutsApi, NeedsAnAccountOfAvailableMoney) {
    EXPECT_EQ(summary(post("/v1/payouts", payout_json("P-1"))), "422 no_available_account");
    EXPECT_TRUE(intake.starts.empty());
}

TEST_F(PayoutsApi, TellsNoPaymentAsAPayoutAndNoPayoutAsATransfer) {
    given_available(10'000);
    const std::string payment = given_payment("A-1");
    const std::string payout = given_payout("P-1");
    const auto renamed = [](const std::string& id, const std::string& prefix) {
        return prefix + id.substr(4);
    };

    EXPECT_EQ(summary(get("/v1/payouts/" + renamed(payment, "out_"))), "404 not_found");
    EXPECT_EQ(summary(get("/v1/transfers/" + renamed(payout, "trf_"))), "404 not_found");
    EXPECT_EQ(summary(get("/v1/payments/" + renamed(payout, "pay_"))), "404 not_found");
}

}  // namespace
}  // namespace sluice::testing
