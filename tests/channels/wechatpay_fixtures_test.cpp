#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/callbacks.hpp"
#include "channels/fixture_table.hpp"
#include "channels/wechatpay_notice.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

constexpr std::string_view kWechatpayFixtures = "channels/wechatpay/fixtures";

class WechatpayFixture : public ::testing::TestWithParam<std::string> {
  protected:
    void run_answer(const Value& recorded) {
        const Value* answer = recorded.find("answer");
        http::Response response;
        response.status = static_cast<int>(answer->int_or("status", 0));
        response.body = body_of(answer->find("body"));
        response.headers = signature_headers(answer->text_or_empty("signature"), response.body);
        if (const auto api = recorded.text_or_empty("transfer_api"); !api.empty()) {
            ChannelAccountSettings settings = wechatpay_account();
            settings.settings["transfer_api"] = api;
            registry_ = wechatpay_registry(std::move(settings));
        }
        AdapterHost host(registry_->find_adapter("wechatpay"));
        const auto operation = parse_operation(recorded.text_or_empty("operation")).value();
        const std::string_view scene = recorded.text_or_empty("scene");
        const ExchangeOrder order =
            scene.empty() ? wechatpay_order(operation) : wechatpay_order_by(scene, operation);

        const payment::Outcome outcome = host.read(
            {order, response},
            *registry_->find_account({"wechatpay", "main"}),
            {test_now(), "nonce"}
        );

        expect_members(*recorded.find("expect"), to_value(outcome));
    }

    void run_callback(const Value& recorded) {
        const Value& message = *recorded.find("message");
        const std::string body = notice_of(message);
        const auto headers = signature_headers(message.text_or_empty("signature"), body);
        const ManualClock clock(test_now());
        Callbacks callbacks(registry_, clock);

        const CallbackVerdict verdict = callbacks.read({"wechatpay", "main"}, {headers, body});

        Value actual =
            verdict.instruction ? to_value(verdict.outcome) : Value(ValueObject{{"kind", "none"}});
        actual.set("status", verdict.answer.status);
        actual.set("operation", to_string(verdict.operation));
        expect_members(*recorded.find("expect"), actual);
    }

    RegistryPtr registry_ = wechatpay_registry(wechatpay_account());
};

TEST_P(WechatpayFixture, IsReadAsItsRowSays) {
    const Value recorded = fixture(kWechatpayFixtures, GetParam());

    if (recorded.text_or_empty("operation") == "callback") {
        run_callback(recorded);
    } else {
        run_answer(recorded);
    }
}

INSTANTIATE_TEST_SUITE_P(
    All,
    WechatpayFixture,
    ::testing::ValuesIn(fixture_names(kWechatpayFixtures)),
    [](const auto& test) { return test.param; }
);

TEST(WechatpayTable, HasOneFixtureForEveryRowAndOneRowForEveryFixture) {
    expect_a_fixture_for_every_row(kWechatpayFixtures);
}

TEST(WechatpayTable, SaysWhatItsFixturesSay) {
    expect_rows_to_say_what_fixtures_say(kWechatpayFixtures);
}

}  // namespace
}  // namespace sluice::channel::testing
