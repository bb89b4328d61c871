#pragma once

#include <chrono>

#include "http/message.hpp"
#include "simulator/alipay_exchange.hpp"
#include "simulator/alipay_gate.hpp"
#include "simulator/payouts.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// Transfers out of a seller's balance at Alipay to accounts there and to bank cards. Nobody is
/// told of their end: it is asked for. Any thread; blocks for as long as an ordered latency.
class AlipayTransfers {
  public:
    AlipayTransfers(World& world, AlipayExchange& exchange) : world_(world), exchange_(exchange) {}

    /// alipay.fund.trans.uni.transfer and alipay.fund.trans.common.query; certificate mode only.
    http::Response answer(const AlipayCall& call);

  private:
    http::Response create(const AlipayCall& call);
    http::Response query(const AlipayCall& call);
    ApiResult<Value> begin(const AlipayCall& call, const Deviation& deviation);
    void run_its_course(const Payout& accepted, const Deviation& deviation);
    void advance_later(
        const PayoutKey& key, const Payouts::Step& step, std::chrono::milliseconds delay
    );

    World& world_;
    AlipayExchange& exchange_;
};

/// DEALING, SUCCESS, FAIL, REFUND.
[[nodiscard]] std::string_view transfer_status(PayoutStatus status);

}  // namespace sluice::simulator
