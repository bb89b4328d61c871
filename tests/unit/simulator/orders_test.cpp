#include <functional>

#include <gtest/gtest.h>

#include "unit/simulator/psp_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using PspOrders = PspTest;

TEST_F(PspOrders, AreKnownAfterCreateAndNotPaid) {
    const auto created = create(kOrderNumber);

    EXPECT_TRUE(body_of(created).text_or_empty("code_url").starts_with("weixin://wxpay/"));
    const Value order = body_of(query(kOrderNumber));
    EXPECT_EQ(order.text_or_empty("trade_state"), "NOTPAY");
    EXPECT_EQ(order.find("amount")->int_or("total", 0), 1234);
    EXPECT_EQ(order.find("transaction_id"), nullptr);
}

TEST_F(PspOrders, GetANewCodeForTheSameParametersAndTheOldOneDies) {
    const std::string old_code(body_of(create(kOrderNumber)).text_or_empty("code_url"));

    const std::string new_code(body_of(create(kOrderNumber)).text_or_empty("code_url"));

    EXPECT_NE(old_code, new_code);
    const auto by_old = control("/sim/pay", R"({"code_url":")" + old_code + R"("})");
    EXPECT_EQ(refusal_of(by_old), "404 CODE_NOT_LIVE");
    EXPECT_EQ(status_of(control("/sim/pay", R"({"code_url":")" + new_code + R"("})")), 200);
    EXPECT_EQ(booked(kOrderNumber).int_or("creates", 0), 2);
}

TEST_F(PspOrders, TakeTheSameParametersInAnotherOrderOfMembers) {
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);
    ValueObject members = *create_body(kOrderNumber, 1234).as_object();
    std::swap(members.front(), members.back());

    const auto again = call(
        {.method = "POST", .target = "/v3/pay/transactions/native", .body = to_json(Value(members))}
    );

    EXPECT_EQ(status_of(again), 200);
}

TEST_F(PspOrders, RefuseTheSameNumberWithAnyOtherParameter) {
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);

    EXPECT_EQ(refusal_of(create(kOrderNumber, 1235)), "403 OUT_TRADE_NO_USED");
    EXPECT_EQ(booked(kOrderNumber).int_or("amount_total", 0), 1234);
}

TEST_F(PspOrders, ArePaidOnce) {
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);

    EXPECT_EQ(status_of(pay(kOrderNumber)), 200);
    EXPECT_EQ(refusal_of(pay(kOrderNumber)), "400 ORDER_PAID");

    EXPECT_EQ(booked(kOrderNumber).int_or("payments", 0), 1);
    EXPECT_EQ(refusal_of(create(kOrderNumber)), "400 ORDER_PAID");
    EXPECT_EQ(refusal_of(close(kOrderNumber)), "400 ORDER_PAID");
}

TEST_F(PspOrders, AreFoundByTransactionId) {
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);
    const std::string transaction(body_of(pay(kOrderNumber)).text_or_empty("transaction_id"));

    const auto answer =
        call({.target = "/v3/pay/transactions/id/" + transaction + "?mchid=1900000109"});

    EXPECT_EQ(transaction.size(), 28U);
    EXPECT_EQ(body_of(answer).text_or_empty("out_trade_no"), kOrderNumber);
    EXPECT_EQ(body_of(answer).text_or_empty("trade_state"), "SUCCESS");
    EXPECT_EQ(
        refusal_of(call({.target = "/v3/pay/transactions/id/4200?mchid=1900000109"})),
        "404 ORDER_NOT_EXIST"
    );
}

TEST_F(PspOrders, CloseRepeatedlyAndThenTakeNoMoney) {
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);

    EXPECT_EQ(status_of(close(kOrderNumber)), 204);
    EXPECT_EQ(status_of(close(kOrderNumber)), 204);

    EXPECT_EQ(refusal_of(pay(kOrderNumber)), "400 ORDER_CLOSED");
    EXPECT_EQ(refusal_of(create(kOrderNumber)), "400 ORDER_CLOSED");
    EXPECT_EQ(body_of(query(kOrderNumber)).text_or_empty("trade_state"), "CLOSED");
}

