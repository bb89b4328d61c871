// The gateway believes nothing: every part of a request is checked.
#include <filesystem>

#include <gtest/gtest.h>

#include "channel/form_body.hpp"
#include "unit/simulator/alipay_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

class AlipayGateTest : public AlipayTest {
  protected:
    /// A query's parameters, correct and signed; `bend` changes them before they are signed.
    Value parameters() {
        const auto request = build(order_of(Operation::query));
        return channel::form_decode(request->body, channel::Charset::utf8).value();
    }

    /// The sub_code of what the gateway answers to these parameters, signed anew.
    std::string refusal_of(Value parameters) {
        parameters.set("sign", signature_of(parameters));
        return refusal_of_as_is(parameters);
    }

    std::string refusal_of_as_is(const Value& parameters) {
        http::ClientRequest request{.method = "POST", .url = psp_->url() + "/gateway.do"};
        request.body = channel::form_encode(parameters).value();
        return std::string(node_of(send(std::move(request))).text_or_empty("sub_code"));
    }
};

TEST_F(AlipayGateTest, RefusesEveryParameterThatIsWrong) {
    struct Row {
        const char* name;
        const char* value;
        const char* sub_code;
    };
    const std::vector<Row> rows{
        {"method", "alipay.trade.nothing", "isv.invalid-method"},
        {"method", "", "isv.missing-method"},
        {"app_id", "2021000122671099", "isv.invalid-app-id"},
        {"format", "XML", "isv.invalid-format"},
        {"charset", "klingon", "isv.invalid-charset"},
        {"sign_type", "RSA", "isv.invalid-sign_type"},
        {"version", "2.0", "isv.invalid-version"},
        {"timestamp", "2026-01-01 07:30:00", "isv.invalid-timestamp"},
        {"timestamp", "yesterday", "isv.invalid-timestamp"},
        {"timestamp", "", "isv.missing-timestamp"},
        {"app_cert_sn", "df4693eedb69bdbe5ea8ea984d603722", "isv.invalid-app-cert-sn"},
        {"biz_content", "", "isv.missing-biz-content"},
        {"biz_content", "{", "isv.illegal-json"},
        {"biz_content", R"({"out_trade_no":"1","colour":"red"})", "isv.suspected-attack"},
        {"encrypt_type", "AES", "isv.invalid-encrypt"},
    };
    for (const Row& row : rows) {
        Value bent = parameters();
        bent.set(row.name, row.value);
        EXPECT_EQ(refusal_of(bent), row.sub_code) << row.name << "=" << row.value;
    }
    EXPECT_EQ(refusal_of(parameters()), "ACQ.TRADE_NOT_EXIST");
}

TEST_F(AlipayGateTest, RefusesWhatWasNotSignedSo) {
    Value unsigned_one = parameters();
    unsigned_one.set("sign", "");
    Value changed = parameters();
    changed.set("biz_content", R"({"out_trade_no":"01KDXVZQ4M8N2P6R0S4T8V2W6Y"})");

    EXPECT_EQ(refusal_of_as_is(unsigned_one), "isv.missing-signature");
    EXPECT_EQ(refusal_of_as_is(changed), "isv.invalid-signature");
}

TEST_F(AlipayGateTest, WantsItsCertificatesInCertificateMode) {
    account_ = "certificate";
    Value without = parameters();
    std::erase_if(*without.as_object(), [](const ValueMember& member) {
        return member.first == "alipay_root_cert_sn";
    });
    Value another = parameters();
    another.set("app_cert_sn", "df4693eedb69bdbe5ea8ea984d603722");

    EXPECT_EQ(refusal_of(without), "isv.missing-alipay-root-cert-sn");
    EXPECT_EQ(refusal_of(another), "isv.invalid-app-cert-sn");
}

/// What differs by contract.
class AlipayContract : public AlipayGateTest {
  protected:
    using Settings = std::vector<std::pair<std::string, std::string>>;

    void agree(const Settings& more) {
        std::vector<channel::ChannelAccountSettings> accounts;
        accounts.push_back(registry_->find_account({"alipay", account_})->settings());
        for (const auto& [name, value] : more) {
            accounts.front().settings.insert_or_assign(name, value);
        }
        const auto files = channel::read_adapter_folder(
            std::filesystem::path(SLUICE_SOURCE_DIR) / "channels" / "alipay"
        );
        registry_ = channel::Registry::build({files.value()}, std::move(accounts)).value();
    }
    /// What is said to the order with one member of its content made another.
    std::string refusal_with(
        const channel::ExchangeOrder& order, const std::string& member, const Value& value
    ) {
        return refusal_of(with_content(build(order)->body, [&](Value& content) {
            content.set(member, value);
        }));
    }
};

TEST_F(AlipayContract, MayNameEitherProductOfACodeAndNoOther) {
    const channel::ExchangeOrder scanned = order_of(Operation::collect);
    EXPECT_EQ(refusal_with(scanned, "product_code", "OFFLINE_PAYMENT"), "ACQ.INVALID_PARAMETER");
    EXPECT_EQ(
        refusal_with(shown_code(), "product_code", "QR_CODE_OFFLINE"), "ACQ.INVALID_PARAMETER"
    );
    EXPECT_EQ(refusal_with(scanned, "product_code", ""), "ACQ.INVALID_PARAMETER");

    agree({{"qr_product", "QR_CODE_OFFLINE"}, {"barcode_product", "OFFLINE_PAYMENT"}});
    EXPECT_EQ(exchange(scanned).next_action.text_or_empty("type"), "qr_code");
    channel::ExchangeOrder shown = shown_code();
    shown.instruction.id = InstructionId(Id128::parse(kRefundNumber).value());
    EXPECT_EQ(exchange(shown).code, "CODE_10000");
}

TEST_F(AlipayContract, TransfersForASceneOfWhichSomethingIsTold) {
    account_ = "certificate";
    agree({{"transfer_scene", "佣金报酬"}, {"transfer_report", R"({"岗位类型":"外卖员"})"}});
    const channel::ExchangeOrder order = order_of(Operation::payout);
    const Value nothing{ValueArray{}};
    const Value more(ValueArray{
        Value(ValueObject{{"info_type", "岗位类型"}, {"info_content", "外卖员"}, {"colour", "red"}})
    });

    const std::string infos = "transfer_scene_report_infos";
    EXPECT_EQ(refusal_with(order, infos, nothing), "INVALID_PARAMETER");
    EXPECT_EQ(refusal_with(order, infos, more), "INVALID_PARAMETER");
    EXPECT_EQ(refusal_with(order, "transfer_scene_name", ""), "INVALID_PARAMETER");
    EXPECT_EQ(exchange(order).kind, payment::OutcomeKind::succeeded);
}

}  // namespace
}  // namespace sluice::simulator::testing
