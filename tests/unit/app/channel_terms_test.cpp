// What routing and runs are told of a channel account: what its adapter declares, nothing else.
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

#include "app/channel_wiring.hpp"
#include "core/value.hpp"

namespace sluice::app {
namespace {

constexpr std::string_view kBank = R"lua(
local operation = { resend = "never", request = function() end, response = function() end }
return {
  name = "bank",
  title = { en = "Bank", zh = "银行" },
  capabilities = {
    currencies = { "CNY" }, description_max_bytes = 30,
    not_found_after_seconds = 60,
    payout = { methods = { "bank_card" }, amount_min_minor = 1, amount_max_minor = 500000 },
  },
  operations = { payout = operation, payout_query = operation },
  callback = function() end,
}
)lua";
constexpr std::string_view kForm = R"({
  "merchant": "merchant", "hosts": [],
  "fields": [
    {"name": "base_url", "kind": "text", "title": {"en": "Address", "zh": "地址"}},
    {"name": "merchant", "kind": "text", "title": {"en": "Merchant", "zh": "商户"}}
  ]
})";

class ChannelAccountOfTheConfiguration : public ::testing::Test {
  protected:
    void SetUp() override {
        namespace fs = std::filesystem;
        const std::string name = "channel_terms_test_" + std::to_string(::getpid());
        settings_.channels = fs::path(::testing::TempDir()) / name;
        const fs::path source = fs::path(SLUICE_SOURCE_DIR);
        copy(source / "channels/wechatpay", "wechatpay");
        copy(source / "tests/bench/channels/stub", "stub");
        fs::create_directories(settings_.channels / "bank");
        std::ofstream(settings_.channels / "bank/adapter.lua") << kBank;
        std::ofstream(settings_.channels / "bank/form.json") << kForm;
        for (const char* channel : {"stub", "bank"}) {
            config::ChannelAccountSettings account;
            account.name = "main";
            account.channel = channel;
            account.settings = {{"base_url", "http://127.0.0.1:1"}, {"merchant", "M1"}};
            account.routing.method = channel;
            settings_.channel_accounts.push_back(account);
        }
        auto registry = build_registry(settings_);
        ASSERT_TRUE(registry) << registry.error().message;
        registry_ = *registry;
    }

    void TearDown() override { std::filesystem::remove_all(settings_.channels); }

    void copy(const std::filesystem::path& from, const std::string& name) {
        std::filesystem::create_directories(settings_.channels / name);
        for (const char* file : {"adapter.lua", "form.json"}) {
            std::filesystem::copy_file(
                from / file,
                settings_.channels / name / file,
                std::filesystem::copy_options::overwrite_existing
            );
        }
    }

    config::Settings settings_;
    channel::RegistryPtr registry_;
};

TEST_F(ChannelAccountOfTheConfiguration, IsOfferedForWhatItsChannelCanDo) {
    const Value stub = candidate_of(settings_.channel_accounts[0], *registry_);
    const Value bank = candidate_of(settings_.channel_accounts[1], *registry_);

    EXPECT_EQ(*stub.find("refunds"), Value(false));
    EXPECT_EQ(*stub.find("pays_out"), Value(false));
    EXPECT_EQ(*stub.find("payout_methods"), Value(ValueArray{}));
    EXPECT_EQ(*bank.find("scenes"), Value(ValueArray{}));
    EXPECT_EQ(*bank.find("refunds"), Value(false));
    EXPECT_EQ(*bank.find("pays_out"), Value(true));
    EXPECT_EQ(*bank.find("payout_methods"), Value(ValueArray{Value("bank_card")}));
}

TEST_F(ChannelAccountOfTheConfiguration, BindsItsRunsByWhatItsAdapterDeclares) {
    const auto stub = terms_of({"stub", "main"}, settings_, *registry_);
    const auto bank = terms_of({"bank", "main"}, settings_, *registry_);

    ASSERT_TRUE(stub && bank);
    EXPECT_TRUE(stub->collect_may_repeat);
    EXPECT_FALSE(stub->refunds || stub->pays_out);
    EXPECT_TRUE(bank->pays_out);
    EXPECT_FALSE(bank->refunds || bank->payout_may_repeat || bank->collect_may_repeat);
}

TEST_F(ChannelAccountOfTheConfiguration, RefundsOfWechatPayMayRepeatForAYear) {
    const auto adapter = registry_->find_adapter("wechatpay");

    const flow::ChannelTerms terms = terms_of(*adapter);

    EXPECT_TRUE(terms.refunds);
    EXPECT_TRUE(terms.refund_may_repeat);
    EXPECT_EQ(terms.refund_window, std::chrono::days(365));
    EXPECT_EQ(terms.refund_parts_max, 50);
    EXPECT_FALSE(terms.pays_out);
}

}  // namespace
}  // namespace sluice::app
