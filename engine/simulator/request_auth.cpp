#include "simulator/request_auth.hpp"

#include <optional>

#include "channel/crypto.hpp"
#include "simulator/signed_time.hpp"

namespace sluice::simulator {

namespace {

constexpr std::string_view kScheme = "WECHATPAY2-SHA256-RSA2048";
constexpr std::size_t kNonceStrMax = 32;

struct Authorization {
    std::string_view mchid;
    std::string_view nonce;
    std::string_view signature;
    std::string_view timestamp;
    std::string_view serial;

    std::string_view* member(std::string_view name) {
        if (name == "mchid") {
            return &mchid;
        }
        if (name == "nonce_str") {
            return &nonce;
        }
        if (name == "signature") {
            return &signature;
        }
        if (name == "timestamp") {
            return &timestamp;
        }
        return name == "serial_no" ? &serial : nullptr;
    }
    [[nodiscard]] bool is_complete() const {
        return !mchid.empty() && !nonce.empty() && !signature.empty() && !timestamp.empty() &&
               !serial.empty();
    }
};

std::unexpected<ApiError> sign_error(std::string message) {
    return refuse(401, "SIGN_ERROR", std::move(message));
}

/// key="value",key="value": five different keys, no blanks, nothing else.
std::optional<Authorization> parse_parameters(std::string_view text) {
    Authorization out;
    while (!text.empty()) {
        const std::size_t equals = text.find("=\"");
        if (equals == std::string_view::npos) {
            return std::nullopt;
        }
        std::string_view* member = out.member(text.substr(0, equals));
        const std::size_t end = text.find('"', equals + 2);
        if (member == nullptr || !member->empty() || end == std::string_view::npos) {
            return std::nullopt;
        }
        *member = text.substr(equals + 2, end - equals - 2);
        text.remove_prefix(end + 1);
        if (!text.empty() && (text.front() != ',' || text.size() == 1)) {
            return std::nullopt;
        }
        text.remove_prefix(text.empty() ? 0 : 1);
    }
    return out.is_complete() ? std::optional(out) : std::nullopt;
}

ApiResult<Authorization> parse_authorization(const http::Request& request) {
    const std::string* header = request.headers.find("Authorization");
    if (header == nullptr) {
        return sign_error("the Authorization header is missing");
    }
    const std::string_view text = *header;
    const std::size_t blank = text.find(' ');
    if (text.substr(0, blank) != kScheme) {
        return sign_error("the Authorization scheme is not WECHATPAY2-SHA256-RSA2048");
    }
    const auto parameters =
        blank == std::string_view::npos ? std::nullopt : parse_parameters(text.substr(blank + 1));
    if (!parameters || parameters->nonce.size() > kNonceStrMax) {
        return sign_error("the Authorization header has a wrong format");
    }
    return *parameters;
}

ApiResult<void> check_headers(const http::Request& request) {
    if (request.headers.get_or_empty("User-Agent").empty()) {
        return parameter_error("User-Agent", nullptr, "the header User-Agent is missing");
    }
    const std::string_view accept = request.headers.get_or_empty("Accept");
    if (!accept.contains("application/json") && !accept.contains("*/*")) {
        return parameter_error(
            "Accept", std::string(accept), "the header Accept does not allow application/json"
        );
    }
    const std::string_view type = request.headers.get_or_empty("Content-Type");
    if (!request.body.empty() && !type.starts_with("application/json")) {
        return parameter_error(
            "Content-Type", std::string(type), "the header Content-Type is not application/json"
        );
    }
    return {};
}

ApiResult<SigningName> signing_name(
    const http::Request& request, const PlatformIdentity& platform, const PlatformKeys& keys
) {
    const std::string* serial = request.headers.find("Wechatpay-Serial");
    if (serial == nullptr || keys.has(*serial)) {
        return SigningName::certificate;
    }
    if (*serial == platform.public_key_id) {
        return SigningName::public_key;
    }
    return parameter_error("Wechatpay-Serial", *serial, "Wechatpay-Serial names no key of ours");
}

}  // namespace

ApiResult<AuthenticatedRequest> authenticate(
    const http::Request& request,
    const MerchantDirectory& merchants,
    const PlatformIdentity& platform,
    const PlatformKeys& keys,
    Time now
) {
    if (const auto checked = check_headers(request); !checked) {
        return refuse(checked.error());
    }
    const auto authorization = parse_authorization(request);
    if (!authorization) {
        return refuse(authorization.error());
    }
    const Merchant* merchant = merchants.find(authorization->mchid);
    if (merchant == nullptr) {
        return sign_error("the merchant " + std::string(authorization->mchid) + " is unknown");
    }
    if (!is_within_skew(authorization->timestamp, now)) {
        return sign_error("the timestamp is more than five minutes off");
    }
    if (!http::equal_ignoring_case(authorization->serial, merchant->certificate_serial)) {
        return sign_error("the merchant certificate serial is unknown");
    }
    std::string message = request.method + "\n" + request.target + "\n";
    message.append(authorization->timestamp).append("\n");
    message.append(authorization->nonce).append("\n").append(request.body).append("\n");
    const bool signed_by_merchant = channel::rsa_sha256_verify(
        merchant->public_key, {.message = message, .signature = authorization->signature}
    );
    if (!signed_by_merchant) {
        return sign_error("the signature value is wrong");
    }
    const auto name = signing_name(request, platform, keys);
    if (!name) {
        return refuse(name.error());
    }
    return AuthenticatedRequest{
        .merchant = merchant,
        .signing_name = *name,
        .key_serial = std::string(request.headers.get_or_empty("Wechatpay-Serial"))
    };
}

}  // namespace sluice::simulator
