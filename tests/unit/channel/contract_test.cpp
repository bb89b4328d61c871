#include "channel/contract.hpp"

#include <gtest/gtest.h>

#include "channel/registry.hpp"
#include "json/json.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

using payment::OutcomeKind;

class AdapterContract : public ::testing::Test {
  protected:
    Result<http::ClientRequest> request(std::string_view text) const {
        return request_from_value(
            json::parse(text).value(), *registry_->find_account({"toy", "one"})
        );
    }

    RegistryPtr registry_ = toy_registry(toy_adapter());
};

TEST_F(AdapterContract, SendsToTheAccountsHostOnly) {
    const auto made = request(R"({"method":"GET","path":"/a?b=%7C"})");

    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->url, "https://pay.toy.example/a?b=%7C");
    for (const std::string_view path :
         {"//evil.example/a",
          "https://evil.example/",
          "a",
          "",
          "/a b",
          "/a\\nb",
          "/a#b",
          "/\\\\a",
          "/é"}) {
        const std::string text = R"({"method":"GET","path":")" + std::string(path) + R"("})";
        EXPECT_FALSE(request(text)) << path;
    }
}

TEST_F(AdapterContract, RefusesOtherMethodsHeadersAndMembers) {
    for (const std::string_view text : {
             R"({"method":"CONNECT","path":"/"})",
             R"({"method":"get","path":"/"})",
             R"({"path":"/"})",
             R"({"method":"GET","path":"/","headers":{"Host":"evil.example"}})",
             R"({"method":"GET","path":"/","headers":{"Content-Length":"3"}})",
             R"({"method":"GET","path":"/","headers":{"X-A":"b\r\nX-C: d"}})",
             R"({"method":"GET","path":"/","headers":{"X A":"b"}})",
             R"({"method":"GET","path":"/","headers":{"X-A":1}})",
             R"({"method":"GET","path":"/","url":"https://evil.example"})",
             "[]",
         }) {
        EXPECT_FALSE(request(text)) << text;
    }
}

TEST_F(AdapterContract, SendsARecordAsJsonAndATextAsItIs) {
    const auto record = request(R"({"method":"POST","path":"/","body":{"a":1}})");
    const auto text = request(
        R"({"method":"POST","path":"/","body":"a=1","headers":{"Content-Type":"text/plain"}})"
    );

    EXPECT_EQ(record->body, R"({"a":1})");
    EXPECT_EQ(record->headers.get_or_empty("content-type"), "application/json");
    EXPECT_EQ(text->body, "a=1");
    EXPECT_EQ(text->headers.get_or_empty("content-type"), "text/plain");
}

TEST_F(AdapterContract, TakesFromEachOperationOnlyWhatItCanProve) {
    struct Row {
        std::string_view kind;
        bool moves;  // collect, refund, payout
        bool query;
        bool close;
        bool money_query;  // refund_query, payout_query
    };
    constexpr std::array<Row, 9> rows{{
        {"succeeded", true, true, true, true},
        {"pending", true, true, false, true},
        {"refused", true, true, false, true},
        {"not_sent", true, true, true, true},
        {"unknown", true, true, true, true},
        {"config", true, true, true, true},
        {"not_found", false, true, true, true},
        {"closed", false, true, true, true},
        {"returned", false, false, false, true},
    }};
    for (const Row& row : rows) {
        const Value outcome = ValueObject{{"kind", row.kind}};
        const auto takes = [&](Operation operation) {
            return outcome_from_answer(outcome, operation).has_value();
        };
        EXPECT_EQ(takes(Operation::collect), row.moves) << row.kind;
        EXPECT_EQ(takes(Operation::refund), row.moves) << row.kind;
        EXPECT_EQ(takes(Operation::payout), row.moves) << row.kind;
        EXPECT_EQ(takes(Operation::query), row.query) << row.kind;
        EXPECT_EQ(takes(Operation::close), row.close) << row.kind;
        EXPECT_EQ(takes(Operation::refund_query), row.money_query) << row.kind;
        EXPECT_EQ(takes(Operation::payout_query), row.money_query) << row.kind;
    }
}

TEST_F(AdapterContract, RefusesOutcomesThatAreNotExact) {
    for (const std::string_view text : {
             R"({"kind":"paid"})",
             R"({})",
             R"({"kind":"succeeded","amount":7000})",
             R"({"kind":"succeeded","amount":70.5})",
             R"({"kind":"succeeded","amount":"7000"})",
             R"({"kind":"succeeded","amount":{"$money":[-1,"CNY"]}})",
             R"({"kind":"succeeded","number":123})",
             R"({"kind":"succeeded","happened_at":"yesterday"})",
             R"({"kind":"succeeded","payer":"oZhang"})",
             R"({"kind":"succeeded","payer":"wechatpay:wx1 o Zhang"})",
             R"({"kind":"succeeded","payer":"wechatpay:wx1 "})",
             R"({"kind":"succeeded","payer":" oZhang"})",
             R"({"kind":"succeeded","payer":{"openid":"oZhang"}})",
             R"({"kind":"succeeded","happened_at":1767225600})",
             R"({"kind":"pending","next_action":{"code_url":"x"}})",
             R"({"kind":"pending","sucess":true})",
         }) {
        EXPECT_FALSE(outcome_from_answer(json::parse(text).value(), Operation::query)) << text;
    }
}

