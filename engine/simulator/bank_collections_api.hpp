#pragma once

#include <string_view>

#include "http/message.hpp"
#include "simulator/bank_callbacks.hpp"
#include "simulator/bank_exchange.hpp"
#include "simulator/collections.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// Collections as the bank's customers order, ask and close them. The protocol stands in
/// channels/bank/README.md. Any thread; blocks for as long as an ordered latency.
class BankCollectionsApi {
  public:
    struct Parts {
        World& world;
        BankCallbacks& callbacks;
        BankExchange& exchange;
    };
    explicit BankCollectionsApi(const Parts& parts) : parts_(parts) {}

    /// POST /bank/v1/collections
    http::Response create(const http::Request& request, const BankAccount& account);
    /// GET /bank/v1/collections/{request_number}
    http::Response query(const http::Request& request, const BankAccount& account);
    /// POST /bank/v1/collections/{request_number}/close
    http::Response close(const http::Request& request, const BankAccount& account);

    /// The payer's money arrives, and the customer is told. As Collections::pay.
    ApiResult<Collection> pay(const PayoutKey& key, const Transfer& transfer);

  private:
    ApiResult<Value> begin(
        const CollectionOrder& wanted, const BankAccount& account, const Deviation& deviation
    );
    ApiResult<Collection> take(const PayoutKey& key, const Transfer& transfer);

    Parts parts_;
};

}  // namespace sluice::simulator
