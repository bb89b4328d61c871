#pragma once

#include "http/message.hpp"
#include "simulator/callbacks.hpp"
#include "simulator/refund_api.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// The hands of testers for refunds and the merchants' money: /sim/refunds, /sim/refund,
/// /sim/refund_course, /sim/funds, and /sim/callback about a refund. Any thread.
class RefundControl {
  public:
    struct Parts {
        World& world;
        Callbacks& callbacks;
        RefundApi& refunds;
    };
    explicit RefundControl(const Parts& parts) : parts_(parts) {}

    /// 404 for what is none of its controls.
    http::Response answer(const http::Request& request, const Value& body);

  private:
    http::Response list(const http::Request& request);
    http::Response end(const Value& body);
    http::Response course(const Value& body);
    http::Response funds();
    http::Response move_funds(const Value& body);
    http::Response callback(const Value& body);

    /// By "out_refund_no" with an optional "mchid".
    [[nodiscard]] ApiResult<Refund> refund_named_in(const Value& body);

    Parts parts_;
};

}  // namespace sluice::simulator
