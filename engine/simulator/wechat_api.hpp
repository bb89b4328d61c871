#pragma once

#include <chrono>
#include <string_view>

#include "http/message.hpp"
#include "simulator/callbacks.hpp"
#include "simulator/wechat_barcode.hpp"
#include "simulator/wechat_exchange.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// The v3 API as merchants see it: create, query, close, reverse, platform certificates. Any
/// thread; blocks for as long as an ordered latency.
class WechatApi {
  public:
    WechatApi(World& world, Callbacks& callbacks)
        : world_(world), callbacks_(callbacks), exchange_(world), barcode_(world) {}

    /// For paths under /v3/.
    http::Response answer(const http::Request& request);

    /// The payer pays an order; what follows (a callback) is the channel's own business.
    ApiResult<Order> pay(const OrderKey& key, PayMoment moment = PayMoment::in_time);

  private:
    http::Response create(const http::Request& request, Scene scene);
    http::Response query(const http::Request& request, std::string_view number);
    http::Response query_transaction(const http::Request& request, std::string_view number);
    http::Response close(const http::Request& request, std::string_view number);
    http::Response certificates(const http::Request& request);

    /// What both kinds of query begin with.
    ApiResult<WechatCall> query_call(const http::Request& request, std::string_view number);
    ApiResult<Value> create_order(
        const CreateOrder& wanted, const WechatCall& call, const Deviation& d
    );
    void pay_later(const OrderKey& key, std::chrono::milliseconds delay);
    [[nodiscard]] Value create_answer(const Order& order) const;

    World& world_;
    Callbacks& callbacks_;
    WechatExchange exchange_;
    WechatBarcode barcode_;
};

}  // namespace sluice::simulator
