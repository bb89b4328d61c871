#pragma once

#include <chrono>
#include <string_view>

#include "http/message.hpp"
#include "simulator/bank_callbacks.hpp"
#include "simulator/bank_signature.hpp"
#include "simulator/misbehaviour.hpp"
#include "simulator/payouts.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// The bank as its customers see it: payouts, their query, the balance. The protocol stands in
/// channels/bank/README.md. Any thread; blocks for as long as an ordered latency.
class BankApi {
  public:
    BankApi(World& world, BankCallbacks& callbacks)
        : world_(world), callbacks_(callbacks), gate_(world) {}

    /// For paths under /bank/v1/.
    http::Response answer(const http::Request& request);

    /// The payout goes that step on; the customer is told of every end. PAYOUT_STATUS when it
    /// cannot.
    ApiResult<Payout> advance(const PayoutKey& key, const Payouts::Step& step);

  private:
    /// One authenticated request.
    struct Call {
        const BankAccount* account = nullptr;
        std::string_view target;
        FaultTarget fault;
    };

    http::Response create(const http::Request& request, const BankAccount& account);
    http::Response query(const http::Request& request, const BankAccount& account);
    http::Response balance(const http::Request& request, const BankAccount& account);

    http::Response perform(const Call& call, const Act& act);
    http::Response signed_answer(
        const Call& call, http::Response response, SignatureQuality quality
    );
    ApiResult<Value> begin(
        const PayoutOrder& wanted, const BankAccount& account, const Deviation& deviation
    );
    void run_its_course(const Payout& accepted, const Deviation& deviation);
    void advance_later(
        const PayoutKey& key, const Payouts::Step& step, std::chrono::milliseconds delay
    );

    World& world_;
    BankCallbacks& callbacks_;
    BankGate gate_;
};

}  // namespace sluice::simulator
