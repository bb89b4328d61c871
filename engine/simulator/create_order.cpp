#include "simulator/create_order.hpp"

#include <algorithm>

#include "simulator/body_reader.hpp"

namespace sluice::simulator {

namespace {

constexpr std::chrono::minutes kOrderExpiryMin{1};
constexpr std::chrono::days kOrderExpiryMax{7};

constexpr TextRule kAppid{.pointer = "/appid", .bytes_max = 32};
constexpr TextRule kMchid{.pointer = "/mchid", .bytes_max = 32};
constexpr TextRule kDescription{.pointer = "/description", .bytes_max = 127};
constexpr TextRule kOutTradeNo{.pointer = "/out_trade_no", .bytes_max = 32};
constexpr TextRule kOrderNotifyUrl{.pointer = "/notify_url", .bytes_max = 255};
constexpr TextRule kAttach{.pointer = "/attach", .need = Need::optional, .bytes_max = 128};
constexpr TextRule kGoodsTag{.pointer = "/goods_tag", .need = Need::optional, .bytes_max = 32};
constexpr TextRule kTimeExpire{.pointer = "/time_expire", .need = Need::optional, .bytes_max = 64};
constexpr TextRule kOrderCurrency{
    .pointer = "/amount/currency", .need = Need::optional, .bytes_max = 16
};
constexpr TextRule kOpenid{.pointer = "/payer/openid", .bytes_max = 128};
constexpr TextRule kPayerIp{.pointer = "/scene_info/payer_client_ip", .bytes_max = 45};
constexpr TextRule kH5Type{.pointer = "/scene_info/h5_info/type", .bytes_max = 32};

constexpr TextRule kAuthCode{.pointer = "/payer/auth_code", .bytes_max = 32};
constexpr TextRule kStoreId{
    .pointer = "/scene_info/store_info/id", .need = Need::optional, .bytes_max = 32
};
constexpr TextRule kStoreOutId{
    .pointer = "/scene_info/store_info/out_id", .need = Need::optional, .bytes_max = 32
};

/// What every order names, however its payer comes to it.
void read_order(BodyReader& reader, CreateOrder& order) {
    order.appid = reader.text(kAppid);
    order.mchid = reader.text(kMchid);
    order.description = reader.text(kDescription);
    order.out_trade_no = reader.text(kOutTradeNo);
    reader.require(
        is_out_trade_no(order.out_trade_no),
        kOutTradeNo.pointer,
        "out_trade_no must have 6 to 32 characters of 0-9 A-Z a-z _ - | *"
    );
    order.attach = reader.text(kAttach);
    reader.text(kGoodsTag);
    order.amount_total = reader.amount("/amount/total");
    reader.currency(kOrderCurrency);
}

Time read_expiry(BodyReader& reader, Time now) {
    const std::string text = reader.text(kTimeExpire);
    if (text.empty()) {
        return now + kOrderExpiryMax;
    }
    const auto time = parse_rfc3339(text);
    if (!time) {
        reader.require(false, kTimeExpire.pointer, "time_expire must be an RFC 3339 time");
        return now;
    }
    reader.require(
        *time <= now + kOrderExpiryMax, kTimeExpire.pointer, "time_expire is more than 7 days ahead"
    );
    return std::max(*time, now + kOrderExpiryMin);
}

void read_scene(BodyReader& reader, CreateOrder& order) {
    if (order.scene == Scene::jsapi) {
        order.openid = reader.text(kOpenid);
    }
    if (order.scene == Scene::h5) {
        reader.text(kPayerIp);
        const std::string type = reader.text(kH5Type);
        reader.require(
            type == "Wap" || type == "iOS" || type == "Android",
            kH5Type.pointer,
            "the type must be Wap, iOS or Android"
        );
    }
}

}  // namespace

std::optional<Scene> parse_scene(std::string_view text) {
    if (text == "native") {
        return Scene::native;
    }
    if (text == "jsapi") {
        return Scene::jsapi;
    }
    if (text == "h5") {
        return Scene::h5;
    }
    return text == "app" ? std::optional(Scene::app) : std::nullopt;
}

std::string_view trade_type(Scene scene) {
    switch (scene) {
        case Scene::native:
            return "NATIVE";
        case Scene::jsapi:
            return "JSAPI";
        case Scene::h5:
            return "MWEB";
        case Scene::app:
            return "APP";
        case Scene::barcode:
            return "MICROPAY";
    }
    return "";
}

bool is_out_trade_no(std::string_view text) {
    return text.size() >= 6 && text.size() <= 32 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      c == '_' || c == '-' || c == '|' || c == '*';
           });
}

ApiResult<CreateOrder> read_create_order(Scene scene, const Value& body, Time now) {
    BodyReader reader(body);
    CreateOrder order{.scene = scene};
    read_order(reader, order);
    order.notify_url = reader.notify_url(kOrderNotifyUrl);
    order.expires = read_expiry(reader, now);
    read_scene(reader, order);
    if (const auto& error = reader.error()) {
        return refuse(*error);
    }
    order.fingerprint = std::string(trade_type(scene)) + to_json(sorted_by_name(body));
    return order;
}

bool is_wechat_code(std::string_view text) {
    const bool is_digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    return is_digits && text.size() == 18 && text[0] == '1' && text[1] <= '5';
}

ApiResult<CreateOrder> read_code_order(const Value& body, Time now) {
    BodyReader reader(body);
    CreateOrder order{.scene = Scene::barcode};
    read_order(reader, order);
    order.auth_code = reader.text(kAuthCode);
    const std::string store = reader.text(kStoreId) + reader.text(kStoreOutId);
    reader.require(!store.empty(), kStoreId.pointer, "id or out_id of the store is missing");
    reader.require(
        body.find("time_expire") == nullptr && body.find("notify_url") == nullptr,
        "/notify_url",
        "a code is charged at once and nothing is told of it"
    );
    if (const auto& error = reader.error()) {
        return refuse(*error);
    }
    if (!is_wechat_code(order.auth_code)) {
        return refuse(
            {.status = 400,
             .code = "AUTH_CODE_INVALID",
             .message = "this is no payment code",
             .field = {}}
        );
    }
    order.expires = now + kOrderExpiryMax;
    order.fingerprint = std::string(trade_type(order.scene)) + to_json(sorted_by_name(body));
    return order;
}

}  // namespace sluice::simulator
