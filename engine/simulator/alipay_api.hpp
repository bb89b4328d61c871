#pragma once

#include <string_view>

#include "http/message.hpp"
#include "simulator/alipay_bills.hpp"
#include "simulator/alipay_exchange.hpp"
#include "simulator/alipay_gate.hpp"
#include "simulator/alipay_order.hpp"
#include "simulator/alipay_refunds.hpp"
#include "simulator/alipay_transfers.hpp"
#include "simulator/callbacks.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// Alipay's gateway as applications see it: one address, the method says what. Any thread; blocks
/// for as long as an ordered latency.
class AlipayApi {
  public:
    AlipayApi(World& world, Callbacks& callbacks)
        : world_(world),
          callbacks_(callbacks),
          gate_(world),
          exchange_(world),
          refunds_(world, callbacks, exchange_),
          transfers_(world, exchange_),
          bills_(world, exchange_) {}

    /// For /gateway.do: POST by applications, GET by payers who were sent to a page.
    http::Response answer(const http::Request& request);
    /// For the address that a bill's answer names.
    http::Response give_bill(const http::Request& request) { return bills_.give_file(request); }

  private:
    http::Response dispatch(const AlipayCall& call);
    http::Response create(const AlipayCall& call, AlipayScene scene);
    http::Response query(const AlipayCall& call);
    http::Response close(const AlipayCall& call);
    http::Response cancel(const AlipayCall& call);
    http::Response show_page(const AlipayCall& call, AlipayScene scene);

    ApiResult<Value> precreate(const CreateOrder& wanted, const Deviation& deviation);
    ApiResult<Value> take_payment(const CreateOrder& wanted, const Deviation& deviation);
    void pay_later(const OrderKey& key, std::chrono::milliseconds delay);
    void pay(const OrderKey& key);

    World& world_;
    Callbacks& callbacks_;
    AlipayGate gate_;
    AlipayExchange exchange_;
    AlipayRefunds refunds_;
    AlipayTransfers transfers_;
    AlipayBills bills_;
};

}  // namespace sluice::simulator
