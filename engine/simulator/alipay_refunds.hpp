#pragma once

#include "http/message.hpp"
#include "simulator/alipay_exchange.hpp"
#include "simulator/alipay_gate.hpp"
#include "simulator/callbacks.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// Refunds at Alipay's gateway: done at once, told by the answer or by a question. Any thread;
/// blocks for as long as an ordered latency.
class AlipayRefunds {
  public:
    AlipayRefunds(World& world, Callbacks& callbacks, AlipayExchange& exchange)
        : world_(world), callbacks_(callbacks), exchange_(exchange) {}

    http::Response create(const AlipayCall& call);
    http::Response query(const AlipayCall& call);
    /// What is left of a paid trade, without a number of the caller's.
    ApiResult<Refund> give_back_everything(const OrderKey& key);

  private:
    ApiResult<Value> give_back(
        const AlipayCall& call, const Order& order, const Deviation& deviation
    );
    /// Ends the new refund as the faults say; whether it has succeeded at once.
    bool run_its_course(const Refund& refund, const Deviation& deviation);
    void end(const RefundKey& key, RefundStatus to);
    [[nodiscard]] static RefundOrder order_of(const Order& order, std::int64_t amount);

    World& world_;
    Callbacks& callbacks_;
    AlipayExchange& exchange_;
};

}  // namespace sluice::simulator
