#include "channels/wechatpay_world.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "channel/crypto.hpp"
#include "json/json.hpp"

namespace sluice::channel::testing {

Time test_now() { return Time(std::chrono::seconds(1767225631)); }

std::string source_text(std::string_view path) {
    const auto full = std::filesystem::path(SLUICE_SOURCE_DIR) / path;
    std::ifstream file(full, std::ios::binary);
    EXPECT_TRUE(file) << full;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

Value source_json(std::string_view path) {
    auto value = json::parse(source_text(path));
    EXPECT_TRUE(value) << path << ": " << (value ? "" : value.error().message);
    return value ? std::move(*value) : Value();
}

PrivateKey private_key(std::string_view owner) {
    return PrivateKey::from_pem(
               source_text("tests/channels/keys/" + std::string(owner) + "_private.pem")
    )
        .value();
}

PublicKey public_key(std::string_view owner) {
    return PublicKey::from_pem(
               source_text("tests/channels/keys/" + std::string(owner) + "_public.pem")
    )
        .value();
}

ChannelAccountSettings wechatpay_account() {
    const Secret<std::string> platform(source_text("tests/channels/keys/platform_public.pem"));
    ChannelAccountSettings account;
    account.name = "main";
    account.channel = "wechatpay";
    account.settings = {
        {"base_url", "https://api.mch.weixin.qq.com"},
        {"callback_base_url", "https://pay.example.com"},
        {"mchid", "1900000109"},
        {"appid", "wxd678efh567hg6787"},
        {"merchant_serial", std::string(kMerchantSerial)},
        {"barcode_api", "v3"},
        {"transfer_api", "bills"},
        {"transfer_scene_id", "1005"},
        {"transfer_report", R"({"岗位类型":"外卖员","报酬说明":"高温补贴"})"},
    };
    account.secrets = {
        {"merchant_key",
         Secret<std::string>(source_text("tests/channels/keys/merchant_private.pem"))},
        {"api_v3_key", Secret<std::string>(std::string(kApiV3Key))},
        {"platform_certificate", platform},
        {"platform_public_key", platform},
    };
    account.keys_by_serial = {
        {std::string(kCertificateSerial), "platform_certificate"},
        {std::string(kPublicKeyId), "platform_public_key"},
    };
    return account;
}

RegistryPtr wechatpay_registry(ChannelAccountSettings account) {
    auto files =
        read_adapter_folder(std::filesystem::path(SLUICE_SOURCE_DIR) / "channels" / "wechatpay");
    std::vector<ChannelAccountSettings> accounts;
    accounts.push_back(std::move(account));
    auto registry = Registry::build({files.value()}, std::move(accounts));
    EXPECT_TRUE(registry) << (registry ? "" : registry.error().message);
    return registry ? std::move(*registry) : nullptr;
}

ExchangeOrder wechatpay_order(Operation operation) {
    ExchangeOrder order;
    order.operation = operation;
    order.description = "两斤橙子";
    order.instruction.id = InstructionId(Id128::parse(kNumber).value());
    order.instruction.channel = "wechatpay";
    order.instruction.channel_account = "main";
    order.instruction.merchant = "1900000109";
    order.instruction.scene = "qr";
    order.instruction.amount = Money(7000, cny());
    order.instruction.created_at = test_now() - std::chrono::seconds(31);
    order.instruction.expires_at = order.instruction.created_at + std::chrono::minutes(10);
    order.instruction.purpose = payment::purpose_of(operation);
    if (order.instruction.purpose == payment::Purpose::refund) {
        order.description = "少发一斤";
        order.instruction.amount = Money(2500, cny());
        order.instruction.original.id = InstructionId(Id128::parse(kOriginalNumber).value());
        order.instruction.original.channel_reference = kTransactionId;
        order.instruction.original.amount = Money(7000, cny());
    }
    if (order.instruction.purpose == payment::Purpose::payout) {
        order.description = "十月报酬";
        order.instruction.scene = "wechatpay";
        order.instruction.amount = Money(5000, cny());
        order.instruction.payee = ValueObject{{"openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}};
    }
    return order;
}

ExchangeOrder wechatpay_order_by(std::string_view scene, Operation operation) {
    ExchangeOrder order = wechatpay_order(operation);
    order.instruction.scene = scene;
    if (scene == "jsapi") {
        order.instruction.payer = ValueObject{{"openid", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}};
    } else if (scene == "h5") {
        order.instruction.payer = ValueObject{{"client_ip", "203.0.113.7"}};
    } else if (scene == "barcode") {
        order.instruction.payer = ValueObject{{"auth_code", "134567890123456789"}};
    }
    return order;
}

http::Headers signature_headers(std::string_view kind, std::string_view body) {
    if (kind == "none") {
        return {};
    }
    std::string_view serial = kCertificateSerial;
    if (kind == "good_public_key") {
        serial = kPublicKeyId;
    } else if (kind == "unknown_serial") {
        serial = "0000000000000000000000000000000000000000";
    }
    const std::string timestamp = kind == "stale" ? "1767225330" : "1767225600";
    const std::string nonce = "fdeXqJ3Zk0Yw8uTt";
    std::string text = timestamp + "\n" + nonce + "\n" + std::string(body) + "\n";
    if (kind == "wrong") {
        text += " ";
    }
    std::string signature = rsa_sha256_sign(private_key("platform"), text);
    if (kind == "probe") {
        signature.replace(0, 19, "WECHATPAY/SIGNTEST/");
    }
    return {
        {"Wechatpay-Timestamp", timestamp},
        {"Wechatpay-Nonce", nonce},
        {"Wechatpay-Serial", std::string(serial)},
        {"Wechatpay-Signature", signature},
    };
}

}  // namespace sluice::channel::testing
