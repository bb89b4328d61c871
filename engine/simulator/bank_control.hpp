#pragma once

#include <string>

#include "http/message.hpp"
#include "simulator/bank_api.hpp"
#include "simulator/bank_callbacks.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// The hands of testers at the bank, under /sim/bank/: its books, a payout's next step, a
/// payer's transfer, money in and out, callbacks, how long payouts take, another key. Any thread.
class BankControl {
  public:
    struct Parts {
        World& world;
        BankCallbacks& callbacks;
        BankApi& api;
    };
    explicit BankControl(const Parts& parts) : parts_(parts) {}

    http::Response answer(const http::Request& request);

  private:
    http::Response books(const http::Request& request);
    http::Response advance(const Value& body);
    http::Response transfer(const Value& body);
    http::Response move_funds(const Value& body);
    http::Response callback(const Value& body);
    http::Response course(const Value& body);
    http::Response rotate(const Value& body);

    /// The account that "account" names, the first when it names none; null for an unknown one.
    [[nodiscard]] const BankAccount* account_named_in(const Value& body) const;
    /// By "request_number" with an optional "account".
    [[nodiscard]] ApiResult<Payout> payout_named_in(const Value& body);
    [[nodiscard]] ApiResult<Collection> collection_named_in(const Value& body);

    Parts parts_;
};

}  // namespace sluice::simulator
