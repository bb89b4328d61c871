#pragma once

#include <string_view>

#include "http/message.hpp"
#include "simulator/wechat_exchange.hpp"
#include "simulator/wechat_till.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// Orders of the v3 API that are charged to the code a payer shows at the till, and their reversal.
/// Nothing is told of them. Any thread.
class WechatBarcode {
  public:
    explicit WechatBarcode(World& world) : world_(world), exchange_(world), till_(world) {}

    /// POST .../codepay
    http::Response pay(const http::Request& request);
    /// POST .../out-trade-no/{number}/reverse
    http::Response reverse(const http::Request& request, std::string_view number);

  private:
    World& world_;
    WechatExchange exchange_;
    WechatTill till_;
};

}  // namespace sluice::simulator
