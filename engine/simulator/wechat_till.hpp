#pragma once

#include "simulator/books.hpp"
#include "simulator/faults.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// What becomes of the codes that payers show at the till, whichever API speaks of it. A code works
/// for one order; above 1000 yuan, or with the fault auto_pay, its payer has to confirm first
/// (USERPAYING). Any thread.
class WechatTill {
  public:
    explicit WechatTill(World& world) : world_(world) {}

    ApiResult<Order> charge(
        const CreateOrder& wanted, SigningName name, const Deviation& deviation
    );
    /// Closes what is not paid and gives back what is; again and again the same. INVALID_REQUEST
    /// for an order that was begun over the other API.
    ApiResult<Order> undo(const OrderKey& key, WechatVersion version, const Deviation& deviation);

  private:
    ApiResult<void> give_back(const Order& order);

    World& world_;
};

}  // namespace sluice::simulator
