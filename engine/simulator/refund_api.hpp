#pragma once

#include <string_view>

#include "http/message.hpp"
#include "simulator/callbacks.hpp"
#include "simulator/refunds.hpp"
#include "simulator/wechat_exchange.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// The v3 API of refunds as merchants see it: create and query. Any thread; blocks for as long as
/// an ordered latency.
class RefundApi {
  public:
    RefundApi(World& world, Callbacks& callbacks)
        : world_(world), callbacks_(callbacks), exchange_(world) {}

    /// For paths under /v3/refund/.
    http::Response answer(const http::Request& request);

    /// The refund comes to that end, and the merchant is told. REFUND_ENDED when it cannot.
    ApiResult<Refund> end(const RefundKey& key, RefundStatus to);

  private:
    http::Response create(const http::Request& request);
    http::Response query(const http::Request& request, std::string_view number);
    ApiResult<Value> begin(
        const RefundOrder& wanted, const WechatCall& call, const Deviation& deviation
    );
    /// What follows after the refund was accepted; what its answer says then.
    Refund run_its_course(const Refund& accepted, const Deviation& deviation);
    void end_later(const RefundKey& key, RefundStatus to, std::chrono::milliseconds delay);

    World& world_;
    Callbacks& callbacks_;
    WechatExchange exchange_;
};

}  // namespace sluice::simulator
