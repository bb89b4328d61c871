#include "channel/callbacks.hpp"

#include <gtest/gtest.h>

#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

constexpr std::string_view kNotice = R"({"number":"01KDXW2E8B5F7M9Q3T6V8X0Z2C","openid":"oUpF8u"})";

class CallbackReader : public ::testing::Test {
  protected:
    CallbackVerdict read(std::string_view body) {
        const http::Headers headers = {{"X-Signature", "good"}};
        return callbacks_.read({"toy", "one"}, {headers, body});
    }

    ManualClock clock_{Time{}};
    Callbacks callbacks_{toy_registry(toy_adapter()), clock_, {.body_max_bytes = 200}};
};

TEST_F(CallbackReader, GivesTheInstructionItsOutcomeAndTheAnswer) {
    const CallbackVerdict verdict = read(kNotice);

    ASSERT_TRUE(verdict.instruction);
    EXPECT_EQ(verdict.instruction->raw().to_string(), "01KDXW2E8B5F7M9Q3T6V8X0Z2C");
    EXPECT_EQ(verdict.operation, Operation::collect);
    EXPECT_EQ(verdict.outcome.kind, payment::OutcomeKind::succeeded);
    EXPECT_EQ(verdict.answer.status, 200);
    EXPECT_EQ(verdict.answer.body, "success");
    EXPECT_EQ(verdict.evidence.path, "/callbacks/toy/one");
    EXPECT_NE(verdict.evidence.request.find("oUpF***"), std::string::npos);
}

TEST_F(CallbackReader, RefusesWithoutNamingAnInstruction) {
    struct Row {
        std::string body;
        int status;
    };
    const std::vector<Row> rows = {
        {std::string(201, ' '), 413},
        {"\xff\xfe", 400},
        {"{\"number\":", 400},
        {R"({"number":"SL20260101000001"})", 404},
        {R"({"nummer":"01KDXW2E8B5F7M9Q3T6V8X0Z2C"})", 500},
    };
    for (const Row& row : rows) {
        const CallbackVerdict verdict = read(row.body);
        EXPECT_FALSE(verdict.instruction) << row.body;
        EXPECT_EQ(verdict.answer.status, row.status) << row.body;
    }
}

TEST_F(CallbackReader, TellsARefundFromTheRest) {
    const auto adapter = generous_adapter(
        "      number = notice.number,", "      operation = \"refund\", number = notice.number,"
    );
    Callbacks callbacks(toy_registry(adapter), clock_);
    const http::Headers headers = {{"X-Signature", "good"}};

    const CallbackVerdict verdict = callbacks.read({"toy", "one"}, {headers, kNotice});

    ASSERT_TRUE(verdict.instruction);
    EXPECT_EQ(verdict.operation, Operation::refund);
}

TEST_F(CallbackReader, MasksWhatIsThePayeesSecret) {
    Callbacks callbacks(toy_registry(generous_adapter()), clock_);
    const http::Headers headers = {{"X-Signature", "good"}};

    const CallbackVerdict verdict = callbacks.read(
        {"toy", "one"},
        {headers, R"({"number":"01KDXW2E8B5F7M9Q3T6V8X0Z2C","account":"62220210","name":"李雷"})"}
    );

    EXPECT_EQ(
        verdict.evidence.request,
        R"({"number":"01KDXW2E8B5F7M9Q3T6V8X0Z2C","account":"***","name":"***"})"
    );
}

TEST_F(CallbackReader, LetsTheAdapterRefuse) {
    const CallbackVerdict verdict = callbacks_.read({"toy", "one"}, {{}, kNotice});

    EXPECT_FALSE(verdict.instruction);
    EXPECT_EQ(verdict.answer.status, 401);
    EXPECT_EQ(verdict.answer.body, R"({"code":"FAIL"})");
    EXPECT_EQ(verdict.answer.content_type, "application/json");
}

TEST_F(CallbackReader, TakesNoOtherContentTypeThanTheAdapterNames) {
    Callbacks callbacks(
        toy_registry(toy_adapter(toy_script(
            "masked = { \"openid\" },",
            "masked = { \"openid\" },\n  callback_type = \"application/json\","
        ))),
        clock_
    );
    struct Row {
        std::string type;
        int status;
    };
    const std::vector<Row> rows = {
        {"application/json", 200},
        {"Application/JSON", 200},
        {"application/json; charset=utf-8", 200},
        {"application/json ;charset=utf-8", 200},
        {"", 415},
        {"text/xml", 415},
        {"application/jsonp", 415},
        {"application/x-www-form-urlencoded", 415},
    };
    for (const Row& row : rows) {
        const http::Headers headers = {{"X-Signature", "good"}, {"Content-Type", row.type}};
        const CallbackVerdict verdict = callbacks.read({"toy", "one"}, {headers, kNotice});
        EXPECT_EQ(verdict.answer.status, row.status) << row.type;
        EXPECT_EQ(verdict.instruction.has_value(), row.status == 200) << row.type;
    }

    const http::Headers xml = {{"X-Signature", "good"}, {"Content-Type", "text/xml"}};
    EXPECT_EQ(
        callbacks.read({"toy", "one"}, {xml, kNotice}).answer.body,
        "the content type is another than wanted, application/json"
    );
    EXPECT_TRUE(callbacks_.read({"toy", "one"}, {xml, kNotice}).instruction) << "names none";
    EXPECT_EQ(read(kNotice).answer.status, 200) << "none was sent";
}

TEST_F(CallbackReader, KnowsConfiguredAccountsOnly) {
    const http::Headers headers = {{"X-Signature", "good"}};

    EXPECT_EQ(callbacks_.read({"toy", "two"}, {headers, kNotice}).answer.status, 404);
    EXPECT_EQ(callbacks_.read({"else", "one"}, {headers, kNotice}).answer.status, 404);
}

}  // namespace
}  // namespace sluice::channel::testing
