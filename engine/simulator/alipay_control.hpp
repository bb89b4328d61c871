#pragma once

#include "http/message.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// The hands of testers for transfers at Alipay, under /sim/alipay/: books, a transfer's next step,
/// money in. Trades and refunds stand in the common books. Any thread.
class AlipayControl {
  public:
    explicit AlipayControl(World& world) : world_(world) {}

    http::Response answer(const http::Request& request);

  private:
    http::Response books(const http::Request& request);
    http::Response advance(const Value& body);
    http::Response top_up(const Value& body);

    World& world_;
};

}  // namespace sluice::simulator
