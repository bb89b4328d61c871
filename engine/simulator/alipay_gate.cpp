#include "simulator/alipay_gate.hpp"

#include <algorithm>
#include <array>

#include "channel/aes_cbc.hpp"
#include "channel/certificate_number.hpp"
#include "channel/crypto.hpp"
#include "channel/form_body.hpp"
#include "json/json.hpp"

namespace sluice::simulator {

namespace {

constexpr std::chrono::minutes kTimestampSkewMax{15};
constexpr int kMissing = 40001;
constexpr int kIllegal = 40002;

std::unexpected<ApiError> no(int code, std::string_view sub_code, std::string message = {}) {
    return refuse(
        {.status = code,
         .code = "isv." + std::string(sub_code),
         .message = message.empty() ? std::string(sub_code) : std::move(message),
         .field = {}}
    );
}

/// The parameters of query and body together; nullopt when one stands twice with two values.
std::optional<Value> parameters_of(const http::Request& request) {
    const auto query = channel::form_decode(request.query, channel::Charset::utf8);
    const auto body = channel::form_decode(request.body, channel::Charset::utf8);
    if (!query || !body) {
        return std::nullopt;
    }
    ValueObject all = *query->as_object();
    for (const auto& [name, value] : *body->as_object()) {
        const auto known = std::ranges::find(all, name, &ValueMember::first);
        if (known == all.end()) {
            all.emplace_back(name, value);
        } else if (known->second != value) {
            return std::nullopt;
        }
    }
    std::ranges::sort(all, {}, &ValueMember::first);
    return Value(std::move(all));
}

/// What the application signed: every parameter that has a value but the signature itself.
std::string signed_text(const Value& parameters) {
    std::string text;
    for (const auto& [name, value] : *parameters.as_object()) {
        if (name != "sign" && !value.as_text()->empty()) {
            text += (text.empty() ? "" : "&") + name + "=" + *value.as_text();
        }
    }
    return text;
}

struct FixedParameter {
    std::string_view name;
    std::string_view value;
};

constexpr std::array<FixedParameter, 4> kFixed{{
    {"format", "JSON"},
    {"charset", "utf-8"},
    {"sign_type", "RSA2"},
    {"version", "1.0"},
}};

ApiResult<void> check_fixed(const Value& parameters) {
    for (const auto& [name, value] : kFixed) {
        const std::string_view given = parameters.text_or_empty(name);
        if (given.empty()) {
            return no(kMissing, "missing-" + std::string(name));
        }
        if (!http::equal_ignoring_case(given, value)) {
            return no(kIllegal, "invalid-" + std::string(name));
        }
    }
    return {};
}

ApiResult<Value> content_of(const Value& parameters, const AlipayApp& app) {
    std::string content(parameters.text_or_empty("biz_content"));
    if (content.empty()) {
        return no(kMissing, "missing-biz-content");
    }
    if (parameters.find("encrypt_type") != nullptr) {
        auto plain = channel::aes_128_cbc_decrypt(app.content_key, content);
        if (parameters.text_or_empty("encrypt_type") != "AES" || !plain) {
            return no(kIllegal, "invalid-encrypt");
        }
        content = *std::move(plain);
    }
    auto parsed = json::parse(content);
    if (!parsed || parsed->as_object() == nullptr) {
        return no(kIllegal, "illegal-json");
    }
    return *std::move(parsed);
}

ApiResult<void> check_certificates(
    const Value& parameters, const AlipayApp& app, const PlatformIdentity& platform
) {
    const std::string_view own = parameters.text_or_empty("app_cert_sn");
    const std::string_view root = parameters.text_or_empty("alipay_root_cert_sn");
    if (!app.has_certificate()) {
        return own.empty() && root.empty() ? ApiResult<void>{}
                                           : no(kIllegal, "invalid-app-cert-sn");
    }
    if (own.empty() || root.empty()) {
        return no(kMissing, own.empty() ? "missing-app-cert-sn" : "missing-alipay-root-cert-sn");
    }
    const auto roots = channel::root_certificate_number(platform.certificate_pem);
    const bool is_right = own == app.certificate_number && roots && root == *roots;
    return is_right ? ApiResult<void>{} : no(kIllegal, "invalid-app-cert-sn");
}

}  // namespace

std::optional<Time> parse_beijing(std::string_view text) {
    constexpr std::size_t kSize = 19;
    if (text.size() != kSize || text[10] != ' ') {
        return std::nullopt;
    }
    std::string stamp(text);
    stamp[10] = 'T';
    const auto time = parse_rfc3339(stamp + "+08:00");
    return time ? std::optional(*time) : std::nullopt;
}

ApiResult<void> AlipayGate::check_timestamp(std::string_view timestamp) const {
    if (timestamp.empty()) {
        return no(kMissing, "missing-timestamp");
    }
    const auto time = parse_beijing(timestamp);
    const bool is_near = time && std::chrono::abs(*time - world_.now()) <= kTimestampSkewMax;
    return is_near ? ApiResult<void>{} : no(kIllegal, "invalid-timestamp");
}

ApiResult<void> AlipayGate::check_signature(const Value& parameters, const AlipayApp& app) const {
    const std::string_view signature = parameters.text_or_empty("sign");
    if (signature.empty()) {
        return no(kMissing, "missing-signature");
    }
    const std::string text = signed_text(parameters);
    const bool is_right = channel::rsa_sha256_verify(app.public_key, {text, signature});
    return is_right ? ApiResult<void>{} : no(kIllegal, "invalid-signature", "验签出错: " + text);
}

ApiResult<AlipayCall> AlipayGate::admit(const http::Request& request) const {
    const auto parameters = parameters_of(request);
    if (!parameters) {
        return no(kIllegal, "invalid-parameter");
    }
    AlipayCall call;
    call.method = parameters->text_or_empty("method");
    if (call.method.empty()) {
        return no(kMissing, "missing-method");
    }
    call.app = world_.alipay.find(parameters->text_or_empty("app_id"));
    if (call.app == nullptr) {
        return no(kIllegal, "invalid-app-id");
    }
    ApiResult<void> checked = check_fixed(*parameters);
    if (checked) {
        checked = check_timestamp(parameters->text_or_empty("timestamp"));
    }
    if (checked) {
        checked = check_certificates(*parameters, *call.app, world_.platform);
    }
    if (checked) {
        checked = check_signature(*parameters, *call.app);
    }
    if (!checked) {
        return refuse(checked.error());
    }
    auto content = content_of(*parameters, *call.app);
    if (!content) {
        return refuse(content.error());
    }
    call.content = *std::move(content);
    call.notify_url = parameters->text_or_empty("notify_url");
    call.host = request.headers.get_or_empty("host");
    call.return_url = parameters->text_or_empty("return_url");
    call.is_encrypted = parameters->find("encrypt_type") != nullptr;
    return call;
}

}  // namespace sluice::simulator
