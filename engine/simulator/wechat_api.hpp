#pragma once

#include <functional>
#include <string_view>

#include "http/message.hpp"
#include "simulator/callbacks.hpp"
#include "simulator/platform_signature.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// The v3 API as merchants see it: create, query, close, platform certificates. Any thread; blocks
/// for as long as an ordered latency.
class WechatApi {
  public:
    WechatApi(World& world, Callbacks& callbacks) : world_(world), callbacks_(callbacks) {}

    /// For paths under /v3/.
    http::Response answer(const http::Request& request);

    /// The payer pays an order; what follows (a callback) is the channel's own business.
    ApiResult<Order> pay(const OrderKey& key);
    /// What a QR code for this order says.
    [[nodiscard]] std::string code_url(const Order& order) const;

  private:
    /// One authenticated request that belongs to an order.
    struct Call {
        Operation operation = Operation::create;
        AuthenticatedRequest caller;
        OrderKey key;
    };
    using Act = std::function<ApiResult<Value>(const Deviation&)>;

    http::Response create(const http::Request& request, Scene scene);
    http::Response query(const http::Request& request, std::string_view number);
    http::Response query_transaction(const http::Request& request, std::string_view number);
    http::Response close(const http::Request& request, std::string_view number);
    http::Response certificates(const http::Request& request);

    ApiResult<AuthenticatedRequest> caller_of(const http::Request& request);
    /// What both kinds of query begin with.
    ApiResult<Call> query_call(const http::Request& request, std::string_view number);
    /// Lets the act happen or not, and its answer arrive or not, as the faults say.
    http::Response perform(const Call& call, const Act& act);
    http::Response signed_answer(const Call& call, const Value& body, SignatureQuality quality);
    ApiResult<Value> create_order(const CreateOrder& wanted, const Call& call, const Deviation& d);
    void pay_later(const OrderKey& key, std::chrono::milliseconds delay);
    [[nodiscard]] Value create_answer(const Order& order) const;

    World& world_;
    Callbacks& callbacks_;
};

}  // namespace sluice::simulator
