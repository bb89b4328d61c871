#pragma once

#include <chrono>
#include <string_view>

#include "http/message.hpp"
#include "simulator/bank_account_api.hpp"
#include "simulator/bank_batch_api.hpp"
#include "simulator/bank_callbacks.hpp"
#include "simulator/bank_collections_api.hpp"
#include "simulator/bank_exchange.hpp"
#include "simulator/misbehaviour.hpp"
#include "simulator/payouts.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// The bank as its customers see it: payouts and their query, and the addresses of
/// BankBatchApi, BankCollectionsApi and BankAccountApi. The protocol stands in
/// channels/bank/README.md. Any thread; blocks for as long as an ordered latency.
class BankApi {
  public:
    BankApi(World& world, BankCallbacks& callbacks)
        : world_(world),
          callbacks_(callbacks),
          exchange_(world),
          account_api_(world, exchange_),
          batch_api_(
              {.world = world,
               .exchange = exchange_,
               .begin = [this](
                            const auto& wanted, const auto& account, const auto& deviation
                        ) { return begin(wanted, account, deviation); }}
          ),
          collections_api_({.world = world, .callbacks = callbacks, .exchange = exchange_}) {}
    BankApi(const BankApi&) = delete;
    BankApi& operator=(const BankApi&) = delete;

    /// For paths under /bank/v1/.
    http::Response answer(const http::Request& request);

    /// The payout goes that step on; the customer is told of every end. PAYOUT_STATUS when it
    /// cannot.
    ApiResult<Payout> advance(const PayoutKey& key, const Payouts::Step& step);
    /// The payer's money arrives; the customer is told. As Collections::pay.
    ApiResult<Collection> pay(const PayoutKey& key, const Transfer& transfer) {
        return collections_api_.pay(key, transfer);
    }

  private:
    using Handler = http::Response (BankApi::*)(const http::Request&, const BankAccount&);
    struct Route;
    static const Route* find_route(std::string_view path);

    http::Response create(const http::Request& request, const BankAccount& account);
    http::Response create_many(const http::Request& request, const BankAccount& account);
    http::Response query(const http::Request& request, const BankAccount& account);
    http::Response balance(const http::Request& request, const BankAccount& account);
    http::Response statement(const http::Request& request, const BankAccount& account);
    http::Response collect(const http::Request& request, const BankAccount& account);
    http::Response query_collection(const http::Request& request, const BankAccount& account);
    http::Response close_collection(const http::Request& request, const BankAccount& account);

    ApiResult<Value> begin(
        const PayoutOrder& wanted, const BankAccount& account, const Deviation& deviation
    );
    void run_its_course(const Payout& accepted, const Deviation& deviation);
    void advance_later(
        const PayoutKey& key, const Payouts::Step& step, std::chrono::milliseconds delay
    );

    World& world_;
    BankCallbacks& callbacks_;
    BankExchange exchange_;
    BankAccountApi account_api_;
    BankBatchApi batch_api_;
    BankCollectionsApi collections_api_;
};

}  // namespace sluice::simulator
