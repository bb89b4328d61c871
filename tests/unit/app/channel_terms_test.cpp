// What routing and runs are told of a channel account: what its adapter declares, nothing else.
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

#include "app/channel_wiring.hpp"
#include "app/payee_wiring.hpp"
#include "core/value.hpp"
#include "gateway/render_outgoing.hpp"

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
/// It only collects.
constexpr std::string_view kStub = R"lua(
local operation = { resend = "idempotent", request = function() end, response = function() end }
return {
  name = "stub",
  title = { en = "Stub", zh = "桩" },
  capabilities = {
    scenes = { "qr" }, currencies = { "CNY" }, amount_max_minor = 500000,
    expiry_max_seconds = 604800, description_max_bytes = 127, not_found_after_seconds = 60,
  },
  operations = { collect = operation, query = operation, close = operation },
  callback = function() end,
}
)lua";
constexpr std::string_view kForm = R"({
  "merchant": "merchant", "hosts": [],
  "fields": [
    {"name": "base_url", "kind": "text", "title": {"en": "Address", "zh": "地址"}},
    {"name": "merchant", "kind": "text", "title": {"en": "Merchant", "zh": "商户"}}
  ])";
constexpr std::string_view kPayee = R"(,
  "payee": [
    {"name": "card", "kind": "secret", "required": true, "identifies": "loosely",
     "title": {"en": "Card", "zh": "卡号"}}
  ])";

class ChannelAccountOfTheConfiguration : public ::testing::Test {
  protected:
    void SetUp() override {
        namespace fs = std::filesystem;
        const std::string name = "channel_terms_test_" + std::to_string(::getpid());
        settings_.channels = fs::path(::testing::TempDir()) / name;
        const fs::path source = fs::path(SLUICE_SOURCE_DIR);
        copy(source / "channels/wechatpay", "wechatpay");
        write("stub", kStub, "");
        write("bank", kBank, kPayee);
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
        // An adapter may stand in several scripts; the fixtures below its folder are not needed.
        for (const auto& file : std::filesystem::directory_iterator(from)) {
            if (file.is_regular_file()) {
                std::filesystem::copy_file(
                    file.path(),
                    settings_.channels / name / file.path().filename(),
                    std::filesystem::copy_options::overwrite_existing
                );
            }
        }
    }

    void write(const std::string& name, std::string_view adapter, std::string_view payee) const {
        std::filesystem::create_directories(settings_.channels / name);
        std::ofstream(settings_.channels / name / "adapter.lua") << adapter;
        std::ofstream(settings_.channels / name / "form.json") << kForm << payee << "}";
    }

    static channel::SealingKeys keys_of(char digit) {
        constexpr std::size_t kDigits = 64;
        const Secret<std::string> master(std::string(kDigits, digit));
        return channel::SealingKeys::make(master).value();
    }

    config::Settings settings_;
    channel::RegistryPtr registry_;
    channel::SealingKeys keys_ = keys_of('1');
};

TEST_F(ChannelAccountOfTheConfiguration, IsOfferedForWhatItsChannelCanDo) {
    channel::AccountHealth health;
    health.breaker = channel::BreakerState::open;
    const Value stub = candidate_of(*registry_->find_account({"stub", "main"}), *registry_, health);
    const Value bank = candidate_of(*registry_->find_account({"bank", "main"}), *registry_, {});

    EXPECT_EQ(*stub.find("refunds"), Value(false));
    EXPECT_EQ(*stub.find("pays_out"), Value(false));
    EXPECT_EQ(*stub.find("payout_methods"), Value(ValueArray{}));
    EXPECT_EQ(stub.find("health")->text_or_empty("breaker"), "open");
    EXPECT_EQ(bank.find("health")->text_or_empty("breaker"), "closed");
    EXPECT_EQ(*bank.find("scenes"), Value(ValueArray{}));
    EXPECT_EQ(*bank.find("refunds"), Value(false));
    EXPECT_EQ(*bank.find("pays_out"), Value(true));
    EXPECT_EQ(*bank.find("payout_methods"), Value(ValueArray{Value("bank_card")}));
}

TEST_F(ChannelAccountOfTheConfiguration, BindsItsRunsByWhatItsAdapterDeclares) {
    const auto stub = terms_of({"stub", "main"}, *registry_);
    const auto bank = terms_of({"bank", "main"}, *registry_);

    ASSERT_TRUE(stub && bank);
    EXPECT_TRUE(stub->collect_may_repeat);
    EXPECT_FALSE(stub->refunds || stub->pays_out);
    EXPECT_TRUE(bank->pays_out);
    EXPECT_FALSE(bank->refunds || bank->payout_may_repeat || bank->collect_may_repeat);
}

TEST_F(ChannelAccountOfTheConfiguration, ChecksThePayeeOfItsOwnMethodsAgainstItsForm) {
    const gateway::PayeeCheck check = payee_check(registry_, keys_);
    const Value payee(ValueObject{{"card", "6222"}});
    const Value wrong(ValueObject{{"account", "6222"}});

    EXPECT_TRUE(check({"bank_card", payee, "m1"}));
    const auto no_field = check({"bank_card", wrong, "m1"});
    ASSERT_FALSE(no_field);
    EXPECT_EQ(no_field.error().context, "/payee/account");
    const auto no_method = check({"cheque", payee, "m1"});
    ASSERT_FALSE(no_method);
    EXPECT_EQ(no_method.error().context, "/method");
    EXPECT_EQ(
        no_method.error().message,
        "method is cheque, wanted one that a channel account pays out by: bank_card"
    );
}

