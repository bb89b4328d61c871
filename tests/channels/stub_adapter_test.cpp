#include <filesystem>

#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

using payment::OutcomeKind;

/// The benchmark's channel, whose adapter must stay an honest one.
class StubAdapter : public ::testing::Test {
  protected:
    static RegistryPtr make_registry() {
        const auto folder = std::filesystem::path(SLUICE_SOURCE_DIR) / "tests/bench/channels/stub";
        ChannelAccountSettings account;
        account.name = "main";
        account.channel = "stub";
        account.settings = {{"base_url", "http://127.0.0.1:1"}, {"merchant", "M1"}};
        return Registry::build({read_adapter_folder(folder).value()}, {account}).value();
    }

    payment::Outcome read(int status, std::string body) {
        const ExchangeOrder order = wechatpay_order(Operation::collect);
        const http::Response response{status, {}, std::move(body)};
        return host_.read(
            {order, response}, *registry_->find_account({"stub", "main"}), {test_now(), ""}
        );
    }

    RegistryPtr registry_ = make_registry();
    AdapterHost host_{registry_->find_adapter("stub")};
};

TEST_F(StubAdapter, AsksOnePathForEachOperation) {
    for (const Operation operation : {Operation::collect, Operation::query, Operation::close}) {
        const auto request = host_.build(
            wechatpay_order(operation),
            *registry_->find_account({"stub", "main"}),
            {test_now(), "nonce"}
        );

        ASSERT_TRUE(request) << request.error().message;
        EXPECT_EQ(request->url, "http://127.0.0.1:1/" + std::string(to_string(operation)));
        EXPECT_EQ(
            request->body,
            R"({"amount":7000,"currency":"CNY","merchant":"M1","number":")" + std::string(kNumber) +
                R"("})"
        );
    }
}

TEST_F(StubAdapter, RepeatsTheClaimsThatTheKernelCompares) {
    const auto outcome = read(
        200,
        R"({"status":"succeeded","reference":"S1","number":")" + std::string(kNumber) +
            R"(","amount":7000,"currency":"CNY","merchant":"M1"})"
    );

    EXPECT_EQ(outcome.kind, OutcomeKind::succeeded) << outcome.message;
    EXPECT_EQ(outcome.number, kNumber);
    EXPECT_EQ(outcome.amount, Money(7000, cny()));
    EXPECT_EQ(outcome.merchant, "M1");
    EXPECT_EQ(outcome.channel_reference, "S1");
}

TEST_F(StubAdapter, TakesEverythingElseAsUnknown) {
    EXPECT_EQ(read(200, "").kind, OutcomeKind::unknown);
    EXPECT_EQ(read(404, "{}").kind, OutcomeKind::unknown);
    EXPECT_EQ(read(200, R"({"status":"succeeded"})").kind, OutcomeKind::unknown);
}

}  // namespace
}  // namespace sluice::channel::testing
