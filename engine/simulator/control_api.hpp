#pragma once

#include "http/message.hpp"
#include "simulator/callbacks.hpp"
#include "simulator/refund_api.hpp"
#include "simulator/refund_control.hpp"
#include "simulator/wechat_api.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// The hands of testers under /sim/: pay, decline, look into the books, order faults, send a
/// callback. JSON in and out, no authentication: the simulator is never public. Any thread.
class ControlApi {
  public:
    struct Parts {
        World& world;
        Callbacks& callbacks;
        WechatApi& wechat;
        RefundApi& refunds;
    };
    explicit ControlApi(const Parts& parts)
        : parts_(parts),
          refunds_({.world = parts.world, .callbacks = parts.callbacks, .refunds = parts.refunds}) {
    }

    http::Response answer(const http::Request& request);

  private:
    http::Response pay(const Value& body);
    http::Response decline(const Value& body);
    http::Response scan(const Value& body);
    http::Response books(const http::Request& request);
    http::Response faults(const http::Request& request, const Value& body);
    Value with_protocol(const Value& fault);
    http::Response callback(const Value& body);
    http::Response auto_pay(const Value& body);

    /// By "code_url" (or a bare "code"), or by "out_trade_no" with an optional "mchid".
    ApiResult<OrderKey> order_named_in(const Value& body);

    Parts parts_;
    RefundControl refunds_;
};

}  // namespace sluice::simulator