TEST_F(PspOrders, ThatDoNotExistCannotBeClosedOrQueried) {
    EXPECT_EQ(refusal_of(close(kOrderNumber)), "404 ORDER_NOT_EXIST");
    EXPECT_EQ(refusal_of(query(kOrderNumber)), "404 ORDER_NOT_EXIST");
}

TEST_F(PspOrders, CloseByThemselvesWhenTheirTimeIsOver) {
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);

    clock_.advance(std::chrono::days(7));

    EXPECT_EQ(body_of(query(kOrderNumber)).text_or_empty("trade_state"), "CLOSED");
    EXPECT_EQ(refusal_of(pay(kOrderNumber)), "400 ORDER_CLOSED");
}

TEST_F(PspOrders, LoseTheirCodeAfterTwoHoursButStayOpen) {
    const std::string code(body_of(create(kOrderNumber)).text_or_empty("code_url"));

    clock_.advance(std::chrono::hours(2));

    const auto late = control("/sim/pay", R"({"code_url":")" + code + R"("})");
    EXPECT_EQ(refusal_of(late), "404 CODE_NOT_LIVE");
    EXPECT_EQ(body_of(query(kOrderNumber)).text_or_empty("trade_state"), "NOTPAY");
}

TEST_F(PspOrders, AreQueriedWithTheCallersOwnMerchantNumberOnly) {
    ASSERT_EQ(status_of(create(kOrderNumber)), 200);
    const std::string path = "/v3/pay/transactions/out-trade-no/" + std::string(kOrderNumber);

    EXPECT_EQ(refusal_of(call({.target = path})), "400 PARAM_ERROR");
    EXPECT_EQ(refusal_of(call({.target = path + "?mchid=1900000110"})), "400 PARAM_ERROR");
}

TEST_F(PspOrders, AreSummedUpInTheBooks) {
    ASSERT_EQ(status_of(create("SL20260101000001", 100)), 200);
    ASSERT_EQ(status_of(create("SL20260101000002", 200)), 200);
    ASSERT_EQ(status_of(create("SL20260101000003", 400)), 200);
    ASSERT_EQ(status_of(pay("SL20260101000001")), 200);
    ASSERT_EQ(status_of(pay("SL20260101000003")), 200);
    ASSERT_EQ(status_of(close("SL20260101000002")), 204);

    const Value report = body_of(control("/sim/books"));

    const Value& summary = *report.find("summary");
    EXPECT_EQ(summary.int_or("orders", 0), 3);
    EXPECT_EQ(summary.int_or("payments", 0), 2);
    EXPECT_EQ(summary.int_or("paid_amount", 0), 500);
    EXPECT_EQ(summary.int_or("closed", 0), 1);
    EXPECT_EQ(report.find("orders")->as_array()->size(), 3U);
}

struct SceneRow {
    const char* scene;
    const char* answer_member;
    const char* trade_type;
};

