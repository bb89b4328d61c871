#pragma once

#include <string_view>

#include "http/message.hpp"
#include "simulator/wechat_exchange.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// Orders that are charged to the code a payer shows at the till, and their reversal. Nothing is
/// told of them. A code works for one order; above 1000 yuan, or with the fault auto_pay, its payer
/// has to confirm first (USERPAYING). Any thread.
class WechatBarcode {
  public:
    explicit WechatBarcode(World& world) : world_(world), exchange_(world) {}

    /// POST .../codepay
    http::Response pay(const http::Request& request);
    /// POST .../out-trade-no/{number}/reverse
    http::Response reverse(const http::Request& request, std::string_view number);

  private:
    ApiResult<Order> charge(
        const CreateOrder& wanted, SigningName name, const Deviation& deviation
    );
    /// Closes what is not paid and gives back what is; again and again the same.
    ApiResult<Order> undo(const OrderKey& key, const Deviation& deviation);
    ApiResult<void> give_back(const Order& order);

    World& world_;
    WechatExchange exchange_;
};

}  // namespace sluice::simulator