TEST_F(AdapterContract, LetsOnlyAnUnknownRefundOrPayoutWithACodeBeTurnedAway) {
    const auto takes = [](std::string_view text, Operation operation) {
        return outcome_from_answer(json::parse(text).value(), operation).has_value();
    };
    const std::string_view good =
        R"({"kind":"unknown","code":"TRADE_HAS_CLOSE","refused_unless_found":true})";

    EXPECT_TRUE(takes(good, Operation::refund));
    EXPECT_TRUE(takes(good, Operation::payout));
    for (const Operation other : {Operation::collect, Operation::query, Operation::refund_query}) {
        EXPECT_FALSE(takes(good, other)) << to_string(other);
    }
    for (const std::string_view text : {
             R"({"kind":"unknown","refused_unless_found":true})",
             R"({"kind":"refused","code":"X","refused_unless_found":true})",
             R"({"kind":"unknown","code":"X","refused_unless_found":1})",
             R"({"kind":"unknown","code":"X","refused_unless_found":"yes"})",
         }) {
        EXPECT_FALSE(takes(text, Operation::refund)) << text;
    }
}

TEST_F(AdapterContract, LetsOnlyAPayoutThatSucceededNameAFee) {
    const auto refusal = [](std::string_view fee, Operation operation, std::string_view kind) {
        const std::string text = R"({"kind":")" + std::string(kind) +
                                 R"(","number":"1","amount":{"$money":[7000,"CNY"]},"fee":)" +
                                 std::string(fee) + "}";
        const auto outcome = outcome_from_answer(json::parse(text).value(), operation);
        return outcome ? std::string() : outcome.error().message;
    };
    const std::string_view good = R"({"$money":[50,"CNY"]})";

    EXPECT_EQ(refusal(good, Operation::payout, "succeeded"), "");
    EXPECT_EQ(refusal(good, Operation::payout_query, "succeeded"), "");
    EXPECT_EQ(
        refusal(good, Operation::payout_query, "returned"),
        "the outcome of payout_query names a fee and is returned, wanted only of a payout that "
        "succeeded"
    );
    EXPECT_NE(refusal(good, Operation::payout, "pending"), "");
    for (const Operation other : {Operation::collect, Operation::query, Operation::refund_query}) {
        EXPECT_NE(refusal(good, other, "succeeded"), "") << to_string(other);
    }
    EXPECT_EQ(
        refusal(R"({"$money":[-1,"CNY"]})", Operation::payout, "succeeded"),
        "the outcome's fee is -1 CNY, wanted 0 or more of the amount's currency"
    );
    EXPECT_NE(refusal(R"({"$money":[50,"USD"]})", Operation::payout, "succeeded"), "");
    EXPECT_EQ(
        refusal("50", Operation::payout, "succeeded"), "outcome fee is a whole number, wanted money"
    );
}

TEST_F(AdapterContract, AnswersACallbackWithinItsKind) {
    for (const std::string_view text : {
             R"({"refuse":{"status":200}})",
             R"({"refuse":{}})",
             R"({"number":"1","outcome":{"kind":"succeeded"},"ack":{"status":500}})",
             R"({"number":"1","outcome":{"kind":"succeeded"}})",
             R"({"number":"1","ack":{"status":200}})",
             R"({"number":"1","outcome":{"kind":"paid"},"ack":{"status":200}})",
             "[]",
         }) {
        EXPECT_FALSE(callback_from_value(json::parse(text).value())) << text;
    }
    const auto good = callback_from_value(
        json::parse(R"({"number":"1","outcome":{"kind":"succeeded"},"ack":{"status":204}})").value()
    );
    ASSERT_TRUE(good);
    EXPECT_EQ(good->outcome.kind, OutcomeKind::succeeded);
    EXPECT_EQ(good->operation, Operation::collect);
}

TEST_F(AdapterContract, HearsOfRefundsAndPayoutsWhatTheirQueriesMaySay) {
    const auto callback = [](std::string_view operation, std::string_view kind) {
        return callback_from_value(ValueObject{
            {"ack", ValueObject{{"status", 204}}},
            {"number", "1"},
            {"operation", operation},
            {"outcome", ValueObject{{"kind", kind}}},
        });
    };

    EXPECT_EQ(callback("refund", "returned")->operation, Operation::refund);
    EXPECT_EQ(callback("payout", "returned")->operation, Operation::payout);
    EXPECT_EQ(callback("collect", "closed")->operation, Operation::collect);
    EXPECT_FALSE(callback("collect", "returned"));
    for (const std::string_view operation : {"refund_query", "close", "transfer", ""}) {
        EXPECT_FALSE(callback(operation, "succeeded")) << operation;
    }
}

}  // namespace
}  // namespace sluice::channel::testing