TEST_F(PspOrders, AnswerEachSceneInItsOwnWay) {
    const std::vector<SceneRow> rows{
        {"native", "code_url", "NATIVE"},
        {"jsapi", "prepay_id", "JSAPI"},
        {"h5", "h5_url", "MWEB"},
        {"app", "prepay_id", "APP"}
    };
    for (const SceneRow& row : rows) {
        const std::string number = std::string("SL2026_") + row.scene;
        Value body = create_body(number, 1);
        body.set("payer", Value(ValueObject{{"openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}}));
        body.set(
            "scene_info",
            Value(ValueObject{
                {"payer_client_ip", "127.0.0.1"}, {"h5_info", Value(ValueObject{{"type", "Wap"}})}
            })
        );

        const auto answer = call(
            {.method = "POST",
             .target = std::string("/v3/pay/transactions/") + row.scene,
             .body = to_json(body)}
        );

        EXPECT_FALSE(body_of(answer).text_or_empty(row.answer_member).empty()) << row.scene;
        EXPECT_EQ(booked(number).text_or_empty("trade_type"), row.trade_type);
    }
}

struct BadParameter {
    const char* name;
    std::function<void(Value&)> bend;
    const char* field;
};

class PspRefusesParameters : public PspTest, public ::testing::WithParamInterface<BadParameter> {};

TEST_P(PspRefusesParameters, AndNamesTheField) {
    Value body = create_body("SL20260101000001", 1234);
    GetParam().bend(body);

    const auto answer =
        call({.method = "POST", .target = "/v3/pay/transactions/native", .body = to_json(body)});

    EXPECT_EQ(refusal_of(answer), "400 PARAM_ERROR");
    const Value refusal = body_of(answer);
    ASSERT_NE(refusal.find("detail"), nullptr);
    EXPECT_EQ(refusal.find("detail")->text_or_empty("field"), GetParam().field);
}

Value amount(Value total, Value currency) {
    return Value(ValueObject{{"total", std::move(total)}, {"currency", std::move(currency)}});
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    PspRefusesParameters,
    ::testing::Values(
        BadParameter{"NoAppid", [](Value& b) { b.set("appid", nullptr); }, "/appid"},
        BadParameter{"OtherMchid", [](Value& b) { b.set("mchid", "1900000110"); }, "/mchid"},
        BadParameter{
            "LongDescription",
            [](Value& b) { b.set("description", std::string(128, 'd')); },
            "/description"
        },
        BadParameter{
            "ShortNumber", [](Value& b) { b.set("out_trade_no", "SL123"); }, "/out_trade_no"
        },
        BadParameter{
            "LongNumber",
            [](Value& b) { b.set("out_trade_no", std::string(33, '1')); },
            "/out_trade_no"
        },
        BadParameter{
            "StrangeNumber", [](Value& b) { b.set("out_trade_no", "SL 123456"); }, "/out_trade_no"
        },
        BadParameter{
            "NotifyWithQuery",
            [](Value& b) { b.set("notify_url", "https://a.example/n?x=1"); },
            "/notify_url"
        },
        BadParameter{
            "NotifyWithoutScheme",
            [](Value& b) { b.set("notify_url", "a.example/n"); },
            "/notify_url"
        },
        BadParameter{
            "ZeroAmount", [](Value& b) { b.set("amount", amount(0, "CNY")); }, "/amount/total"
        },
        BadParameter{
            "FractionAmount", [](Value& b) { b.set("amount", amount(1.5, "CNY")); }, "/amount/total"
        },
        BadParameter{
            "TextAmount", [](Value& b) { b.set("amount", amount("1", "CNY")); }, "/amount/total"
        },
        BadParameter{
            "OtherCurrency", [](Value& b) { b.set("amount", amount(1, "USD")); }, "/amount/currency"
        },
        BadParameter{
            "LongAttach", [](Value& b) { b.set("attach", std::string(129, 'a')); }, "/attach"
        },
        BadParameter{"BadTime", [](Value& b) { b.set("time_expire", "tomorrow"); }, "/time_expire"},
        BadParameter{
            "LateTime",
            [](Value& b) { b.set("time_expire", "2026-01-09T08:00:01+08:00"); },
            "/time_expire"
        }
    ),
    [](const auto& row) { return row.param.name; }
);

TEST_F(PspOrders, RefuseAnAppidOfAnotherMerchant) {
    Value body = create_body(kOrderNumber, 1);
    body.set("appid", "wx0000000000000000");

    const auto answer =
        call({.method = "POST", .target = "/v3/pay/transactions/native", .body = to_json(body)});

    EXPECT_EQ(refusal_of(answer), "400 APPID_MCHID_NOT_MATCH");
}

}  // namespace
}  // namespace sluice::simulator::testing
