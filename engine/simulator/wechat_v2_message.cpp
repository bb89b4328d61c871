#include "simulator/wechat_v2_message.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "channel/xml_record.hpp"
#include "simulator/body_reader.hpp"
#include "simulator/misbehaviour.hpp"

namespace sluice::simulator {

namespace {

constexpr std::size_t kV2NonceMax = 32;
constexpr int kFirstServerError = 500;
/// The words of the v3 API, in which the books speak, and v2's where they differ.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kV2Words{{
    {"ORDER_PAID", "ORDERPAID"},
    {"ORDER_CLOSED", "ORDERCLOSED"},
    {"ORDER_NOT_EXIST", "ORDERNOTEXIST"},
    {"SYSTEM_ERROR", "SYSTEMERROR"},
    {"RULE_LIMIT", "RULELIMIT"},
    {"NOT_ENOUGH", "NOTENOUGH"},
}};

std::string_view v2_word(std::string_view code) {
    const auto* known =
        std::ranges::find(kV2Words, code, [](const auto& row) { return row.first; });
    return known == kV2Words.end() ? code : known->second;
}

std::string in_capitals(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

/// Over what is filled in, sorted by name, but for the sign itself.
std::string v2_sign(const Value& told, const Merchant& merchant, channel::KeyedSign sign) {
    std::string text;
    const Value sorted = sorted_by_name(told);
    for (const auto& [name, value] : *sorted.as_object()) {
        if (name != "sign" && !value.as_text()->empty()) {
            text += name + "=" + *value.as_text() + "&";
        }
    }
    return in_capitals(channel::sign_with_key(sign, merchant.api_v2_key, text + "key="));
}

http::Response xml_answer(const Value& record) {
    return {
        .status = 200,
        .headers = {{"Content-Type", "text/plain"}},
        .body = channel::xml_encode(record).value_or("<xml></xml>")
    };
}

}  // namespace

std::expected<V2Call, std::string> read_v2_request(
    const http::Request& request, const MerchantDirectory& merchants
) {
    if (request.method != "POST") {
        return std::unexpected("the method must be POST");
    }
    auto told = channel::xml_decode(request.body);
    if (!told) {
        return std::unexpected(std::move(told.error().message));
    }
    const Merchant* merchant = merchants.find(told->text_or_empty("mch_id"));
    if (merchant == nullptr || merchant->api_v2_key.reveal().empty()) {
        return std::unexpected("mch_id is unknown or has no APIv2 key");
    }
    const std::string_view nonce = told->text_or_empty("nonce_str");
    if (nonce.empty() || nonce.size() > kV2NonceMax) {
        return std::unexpected("nonce_str must have 1 to 32 characters");
    }
    const Value* sign_type = told->find("sign_type");
    const auto sign =
        channel::parse_keyed_sign(sign_type == nullptr ? "MD5" : *sign_type->as_text());
    if (!sign) {
        return std::unexpected("sign_type must be MD5 or HMAC-SHA256");
    }
    if (!channel::is_same_text(told->text_or_empty("sign"), v2_sign(*told, *merchant, *sign))) {
        return std::unexpected("the sign is wrong");
    }
    return V2Call{.merchant = merchant, .sign = *sign, .told = std::move(*told)};
}

http::Response v2_not_heard(std::string_view return_msg) {
    return xml_answer(ValueObject{{"return_code", "FAIL"}, {"return_msg", return_msg}});
}

http::Response v2_answer(
    World& world, const V2Call& call, Value members, SignatureQuality quality
) {
    members.set("return_code", "SUCCESS");
    members.set("return_msg", "OK");
    members.set("nonce_str", world.nonces.token(kV2NonceMax));
    // A fault may have put another merchant there.
    if (members.find("mch_id") == nullptr) {
        members.set("mch_id", call.merchant->mchid);
    }
    members.set("appid", call.merchant->appid);
    if (members.find("result_code") == nullptr) {
        members.set("result_code", "SUCCESS");
    }
    std::string sign = v2_sign(members, *call.merchant, call.sign);
    if (quality == SignatureQuality::wrong) {
        sign = another_number(std::move(sign));
    }
    members.set("sign", std::move(sign));
    return xml_answer(members);
}

http::Response v2_refusal(
    World& world, const V2Call& call, const ApiError& error, Recalls recalls
) {
    if (error.status >= kFirstServerError && error.code != "SYSTEM_ERROR") {
        return bare_answer(error.status);
    }
    Value members(ValueObject{
        {"result_code", "FAIL"}, {"err_code", v2_word(error.code)}, {"err_code_des", error.message}
    });
    if (recalls == Recalls::yes) {
        members.set("recall", error.status >= kFirstServerError ? "Y" : "N");
    }
    return v2_answer(world, call, std::move(members), SignatureQuality::right);
}

}  // namespace sluice::simulator
