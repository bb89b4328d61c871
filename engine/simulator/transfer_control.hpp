#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"
#include "simulator/wechat_transfers.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// The hands of testers for what leaves balances at WeChat Pay and Alipay, under /sim/wechat/ and
/// /sim/alipay/: books, a transfer's next step, money in; and the key that each of them signs with.
/// Trades and refunds stand in the common books. Any thread.
class TransferControl {
  public:
    TransferControl(World& world, WechatTransfers& wechat) : world_(world), wechat_(wechat) {}

    http::Response answer(const http::Request& request);

  private:
    /// How the protocol calls the customer and the number of a transfer.
    struct Side {
        std::string_view prefix;
        std::string_view protocol;
        std::string_view owner;
        std::string_view number;
    };
    static const Side& side_of(std::string_view path);

    http::Response books(const Side& side, const http::Request& request);
    http::Response advance(const Side& side, const Value& body);
    http::Response top_up(const Side& side, const Value& body);
    http::Response rotate(const Side& side);

    World& world_;
    WechatTransfers& wechat_;
};

}  // namespace sluice::simulator
