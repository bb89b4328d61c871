#include "simulator/alipay_order.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/currency.hpp"
#include "core/money.hpp"
#include "simulator/alipay_exchange.hpp"
#include "simulator/body_reader.hpp"

namespace sluice::simulator {

namespace {

constexpr std::int64_t kAmountMax = 100'000'000'00;
constexpr std::chrono::minutes kTradeExpiryMin{1};
constexpr std::chrono::days kTradeExpiryMax{15};
constexpr std::size_t kSubjectMax = 256;
constexpr std::size_t kNumberMax = 64;
constexpr std::size_t kNotifyMax = 256;
constexpr std::size_t kCodeDigitsMin = 16;
constexpr std::size_t kCodeDigitsMax = 24;

struct SceneRow {
    AlipayScene scene;
    std::string_view method;
    std::string_view product_code;
    std::chrono::minutes expiry;
    std::string_view other_product_code = {};  ///< of contracts of another kind; empty: none
};

constexpr std::array kScenes{
    SceneRow{
        AlipayScene::qr,
        "alipay.trade.precreate",
        "FACE_TO_FACE_PAYMENT",
        std::chrono::hours(2),
        "QR_CODE_OFFLINE"
    },
    SceneRow{
        AlipayScene::barcode,
        "alipay.trade.pay",
        "FACE_TO_FACE_PAYMENT",
        std::chrono::hours(3),
        "OFFLINE_PAYMENT"
    },
    SceneRow{AlipayScene::page, "alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY", kTradeExpiryMax},
    SceneRow{AlipayScene::wap, "alipay.trade.wap.pay", "QUICK_WAP_WAY", kTradeExpiryMax},
    SceneRow{AlipayScene::app, "alipay.trade.app.pay", "QUICK_MSECURITY_PAY", kTradeExpiryMax},
};

std::unexpected<ApiError> wrong(std::string_view member) {
    ApiError error = business_error("INVALID_PARAMETER");
    error.message = "参数无效: " + std::string(member);
    return refuse(std::move(error));
}

/// "90m", "2h", "1d".
std::optional<std::chrono::minutes> span_of(std::string_view text) {
    // So that days of it are minutes that can be counted.
    std::int32_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop + 1 != end || number < 1) {
        return std::nullopt;
    }
    switch (text.back()) {
        case 'm':
            return std::chrono::minutes(number);
        case 'h':
            return std::chrono::hours(number);
        case 'd':
            return std::chrono::days(number);
        default:
            return std::nullopt;
    }
}

/// Which of the two wins is documented; nullopt when it cannot be read or is out of range.
std::optional<Time> expiry_of(const Value& content, std::chrono::minutes fallback, Time now) {
    if (const Value* until = content.find("time_expire")) {
        const auto time = parse_beijing(until->as_text() != nullptr ? *until->as_text() : "");
        const bool fits = time && *time <= now + kTradeExpiryMax + kTradeExpiryMin;
        return fits ? std::optional(std::max(*time, now + kTradeExpiryMin)) : std::nullopt;
    }
    if (content.find("timeout_express") == nullptr) {
        return now + fallback;
    }
    const auto span = span_of(content.text_or_empty("timeout_express"));
    return span && *span <= kTradeExpiryMax ? std::optional(now + *span) : std::nullopt;
}

bool is_product_of(const SceneRow& row, std::string_view product_code) {
    return !product_code.empty() &&
           (product_code == row.product_code || product_code == row.other_product_code);
}

bool is_payment_code(std::string_view code) {
    const bool is_digits = std::ranges::all_of(code, [](char c) { return c >= '0' && c <= '9'; });
    const std::string_view head = code.substr(0, 2);
    return is_digits && code.size() >= kCodeDigitsMin && code.size() <= kCodeDigitsMax &&
           head >= "25" && head <= "30";
}

ApiResult<void> check_barcode(const Value& content) {
    if (content.text_or_empty("scene") != "bar_code") {
        return wrong("scene");
    }
    if (!is_payment_code(content.text_or_empty("auth_code"))) {
        return refuse(business_error("PAYMENT_AUTH_CODE_INVALID"));
    }
    return {};
}

}  // namespace

std::optional<AlipayScene> alipay_scene(std::string_view method) {
    const auto found = std::ranges::find(kScenes, method, &SceneRow::method);
    return found == kScenes.end() ? std::nullopt : std::optional(found->scene);
}

ApiResult<void> check_content(
    const Value& content, std::initializer_list<std::string_view> members
) {
    for (const auto& [name, value] : *content.as_object()) {
        if (std::ranges::find(members, name) == members.end()) {
            return refuse(
                {.status = 40002,
                 .code = "isv.suspected-attack",
                 .message = "an unknown member " + name,
                 .field = {}}
            );
        }
    }
    return {};
}

std::optional<std::int64_t> fen_of(std::string_view decimal) {
    const auto amount = Money::parse(decimal, cny());
    const bool is_good = amount && amount->minor() > 0 && amount->to_decimal() == decimal;
    return is_good ? std::optional(amount->minor()) : std::nullopt;
}

std::string yuan_of(std::int64_t fen) { return Money(fen, cny()).to_decimal(); }

bool is_alipay_number(std::string_view text) {
    return !text.empty() && text.size() <= kNumberMax && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '_';
    });
}

ApiResult<CreateOrder> read_alipay_order(const AlipayCall& call, AlipayScene scene, Time now) {
    const Value& content = call.content;
    const SceneRow& row = *std::ranges::find(kScenes, scene, &SceneRow::scene);
    const auto known = check_content(
        content,
        {"out_trade_no",
         "total_amount",
         "subject",
         "product_code",
         "body",
         "time_expire",
         "timeout_express",
         "passback_params",
         "scene",
         "auth_code",
         "quit_url",
         "qr_pay_mode"}
    );
    if (!known) {
        return refuse(known.error());
    }
    CreateOrder order{.scene = Scene::native, .provider = Provider::alipay};
    order.appid = call.app->app_id;
    order.mchid = call.app->seller_id;
    order.out_trade_no = content.text_or_empty("out_trade_no");
    order.description = content.text_or_empty("subject");
    order.notify_url = call.notify_url;
    order.auth_code = content.text_or_empty("auth_code");
    const auto amount = fen_of(content.text_or_empty("total_amount"));
    const auto expires = expiry_of(content, row.expiry, now);
    if (!is_alipay_number(order.out_trade_no)) {
        return wrong("out_trade_no");
    }
    if (!amount || *amount > kAmountMax) {
        return wrong("total_amount");
    }
    const bool is_subject = !order.description.empty() && order.description.size() <= kSubjectMax &&
                            order.description.find_first_of("/=&") == std::string::npos;
    if (!is_subject) {
        return wrong("subject");
    }
    if (!is_product_of(row, content.text_or_empty("product_code"))) {
        return wrong("product_code");
    }
    if (!expires) {
        return wrong("time_expire");
    }
    const bool is_notify = call.notify_url.empty() ||
                           (call.notify_url.size() <= kNotifyMax && is_notify_url(call.notify_url));
    if (!is_notify) {
        return wrong("notify_url");
    }
    if (scene == AlipayScene::barcode) {
        if (const auto checked = check_barcode(content); !checked) {
            return refuse(checked.error());
        }
    }
    order.amount_total = *amount;
    order.expires = *expires;
    order.fingerprint = call.method + to_json(sorted_by_name(content));
    return order;
}

}  // namespace sluice::simulator
