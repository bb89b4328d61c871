#pragma once

#include "http/message.hpp"
#include "simulator/wechat_transfers.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// What tests and people order of transfers and keys at WeChat Pay: see README.md. Any thread.
class WechatControl {
  public:
    WechatControl(World& world, WechatTransfers& transfers)
        : world_(world), transfers_(transfers) {}

    /// For paths under /sim/wechat/.
    http::Response answer(const http::Request& request);

  private:
    http::Response advance(const Value& body);

    World& world_;
    WechatTransfers& transfers_;
};

}  // namespace sluice::simulator
