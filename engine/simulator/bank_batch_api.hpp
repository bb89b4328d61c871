#pragma once

#include <functional>
#include <optional>

#include "http/message.hpp"
#include "simulator/bank_exchange.hpp"
#include "simulator/payout_order.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// Many payouts in one request to the bank. Faults of the operation `payout_batch` hit the request;
/// those of `payout` hit a line by its number: what would cut its connection leaves it out of the
/// answer, a 5xx is its code, garbage is no record. Any thread; blocks for as long as an ordered
/// latency.
class BankBatchApi {
  public:
    /// One payout as if it came alone, with what its faults make of it.
    using Begin =
        std::function<ApiResult<Value>(const PayoutOrder&, const BankAccount&, const Deviation&)>;
    struct Parts {
        World& world;
        BankExchange& exchange;
        Begin begin;
    };
    explicit BankBatchApi(Parts parts) : parts_(std::move(parts)) {}

    http::Response create(const http::Request& request, const BankAccount& account);

  private:
    /// Nothing when the line is lost.
    std::optional<Value> line_of(const Value& order, const BankAccount& account);

    Parts parts_;
};

}  // namespace sluice::simulator