TEST_F(ChannelAccountOfTheConfiguration, KnowsAPayeeByAKeyThatTellsNobodyHisNumber) {
    const gateway::PayeeCheck check = payee_check(registry_, keys_);
    const auto key = [&](const char* card) {
        const Value payee(ValueObject{{"card", card}});
        return check({"bank_card", payee, "m1"}).value();
    };

    EXPECT_EQ(key("6222 0200"), key("62220200"));
    EXPECT_NE(key("62220200"), key("62220201"));
    EXPECT_EQ(key("62220200").find("6222"), std::string::npos);
    const auto others = keys_of('2');
    const Value card(ValueObject{{"card", "62220200"}});
    EXPECT_NE(payee_check(registry_, others)({"bank_card", card, "m1"}).value(), key("62220200"))
        << "without the master key nobody can try numbers";
}

TEST_F(ChannelAccountOfTheConfiguration, OffersItsScenesAndSaysWhichOnesWhenAnotherIsWanted) {
    const gateway::SceneCheck check = scene_check(registry_);

    EXPECT_TRUE(check({"stub", "qr", Value(), "m1"}));
    const auto no_scene = check({"stub", "jsapi", Value(), "m1"});
    ASSERT_FALSE(no_scene);
    EXPECT_EQ(no_scene.error().context, "/scene");
    EXPECT_EQ(no_scene.error().message, "scene is jsapi, wanted one that stub offers: qr");
    const auto no_method = check({"bank", "qr", Value(), "m1"});
    ASSERT_FALSE(no_method);
    EXPECT_EQ(no_method.error().context, "/method");
    EXPECT_EQ(
        no_method.error().message,
        "method is bank, wanted one that a channel account collects by: stub"
    );
}

TEST_F(ChannelAccountOfTheConfiguration, IsOfferedToItsMerchantAloneAndOnlyWhileItIsLive) {
    auto accounts = configured_accounts(settings_).value();
    accounts[0].merchant_id = "m1";
    accounts[1].state = channel::AccountState::paused;
    const auto adapters = read_adapters(settings_.channels).value();
    const auto registry = channel::Registry::build(adapters, accounts).value();
    const Value card(ValueObject{{"card", "6222"}});

    EXPECT_TRUE(scene_check(registry)({"stub", "qr", Value(), "m1"}));
    EXPECT_FALSE(scene_check(registry)({"stub", "qr", Value(), "m2"}));
    EXPECT_FALSE(payee_check(registry, keys_)({"bank_card", card, "m1"})) << "paused";
    const channel::Health health;
    const Value candidates = candidates_of(*registry, health);
    ASSERT_EQ(candidates.as_array()->size(), 1U);
    EXPECT_EQ(candidates.as_array()->front().text_or_empty("merchant_id"), "m1");
    EXPECT_TRUE(terms_of({"bank", "main"}, *registry)) << "it finishes what it began";
}

class PartyWiring : public ::testing::Test {
  protected:
    const channel::SealingKeys keys_ =
        channel::SealingKeys::make(Secret<std::string>(std::string(64, '7'))).value();
    const RunId run_{Id128{1, 2}};
    const FindNamedPayee nobody_ = [](const payment::PayeeName&) -> Result<Value> {
        return fail(ErrorCode::not_found, "no vote names a payee");
    };
};

TEST_F(PartyWiring, SealsAPayeeForItsRunAndOpensItForTheExchangeAlone) {
    const Value payee(ValueObject{{"name", "张三"}, {"account", "6222021234567890"}});

    const Value sealed = party_seal(keys_)({run_, 0, payee});
    channel::ExchangeOrder order;
    order.run = run_;
    order.instruction.payee = sealed;
    channel::ExchangeOrder other = order;
    other.run = RunId(Id128{1, 3});

    EXPECT_EQ(to_json(sealed).find("6222021234567890"), std::string::npos);
    EXPECT_EQ(gateway::masked_payee(sealed), gateway::masked_payee(payee));
    ASSERT_TRUE(open_parties(keys_, nobody_, order));
    EXPECT_EQ(order.instruction.payee, payee);
    EXPECT_FALSE(open_parties(keys_, nobody_, other)) << "another run's";
    EXPECT_EQ(party_seal(keys_)({run_, 0, Value()}), Value());
}

TEST_F(PartyWiring, SealsAPayerForItsLegAndOpensItForTheCollectAlone) {
    const Value payer(ValueObject{{"auth_code", "134567890123456789"}});

    const Value sealed = party_seal(keys_)({run_, 2, payer});
    channel::ExchangeOrder collect;
    collect.run = run_;
    collect.instruction.leg_number = 2;
    collect.instruction.payer = sealed;
    channel::ExchangeOrder query = collect;
    query.operation = payment::Operation::query;
    channel::ExchangeOrder other = collect;
    other.instruction.leg_number = 1;

    EXPECT_EQ(to_json(sealed).find("6789"), std::string::npos);
    ASSERT_TRUE(open_parties(keys_, nobody_, collect));
    EXPECT_EQ(collect.instruction.payer, payer);
    ASSERT_TRUE(open_parties(keys_, nobody_, query));
    EXPECT_EQ(query.instruction.payer, Value());
    EXPECT_FALSE(open_parties(keys_, nobody_, other)) << "another leg's";
}

TEST_F(ChannelAccountOfTheConfiguration, RefundsOfWechatPayMayRepeatForAYear) {
    const auto adapter = registry_->find_adapter("wechatpay");

    const flow::ChannelTerms terms = terms_of(*adapter);

    EXPECT_TRUE(terms.refunds);
    EXPECT_TRUE(terms.refund_may_repeat);
    EXPECT_EQ(terms.refund_window, std::chrono::days(365));
    EXPECT_EQ(terms.refund_parts_max, 50);
    EXPECT_TRUE(terms.pays_out);
    EXPECT_FALSE(terms.payout_may_repeat);
}

}  // namespace
}  // namespace sluice::app
