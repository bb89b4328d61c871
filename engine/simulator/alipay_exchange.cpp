#include "simulator/alipay_exchange.hpp"

#include <algorithm>
#include <array>

#include "channel/aes_cbc.hpp"
#include "channel/certificate_number.hpp"
#include "channel/crypto.hpp"

namespace sluice::simulator {

namespace {

constexpr int kBusinessFailed = 40004;
constexpr int kCallLimited = 40005;
constexpr int kGatewayCodes = 10000;

struct WordRow {
    std::string_view code;  ///< as the books say it
    std::string_view word;  ///< as the gateway says it
};

constexpr std::array kWords{
    WordRow{"ORDER_NOT_EXIST", "TRADE_NOT_EXIST"},
    WordRow{"RESOURCE_NOT_EXISTS", "TRADE_NOT_EXIST"},
    WordRow{"ORDER_PAID", "TRADE_HAS_SUCCESS"},
    WordRow{"ORDER_CLOSED", "TRADE_HAS_CLOSE"},
    WordRow{"OUT_TRADE_NO_USED", "CONTEXT_INCONSISTENT"},
    WordRow{"TRADE_ERROR", "TRADE_STATUS_ERROR"},
    WordRow{"REFUND_FEE_MISMATCH", "DISCORDANT_REPEAT_REQUEST"},
    WordRow{"INVALID_REQUEST", "REFUND_AMT_NOT_EQUAL_TOTAL"},
    WordRow{"TRADE_OVERDUE", "TRADE_HAS_FINISHED"},
    WordRow{"NOT_ENOUGH", "SELLER_BALANCE_NOT_ENOUGH"},
    WordRow{"AUTH_CODE_INVALID", "PAYMENT_AUTH_CODE_INVALID"},
    WordRow{"PARAM_ERROR", "INVALID_PARAMETER"},
};

/// "alipay_trade_query_response".
std::string root_of(std::string_view method) {
    std::string root(method);
    std::ranges::replace(root, '.', '_');
    return root + "_response";
}

/// As the gateway writes it: every '/' escaped.
std::string node_text(const Value& node) {
    std::string text;
    for (const char c : to_json(node)) {
        text += c == '/' ? "\\/" : std::string(1, c);
    }
    return text;
}

http::Response html(int status, std::string body) {
    return {
        .status = status,
        .headers = {{"Content-Type", "text/html;charset=utf-8"}},
        .body = std::move(body)
    };
}

Value refusal_node(const ApiError& error) {
    const bool is_business = error.status == kBusinessFailed;
    return Value(ValueObject{
        {"code", std::to_string(error.status)},
        {"msg", is_business ? "Business Failed" : "Invalid Arguments"},
        {"sub_code", error.code},
        {"sub_msg", error.message}
    });
}

}  // namespace

ApiError business_error(std::string_view word) {
    return {
        .status = kBusinessFailed,
        .code = "ACQ." + std::string(word),
        .message = std::string(word),
        .field = {}
    };
}

ApiError trade_error(Operation operation, const ApiError& error) {
    const bool is_of_the_front = error.status > 500 && error.status < 600;
    if (error.status >= kGatewayCodes || is_of_the_front) {
        return error;
    }
    if (operation == Operation::close && error.code == "ORDER_PAID") {
        return business_error("TRADE_STATUS_ERROR");
    }
    if (error.code == "FREQUENCY_LIMITED") {
        return {
            .status = kCallLimited,
            .code = "isv.app-call-limited",
            .message = error.message,
            .field = {}
        };
    }
    const auto found = std::ranges::find(kWords, error.code, &WordRow::code);
    return business_error(found == kWords.end() ? std::string_view(error.code) : found->word);
}

http::Response AlipayExchange::unsigned_refusal(const ApiError& error) {
    return html(200, "{\"error_response\":" + node_text(refusal_node(error)) + "}");
}

http::Response AlipayExchange::perform(
    const AlipayCall& call, const FaultTarget& target, const Act& act
) {
    const Wording wording{
        .refusal = [&](const ApiError& error
                   ) { return refusal(call, trade_error(target.operation, error)); },
        .answer = [&](const Value& members,
                      SignatureQuality quality) { return answer(call, members, quality); },
        .refused = business_error(
            target.operation == Operation::refund ? "TRADE_NOT_ALLOW_REFUND"
                                                  : "PAYMENT_REQUEST_HAS_RISK"
        )
    };
    FaultTarget ours = target;
    ours.address.protocol = "alipay";
    return perform_with_faults(world_, ours, act, wording);
}

http::Response AlipayExchange::answer(
    const AlipayCall& call, const Value& members, SignatureQuality quality
) {
    ValueObject node{{"code", "10000"}, {"msg", "Success"}};
    for (const auto& [name, value] : *members.as_object()) {
        const auto known = std::ranges::find(node, name, &ValueMember::first);
        if (known != node.end()) {
            known->second = value;
        } else {
            node.emplace_back(name, value);
        }
    }
    return signed_node(call, Value(std::move(node)), quality);
}

http::Response AlipayExchange::refusal(const AlipayCall& call, const ApiError& error) {
    // What stands before the gateway answers with an HTTP status, the gateway itself never does.
    if (error.status < kGatewayCodes) {
        return html(error.status, "<html><body>" + error.message + "</body></html>");
    }
    return signed_node(call, refusal_node(error), SignatureQuality::right);
}

http::Response AlipayExchange::signed_node(
    const AlipayCall& call, const Value& node, SignatureQuality quality
) {
    std::string text = node_text(node);
    if (call.is_encrypted) {
        auto cipher = channel::aes_128_cbc_encrypt(call.app->content_key, text);
        text = '"' + cipher.value_or(std::string()) + '"';
    }
    const PlatformKey key = world_.alipay_keys.newest();
    const bool is_wrong = quality == SignatureQuality::wrong;
    const std::string signature =
        channel::rsa_sha256_sign(key.private_key, is_wrong ? text + " " : text);
    std::string body = "{\"" + root_of(call.method) + "\":" + text;
    if (call.app->has_certificate()) {
        body += R"(,"alipay_cert_sn":")" +
                channel::certificate_number(key.certificate.pem).value_or("") + "\"";
    }
    return html(200, body + R"(,"sign":")" + signature + "\"}");
}

}  // namespace sluice::simulator
