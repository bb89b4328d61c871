#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"
#include "simulator/wechat_api.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// What the payer sees on the phone: GET /payer/{code} shows the order, POST /payer/{code}/confirm,
/// /confirm_late and /decline act and lead back. Works without scripts. Any thread.
class PayerPage {
  public:
    PayerPage(World& world, WechatApi& wechat) : world_(world), wechat_(wechat) {}

    http::Response answer(const http::Request& request);

  private:
    struct Press {
        std::string_view action;
        std::string code;
        std::string chosen;  ///< the query that keeps the payer's language
    };

    http::Response show(const http::Request& request, const std::string& code);
    http::Response act(const Press& press);

    World& world_;
    WechatApi& wechat_;
};

/// A QR code as the dark squares of a drawing: `side` units wide and high, one unit a square, with
/// the quiet margin.
struct QrSquares {
    int side = 1;
    std::string path;  ///< of an SVG path element
};
[[nodiscard]] QrSquares qr_squares(const std::string& text);

/// The page with {{name}} marks; made from web/payer.html by the build.
[[nodiscard]] std::string_view payer_page_template();

}  // namespace sluice::simulator
