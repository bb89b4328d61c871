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
        bool collect;
        bool query;
        bool close;
    };
    constexpr std::array<Row, 8> rows{{
        {"succeeded", true, true, true},
        {"pending", true, true, false},
        {"refused", true, true, false},
        {"not_sent", true, true, true},
        {"unknown", true, true, true},
        {"config", true, true, true},
        {"not_found", false, true, true},
        {"closed", false, true, true},
    }};
    for (const Row& row : rows) {
        const Value outcome = ValueObject{{"kind", row.kind}};
        EXPECT_EQ(outcome_from_answer(outcome, Operation::collect).has_value(), row.collect)
            << row.kind;
        EXPECT_EQ(outcome_from_answer(outcome, Operation::query).has_value(), row.query)
            << row.kind;
        EXPECT_EQ(outcome_from_answer(outcome, Operation::close).has_value(), row.close)
            << row.kind;
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
             R"({"kind":"succeeded","happened_at":1767225600})",
             R"({"kind":"pending","next_action":{"code_url":"x"}})",
             R"({"kind":"pending","sucess":true})",
         }) {
        EXPECT_FALSE(outcome_from_answer(json::parse(text).value(), Operation::query)) << text;
    }
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
}

}  // namespace
}  // namespace sluice::channel::testing
