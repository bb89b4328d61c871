#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

class PaymentsApi : public GatewayFixture {
  protected:
    http::Response pay(const std::string& body, const http::Headers& headers = {}) {
        return send({.method = "POST", .target = "/v1/payments", .body = body, .headers = headers});
    }
};

std::string composite_json(const std::string& order, const std::string& account) {
    return R"({"order":)" + order +
           R"(,"legs":[{"kind":"internal","method":"prepaid_card","account_id":")" + account +
           R"(","amount":3000},{"kind":"external","method":"wechatpay","scene":"qr",)"
           R"("amount":7000}]})";
}

TEST_F(PaymentsApi, StartsACompositePaymentWithItsOrder) {
    const std::string account = given_account("card-1", 5'000);

    const auto response = pay(composite_json(order_json("A-1"), account));

    ASSERT_EQ(response.status, 201) << response.body;
    ASSERT_EQ(intake.starts.size(), 1U);
    const worker::StartRun& start = intake.starts.front();
    EXPECT_TRUE(start.order_is_new);
    EXPECT_EQ(start.picture.order.merchant_id, "alpha");
    EXPECT_EQ(start.picture.subject.amount, Money(10'000, cny()));
    ASSERT_EQ(start.picture.legs.size(), 2U);
    EXPECT_EQ(start.picture.legs[0].amount, Money(3'000, cny()));
    EXPECT_EQ(start.picture.legs[1].scene, "qr");
    EXPECT_EQ(start.picture.subject.id.bucket(), bucket_of("alpha", "A-1"));
    EXPECT_EQ(start.picture.order.id.bucket(), bucket_of("alpha", "A-1"));
}

TEST_F(PaymentsApi, TakesEightLegsAtChannelsAndKeepsTheirOrder) {
    std::string legs;
    for (int amount = 1; amount <= 8; ++amount) {
        legs += (legs.empty() ? "" : ",") +
                (R"({"kind":"external","method":"wechatpay","scene":"qr","amount":)" +
                 std::to_string(amount) + "}");
    }

    const auto response = pay(R"({"order":)" + order_json("A-1") + R"(,"legs":[)" + legs + "]}");

    ASSERT_EQ(response.status, 201) << response.body;
    const payment::Picture& begun = intake.starts.front().picture;
    EXPECT_EQ(begun.subject.amount, Money(36, cny()));
    for (std::size_t i = 0; i < begun.legs.size(); ++i) {
        EXPECT_EQ(begun.legs[i].number, static_cast<int>(i) + 1);
        EXPECT_EQ(begun.legs[i].amount.minor(), static_cast<std::int64_t>(i) + 1);
    }
}

TEST_F(PaymentsApi, ShowsWhatThePayerCanDo) {
    const auto response = pay(qr_payment_json(order_json("A-1")));

    const Value body = parsed(response);
    ASSERT_NE(body.find("next_action"), nullptr);
    EXPECT_EQ(body.find("next_action")->text_or_empty("type"), "qr_code");
    EXPECT_EQ(intake.starts.front().wait_for, worker::WaitFor::actionable);
}

TEST_F(PaymentsApi, PaysAnOrderThatExists) {
    const std::string order = given_order("A-1");

    const auto response = pay(qr_payment_json(order, 4'000));

    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(text_of(response, "order_id"), order);
    EXPECT_FALSE(intake.starts.front().order_is_new);
}

TEST_F(PaymentsApi, WaitsForTheEndWhenAsked) {
    const auto response =
        pay(qr_payment_json(order_json("A-1")), {{"Prefer", "respond-async, wait=30"}});

    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(text_of(response, "status"), "succeeded");
    EXPECT_EQ(response.headers.get_or_empty("Preference-Applied"), "wait=30");
    EXPECT_EQ(intake.starts.front().answer_by, clock.now() + std::chrono::seconds(30));
}

TEST_F(PaymentsApi, AnswersAtTheCommitWhenAskedNotToWait) {
    const auto response = pay(qr_payment_json(order_json("A-1")), {{"Prefer", "wait=0"}});

    EXPECT_EQ(intake.starts.front().wait_for, worker::WaitFor::committed);
    EXPECT_TRUE(parsed(response).find("next_action")->is_null());
}

TEST_F(PaymentsApi, RefusesAWaitItCannotKeep) {
    for (const std::string wait : {"61", "-1", "1.5", "", "abc", "1 2"}) {
        const auto response = pay(qr_payment_json(order_json("A-1")), {{"Prefer", "wait=" + wait}});
        EXPECT_EQ(summary(response), "400 invalid_request Prefer") << wait;
    }
    EXPECT_TRUE(intake.starts.empty());
}

TEST_F(PaymentsApi, AnswersARepeatUnderTheSameKeyWithTheSamePayment) {
    const std::string order = given_order("A-1");
    const http::Headers key{{"Idempotency-Key", "k-1"}};
    const auto first = pay(qr_payment_json(order), key);

    const auto repeat = pay(qr_payment_json(order), key);
    const auto other = pay(qr_payment_json(order, 1), key);

    EXPECT_EQ(repeat.status, 200);
    EXPECT_EQ(text_of(repeat, "id"), text_of(first, "id"));
    EXPECT_EQ(summary(other), "409 idempotency_key_reused Idempotency-Key");
}

TEST_F(PaymentsApi, AnswersARepeatAlsoWhenTheOrderTakesNoPaymentAnyMore) {
    const std::string order = given_order("A-1");
    const http::Headers key{{"Idempotency-Key", "k-1"}};
    const auto first = pay(qr_payment_json(order), key);
    orders.set(*OrderId::parse(order), payment::OrderStatus::paid, 10'000);

    const auto repeat = pay(qr_payment_json(order), key);
    const auto other_body = pay(qr_payment_json(order, 1), key);
    const auto other_key = pay(qr_payment_json(order), {{"Idempotency-Key", "k-2"}});
    const auto without_key = pay(qr_payment_json(order, 1));

    EXPECT_EQ(repeat.status, 200);
    EXPECT_EQ(text_of(repeat, "id"), text_of(first, "id"));
    EXPECT_EQ(summary(other_body), "409 idempotency_key_reused Idempotency-Key");
    EXPECT_EQ(summary(other_key), "422 order_not_open");
    EXPECT_EQ(summary(without_key), "422 order_not_open");
    EXPECT_EQ(intake.starts.size(), 1U);
}

TEST_F(PaymentsApi, AnswersARepeatAlsoWhenNobodyOffersItsSceneAnyMore) {
    bool is_offered = true;
    check_scene = [&is_offered](const gateway::SceneWish&) -> Result<void> {
        return is_offered ? Result<void>{} : fail(ErrorCode::invalid, "nobody offers it", "/scene");
    };
    const std::string order = given_order("A-1");
    const http::Headers key{{"Idempotency-Key", "k-1"}};
    const auto first = pay(qr_payment_json(order), key);
    is_offered = false;

    const auto repeat = pay(qr_payment_json(order), key);
    const auto other_key = pay(qr_payment_json(order), {{"Idempotency-Key", "k-2"}});

    EXPECT_EQ(repeat.status, 200);
    EXPECT_EQ(text_of(repeat, "id"), text_of(first, "id"));
    EXPECT_EQ(summary(other_key), "422 not_offered /legs/0/scene");
    EXPECT_EQ(intake.starts.size(), 1U);
}

TEST_F(PaymentsApi, AnswersARepeatByItsOrdersNumberWhenNobodyOffersItsSceneAnyMore) {
    bool is_offered = true;
    check_scene = [&is_offered](const gateway::SceneWish&) -> Result<void> {
        return is_offered ? Result<void>{} : fail(ErrorCode::invalid, "nobody offers it", "/scene");
    };
    const auto first = pay(qr_payment_json(order_json("A-1")));
    const worker::StartRun& begun = intake.starts.at(0);
    payments.numbers["A-1"] = {gateway::as_uuid(begun.order_hash), begun.picture.subject.id.raw()};
    is_offered = false;

    const auto repeat = pay(qr_payment_json(order_json("A-1")));
    const auto under_new_key =
        pay(qr_payment_json(order_json("A-1")), {{"Idempotency-Key", "k-1"}});
    const auto other_order = pay(qr_payment_json(order_json("A-1", 9'000), 9'000));
    const auto other_number = pay(qr_payment_json(order_json("A-2")));

    EXPECT_EQ(repeat.status, 200);
    EXPECT_EQ(text_of(repeat, "id"), text_of(first, "id"));
    EXPECT_EQ(text_of(under_new_key, "id"), text_of(first, "id"));
    EXPECT_EQ(
        summary(other_order), "409 merchant_order_number_reused /order/merchant_order_number"
    );
    EXPECT_EQ(summary(other_number), "422 not_offered /legs/0/scene");
    EXPECT_EQ(intake.starts.size(), 1U);
}

TEST_F(PaymentsApi, HandsThePayerOfALegToTheSealAndShowsNothingOfIt) {
    Value asked;
    check_scene = [&asked](const gateway::SceneWish& wish) -> Result<void> {
        asked = wish.payer;
        return wish.payer.is_null() ? fail(ErrorCode::invalid, "openid is missing", "/payer/openid")
                                    : Result<void>{};
    };
    const std::string order = given_order("A-1");
    const std::string leg =
        R"({"order_id":")" + order +
        R"(","legs":[{"kind":"external","method":"wechatpay","scene":"jsapi","amount":10000)";

    const auto without = pay(leg + "}]}");
    const auto wrong = pay(leg + R"(,"payer":"o-1"}]})");
    const auto with = pay(leg + R"(,"payer":{"openid":"o-1"}}]})");

    EXPECT_EQ(summary(without), "400 invalid_request /legs/0/payer/openid");
    EXPECT_EQ(summary(wrong), "400 invalid_request /legs/0/payer");
    EXPECT_EQ(with.status, 201) << with.body;
    EXPECT_EQ(asked.text_or_empty("openid"), "o-1");
    ASSERT_EQ(intake.starts.size(), 1U);
    EXPECT_EQ(
        intake.starts[0].picture.legs[0].payer,
        Value(ValueObject{{"sealed_for_leg", 1}, {"openid", "o-1"}})
    );
    EXPECT_EQ(with.body.find("o-1"), std::string::npos);
}

TEST_F(PaymentsApi, RefusesMoreThanAPartlyPaidOrderOwes) {
    const std::string order = given_order("A-1");
    orders.set(*OrderId::parse(order), payment::OrderStatus::open, 3'000);

    EXPECT_EQ(summary(pay(qr_payment_json(order, 7'001))), "422 more_than_due");
    EXPECT_TRUE(intake.starts.empty());
    EXPECT_EQ(pay(qr_payment_json(order, 7'000)).status, 201);
}

TEST_F(PaymentsApi, GivesEqualBodiesEqualHashes) {
    pay(qr_payment_json(order_json("A-1")));
    pay(R"({ "legs":[{"amount":10000,"scene":"qr","method":"wechatpay","kind":"external"}],)"
        R"("order":{"amount":10000,"description":"Two tickets","currency":"CNY",)"
        R"("merchant_order_number":"A-1"}})");
    pay(qr_payment_json(order_json("A-2")));

    ASSERT_EQ(intake.starts.size(), 3U);
    EXPECT_EQ(intake.starts[0].request_hash, intake.starts[1].request_hash);
    EXPECT_EQ(intake.starts[0].order_hash, intake.starts[1].order_hash);
    EXPECT_FALSE(intake.starts[0].request_hash == intake.starts[2].request_hash);
}

struct PayCase {
    std::string body;
    std::string answer;
};

std::vector<PayCase> bad_payments(
    const std::string& order, const std::string& account, const std::string& foreign
) {
    const std::string qr = R"({"kind":"external","method":"wechatpay","scene":"qr","amount":1})";
    const auto to_order = [&](const std::string& legs) {
        return R"({"order_id":")" + order + R"(","legs":)" + legs + "}";
    };
    const auto card = [](const std::string& id) {
        return R"({"kind":"internal","method":"prepaid_card","account_id":")" + id +
               R"(","amount":1})";
    };
    std::string nine = qr;
    for (int i = 0; i < 8; ++i) {
        nine += "," + qr;
    }
    return {
        {"{}", "400 invalid_request /order_id /legs"},
        {R"({"order_id":")" + order + R"(","order":{},"legs":[)" + qr + "]}",
         "400 invalid_request /order_id"},
        {R"({"order_id":"x","legs":[)" + qr + "]}", "400 invalid_request /order_id"},
        {R"({"order":7,"legs":[)" + qr + "]}", "400 invalid_request /order"},
        {R"({"order":{},"legs":[)" + qr + "]}",
         "400 invalid_request /order/merchant_order_number /order/amount /order/currency "
         "/order/description"},
        {to_order("7"), "400 invalid_request /legs"},
        {to_order("[]"), "400 invalid_request /legs"},
        {to_order("[" + nine + "]"), "400 invalid_request /legs"},
        {to_order("[7]"), "400 invalid_request /legs/0"},
        {to_order("[{}]"), "400 invalid_request /legs/0/kind"},
        {to_order(R"([{"kind":"internl"}])"), "400 invalid_request /legs/0/kind"},
        {to_order(R"([{"kind":"external"}])"),
         "400 invalid_request /legs/0/method /legs/0/scene /legs/0/amount"},
        {to_order(R"([{"kind":"external","method":"wechatpay","scene":"app","amount":1}])"),
         "422 not_offered /legs/0/scene"},
        {to_order(R"([{"kind":"external","method":"unionpay","scene":"qr","amount":1}])"),
         "422 not_offered /legs/0/method"},
        {to_order(R"([{"kind":"external","method":"wechatpay","scene":"qr","amount":1.5}])"),
         "400 invalid_request /legs/0/amount"},
        {to_order(R"([{"kind":"external","method":"wechatpay","scene":"qr","amount":1,"x":1}])"),
         "400 invalid_request /legs/0/x"},
        {to_order("[" + card("nonsense") + "]"), "400 invalid_request /legs/0/account_id"},
        {to_order("[" + card(account) + "," + card(account) + "]"),
         "400 invalid_request /legs/1/account_id"},
        {to_order("[" + card(foreign) + "]"), "400 invalid_request /legs/0/account_id"},
        {to_order("[" + card("acc_00000000000000000000000001") + "]"),
         "400 invalid_request /legs/0/account_id"},
        {qr_payment_json(order_json("A-9", 100), 101), "400 invalid_request /legs"},
        {qr_payment_json("ord_00000000000000000000000001"), "404 not_found"},
    };
}

TEST_F(PaymentsApi, RefusesWhatIsNoPaymentAndStartsNothing) {
    const std::string order = given_order("A-1");
    const std::string account = given_account("card-1");
    const auto foreign = send(
        {.method = "POST",
         .target = "/v1/accounts",
         .body = R"({"kind":"prepaid_card","owner_number":"card-1","currency":"CNY"})",
         .key = kOtherKey}
    );

    for (const PayCase& row : bad_payments(order, account, text_of(foreign, "id"))) {
        EXPECT_EQ(summary(pay(row.body)), row.answer) << row.body;
    }
    EXPECT_TRUE(intake.starts.empty());
}

TEST_F(PaymentsApi, RefusesAnAccountOfAnotherKindOrCurrency) {
    const std::string card = given_account("card-1");
    const auto leg = [&](const std::string& method) {
        return R"({"order":{"merchant_order_number":"A","amount":5,"currency":"USD",)"
               R"("description":"d"},"legs":[{"kind":"internal","method":")" +
               method + R"(","account_id":")" + card + R"(","amount":5}]})";
    };

    EXPECT_THAT(text_of(pay(leg("prepaid_card")), "detail"), ::testing::HasSubstr("holds CNY"));
    EXPECT_THAT(text_of(pay(leg("balance")), "detail"), ::testing::HasSubstr("is a prepaid_card"));
    EXPECT_TRUE(intake.starts.empty());
}

struct EngineCase {
    Error error;
    std::string answer;
};

TEST_F(PaymentsApi, TellsWhatTheEngineSays) {
    const std::vector<EngineCase> cases{
        {{ErrorCode::conflict, "m", "merchant_order_number"},
         "409 merchant_order_number_reused /order/merchant_order_number"},
        {{ErrorCode::conflict, "m", "idempotency_key"}, "409 idempotency_key_reused Idempotency-Key"
        },
        {{ErrorCode::conflict, "m", "payment_unresolved"}, "409 payment_unresolved"},
        {{ErrorCode::refused, "m", "payment_unresolved"}, "409 payment_unresolved"},
        {{ErrorCode::refused, "m", "order_not_open"}, "422 order_not_open"},
        {{ErrorCode::refused, "m", "more_than_due"}, "422 more_than_due"},
        {{ErrorCode::refused, "m", ""}, "422 refused"},
        {{ErrorCode::unavailable, "m", ""}, "503 unavailable"},
        {{ErrorCode::limit, "m", ""}, "503 overloaded"},
        {{ErrorCode::unknown, "m", ""}, "503 outcome_unknown"},
        {{ErrorCode::script, "m", ""}, "500 internal_error"},
    };
    for (const EngineCase& row : cases) {
        intake.next_error = row.error;
        EXPECT_EQ(summary(pay(qr_payment_json(order_json("A-1")))), row.answer);
    }
}

TEST_F(PaymentsApi, TellsASilentEngineAsUnknown) {
    settings.engine_grace = std::chrono::milliseconds(50);
    intake.silent = true;

    EXPECT_EQ(summary(pay(qr_payment_json(order_json("A-1")))), "503 outcome_unknown");
}

TEST_F(PaymentsApi, ShowsAPaymentAndWaitsForItsEndWhenAsked) {
    const std::string id = given_payment("A-1");

    const auto now = get("/v1/payments/" + id);
    const auto later = send({.target = "/v1/payments/" + id, .headers = {{"Prefer", "wait=5"}}});

    EXPECT_EQ(text_of(now, "status"), "pending");
    EXPECT_EQ(text_of(later, "status"), "closed");
    EXPECT_EQ(intake.waits.size(), 1U);
}

TEST_F(PaymentsApi, ClosesAPendingPaymentOnly) {
    const std::string id = given_payment("A-1");
    const auto closing = post("/v1/payments/" + id + "/close", "");
    payments.pictures.at(RunId(PaymentId::parse(id)->raw())).subject.status =
        payment::SubjectStatus::succeeded;

    const auto final_one = post("/v1/payments/" + id + "/close", "{}");
    const auto with_members = post("/v1/payments/" + id + "/close", R"({"why":1})");

    EXPECT_EQ(closing.status, 200);
    EXPECT_EQ(intake.closes.size(), 1U);
    EXPECT_EQ(text_of(final_one, "status"), "succeeded");
    EXPECT_EQ(summary(with_members), "400 invalid_request /why");
}

TEST_F(PaymentsApi, ShowsNothingOfAnotherMerchantsPayment) {
    const std::string id = given_payment("A-1");
    const std::string order = given_order("A-2");
    const std::vector<Ask> asks{
        {.target = "/v1/payments/" + id, .key = kOtherKey},
        {.target = "/v1/payments/" + id + "/timeline", .key = kOtherKey},
        {.method = "POST", .target = "/v1/payments/" + id + "/close", .key = kOtherKey},
        {.method = "POST",
         .target = "/v1/payments",
         .body = qr_payment_json(order),
         .key = kOtherKey},
    };
    const std::size_t started = intake.starts.size();

    for (const Ask& ask : asks) {
        EXPECT_EQ(summary(send(ask)), "404 not_found") << ask.target;
    }
    EXPECT_EQ(intake.starts.size(), started);
    EXPECT_TRUE(intake.closes.empty());
}

}  // namespace
}  // namespace sluice::testing
