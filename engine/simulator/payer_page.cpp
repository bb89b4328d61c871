#include "simulator/payer_page.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include <qrencode.h>

#include "core/currency.hpp"
#include "core/markup.hpp"
#include "simulator/beijing.hpp"
#include "simulator/payer_code.hpp"

namespace sluice::simulator {

namespace {

constexpr std::string_view kPrefix = "/payer/";

using Marks = std::map<std::string, std::string, std::less<>>;

/// Replaces each {{name}} once; the values are put in as they are.
std::string filled(std::string_view page, const Marks& marks) {
    std::string out;
    while (!page.empty()) {
        const std::size_t begin = page.find("{{");
        const std::size_t end = begin == std::string_view::npos ? begin : page.find("}}", begin);
        if (end == std::string_view::npos) {
            break;
        }
        out.append(page.substr(0, begin));
        const auto mark = marks.find(page.substr(begin + 2, end - begin - 2));
        if (mark != marks.end()) {
            out.append(mark->second);
        }
        page.remove_prefix(end + 2);
    }
    return out.append(page);
}

std::string language_of(const http::Request& request) {
    const auto wanted = http::query_parameter(request, "lang");
    if (wanted) {
        return *wanted == "zh" ? "zh" : "en";
    }
    return request.headers.get_or_empty("Accept-Language").starts_with("zh") ? "zh" : "en";
}

/// "again" when the payer's last press was a second payment of the order.
std::string_view pressed_in(const http::Request& request) {
    return http::query_parameter(request, "pressed") == "again" ? "again" : "";
}

/// What keeps a language that the payer chose: "?lang=zh", or "".
std::string chosen_language(const http::Request& request) {
    return http::query_parameter(request, "lang") ? "?lang=" + language_of(request) : "";
}

std::string_view page_state(const std::optional<Order>& order) {
    if (!order) {
        return "gone";
    }
    switch (order->state) {
        case OrderState::notpay:
            return order->declined > 0 ? "declined" : "open";
        case OrderState::success:
            return "paid";
        case OrderState::closed:
            return "closed";
    }
    return "gone";
}

}  // namespace

QrSquares qr_squares(const std::string& text) {
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
        QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), &QRcode_free
    );
    if (code == nullptr) {
        return {};
    }
    constexpr int kMargin = 4;
    QrSquares out{.side = code->width + 2 * kMargin, .path = {}};
    for (int place = 0; place < code->width * code->width; ++place) {
        if ((code->data[place] & 1U) != 0) {
            const int x = place % code->width + kMargin;
            const int y = place / code->width + kMargin;
            out.path += "M" + std::to_string(x) + " " + std::to_string(y) + "h1v1h-1z";
        }
    }
    return out;
}

http::Response PayerPage::answer(const http::Request& request) {
    std::string_view rest = request.path;
    rest.remove_prefix(std::min(rest.size(), kPrefix.size()));
    const std::size_t slash = rest.find('/');
    const std::string code(rest.substr(0, slash));
    if (slash == std::string_view::npos && request.method == "GET") {
        return show(request, code);
    }
    const std::string_view action =
        slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
    const bool known = action == "confirm" || action == "decline" || action == "confirm_late";
    return known && request.method == "POST" ? act({action, code, chosen_language(request)})
                                             : http::Response{.status = 404, .headers = {}};
}

http::Response PayerPage::show(const http::Request& request, const std::string& code) {
    const auto order = world_.books.find_code(code, world_.now());
    const std::string language = language_of(request);
    const bool is_chinese = language == "zh";
    Marks marks{
        {"title", is_chinese ? "付款（模拟）" : "Payment (simulated)"},
        {"qr_label", is_chinese ? "本订单的二维码" : "QR code of this order"},
        {"chosen", chosen_language(request)},
        {"language", language},
        {"other_language", is_chinese ? "en" : "zh"},
        {"code", escape_markup(code)},
        {"pressed", std::string(pressed_in(request))},
        {"state", std::string(page_state(order))}
    };
    if (order) {
        std::ignore = world_.books.scan(order->key(), world_.now());
        marks["merchant"] = escape_markup(world_.name_of(order->wanted.mchid));
        marks["description"] = escape_markup(order->wanted.description);
        marks["out_trade_no"] = escape_markup(order->wanted.out_trade_no);
        marks["expires_at"] = beijing_time(order->wanted.expires);
        marks["paid_at"] = order->paid ? beijing_time(*order->paid) : "";
        marks["amount"] = Money(order->wanted.amount_total, cny()).to_decimal();
        const QrSquares qr = qr_squares(payer_code(world_, *order));
        marks["qr_side"] = std::to_string(qr.side);
        marks["qr_path"] = qr.path;
    }
    return {
        .status = order ? 200 : 404,
        .headers =
            {{"Content-Type", "text/html; charset=utf-8"},
             {"Cache-Control", "no-store"},
             {"Content-Security-Policy",
              "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"}},
        .body = filled(payer_page_template(), marks)
    };
}

http::Response PayerPage::act(const Press& press) {
    bool is_again = false;
    if (const auto order = world_.books.find_code(press.code, world_.now())) {
        is_again = order->state == OrderState::success && press.action != "decline";
        // The books refuse a second confirmation; the page then shows what is.
        if (press.action == "confirm") {
            std::ignore = wechat_.pay(order->key());
        } else if (press.action == "confirm_late") {
            std::ignore = wechat_.pay(order->key(), PayMoment::late);
        } else {
            std::ignore = world_.books.decline(order->key(), world_.now());
        }
    }
    std::string location = std::string(kPrefix) + http::percent_encode(press.code) + press.chosen;
    if (is_again) {
        location += press.chosen.empty() ? "?pressed=again" : "&pressed=again";
    }
    return {.status = 303, .headers = {{"Location", std::move(location)}}, .body = {}};
}

}  // namespace sluice::simulator
