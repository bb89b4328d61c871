#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/callbacks.hpp"
#include "channels/alipay_world.hpp"
#include "channels/fixture_table.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

std::string answered(const Value& answer, const ExchangeOrder& order) {
    if (const Value* body = answer.find("body")) {
        return body_of(body);
    }
    const std::string_view root = answer.text_or_empty("root");
    return signed_node(
        {.root =
             root.empty() ? root_of(order.operation, order.instruction.scene) : std::string(root),
         .node = body_of(answer.find("node")),
         .signature = std::string(answer.text_or_empty("signature"))}
    );
}

class AlipayFixture : public ::testing::TestWithParam<std::string> {
  protected:
    void run_answer(const Value& recorded) {
        const auto operation = parse_operation(recorded.text_or_empty("operation")).value();
        ExchangeOrder order = alipay_order(operation);
        if (const std::string_view scene = recorded.text_or_empty("scene"); !scene.empty()) {
            order.instruction.scene = scene;
        }
        if (order.instruction.scene == "barcode") {
            order.instruction.payer = ValueObject{{"auth_code", "281234567890123456"}};
        }
        order.instruction.channel_reference = recorded.text_or_empty("channel_reference");
        const Value* answer = recorded.find("answer");
        http::Response response;
        response.status = static_cast<int>(answer->int_or("status", 0));
        response.body = answered(*answer, order);
        AdapterHost host(registry_->find_adapter("alipay"));
        const Time now = test_now() + std::chrono::seconds(recorded.int_or("seconds_later", 0));

        const payment::Outcome outcome = host.read(
            {order, response}, *registry_->find_account({"alipay", "main"}), {now, "nonce"}
        );

        const Value actual = to_value(outcome);
        expect_members(*recorded.find("expect"), actual);
        EXPECT_NE(outcome.code, "adapter_failed") << outcome.message;
    }

    void run_callback(const Value& recorded) {
        const Value& message = *recorded.find("message");
        const Value* body = message.find("body");
        const std::string text =
            body != nullptr
                ? body_of(body)
                : signed_notice(*message.find("form"), message.text_or_empty("signature"));
        const ManualClock clock(test_now());
        Callbacks callbacks(registry_, clock);

        const CallbackVerdict verdict = callbacks.read({"alipay", "main"}, {{}, text});

        Value actual =
            verdict.instruction ? to_value(verdict.outcome) : Value(ValueObject{{"kind", "none"}});
        actual.set("status", verdict.answer.status);
        actual.set("operation", to_string(verdict.operation));
        expect_members(*recorded.find("expect"), actual);
        if (verdict.instruction) {
            EXPECT_EQ(verdict.answer.body, "success");
        }
    }

    RegistryPtr registry_ = alipay_registry(alipay_account());
};

TEST_P(AlipayFixture, IsReadAsItsRowSays) {
    const Value recorded = fixture(kAlipayFixtures, GetParam());

    if (recorded.text_or_empty("operation") == "callback") {
        run_callback(recorded);
    } else {
        run_answer(recorded);
    }
}

INSTANTIATE_TEST_SUITE_P(
    All,
    AlipayFixture,
    ::testing::ValuesIn(fixture_names(kAlipayFixtures)),
    [](const auto& test) { return test.param; }
);

TEST(AlipayTable, HasOneFixtureForEveryRowAndOneRowForEveryFixture) {
    expect_a_fixture_for_every_row(kAlipayFixtures);
}

TEST(AlipayTable, SaysWhatItsFixturesSay) { expect_rows_to_say_what_fixtures_say(kAlipayFixtures); }

}  // namespace
}  // namespace sluice::channel::testing
