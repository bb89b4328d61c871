#include "channels/alipay_world.hpp"

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "channel/charset.hpp"
#include "channel/crypto.hpp"
#include "channels/wechatpay_world.hpp"
#include "http/message.hpp"

namespace sluice::channel::testing {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

}  // namespace

ChannelAccountSettings alipay_account() {
    ChannelAccountSettings account;
    account.name = "main";
    account.channel = "alipay";
    account.settings = {
        {"base_url", "https://openapi.alipay.com"},
        {"callback_base_url", "https://pay.example.com"},
        {"app_id", std::string(kAppId)},
        {"seller_id", std::string(kSellerId)},
    };
    account.secrets = {
        {"app_key", Secret<std::string>(source_text("tests/channels/keys/merchant_private.pem"))},
        {"alipay_public_key",
         Secret<std::string>(source_text("tests/channels/keys/platform_public.pem"))},
    };
    account.keys_by_serial = {{"public_key", "alipay_public_key"}};
    return account;
}

RegistryPtr alipay_registry(ChannelAccountSettings account) {
    auto files =
        read_adapter_folder(std::filesystem::path(SLUICE_SOURCE_DIR) / "channels" / "alipay");
    std::vector<ChannelAccountSettings> accounts;
    accounts.push_back(std::move(account));
    auto registry = Registry::build({files.value()}, std::move(accounts));
    EXPECT_TRUE(registry) << (registry ? "" : registry.error().message);
    return registry ? std::move(*registry) : nullptr;
}

ExchangeOrder alipay_order(Operation operation) {
    ExchangeOrder order = wechatpay_order(operation);
    payment::Instruction& instruction = order.instruction;
    instruction.channel = "alipay";
    instruction.merchant = kSellerId;
    if (instruction.purpose == payment::Purpose::refund) {
        instruction.original.channel_reference = kTradeNumber;
    }
    if (instruction.purpose == payment::Purpose::payout) {
        order.description = "货款";
        instruction.scene = "alipay";
        instruction.amount = Money(5000, cny());
        instruction.payee =
            Value(ValueObject{{"account_number", "payee@example.com"}, {"name", "张三"}});
    }
    return order;
}

std::string signed_node(const NodeOrder& order) {
    std::string node = order.node;
    if (order.signature == "escaped" || order.signature == "plain_slashes") {
        node = replaced(node, "/", "\\/");
    }
    const std::string head = "{\"" + order.root + "\":" + node;
    if (order.signature == "none") {
        return head + "}";
    }
    const bool is_wrong = order.signature == "wrong";
    const std::string text = is_wrong                             ? node + " "
                             : order.signature == "plain_slashes" ? order.node
                                                                  : node;
    std::string tail = R"(,"sign":")" + rsa_sha256_sign(private_key("platform"), text) + "\"";
    if (order.signature == "unknown_certificate") {
        tail += R"(,"alipay_cert_sn":"00000000000000000000000000000000")";
    }
    return head + tail + "}";
}

std::string signed_notice(const Value& form, std::string_view signature) {
    const Charset charset = parse_charset(form.text_or_empty("charset")).value_or(Charset::utf8);
    const auto bytes = [charset](std::string_view text) {
        return from_utf8(text, charset).value();
    };
    ValueObject members = *form.as_object();
    std::ranges::sort(members, {}, &ValueMember::first);
    std::string text;
    std::string body;
    for (const auto& [name, value] : members) {
        const std::string& part = *value.as_text();
        if (!part.empty() || signature != "without_empty") {
            text += (text.empty() ? "" : "&") + name + "=" + part;
        }
        body += name + "=" + http::percent_encode(bytes(part)) + "&";
    }
    if (signature == "none") {
        return body + "sign_type=RSA2";
    }
    if (signature == "wrong") {
        text += " ";
    }
    return body + "sign_type=RSA2&sign=" +
           http::percent_encode(rsa_sha256_sign(private_key("platform"), bytes(text)));
}

std::string root_of(Operation operation, std::string_view scene) {
    const bool is_barcode = scene == "barcode";
    switch (operation) {
        case Operation::collect:
            return is_barcode ? "alipay_trade_pay_response" : "alipay_trade_precreate_response";
        case Operation::query:
            return "alipay_trade_query_response";
        case Operation::close:
            return is_barcode ? "alipay_trade_cancel_response" : "alipay_trade_close_response";
        case Operation::refund:
            return "alipay_trade_refund_response";
        case Operation::refund_query:
            return "alipay_trade_fastpay_refund_query_response";
        case Operation::payout:
            return "alipay_fund_trans_uni_transfer_response";
        case Operation::payout_query:
            return "alipay_fund_trans_common_query_response";
    }
    return {};
}

}  // namespace sluice::channel::testing
