#pragma once

#include "http/client.hpp"
#include "simulator/notice_sender.hpp"
#include "simulator/payouts.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// Tells what became of payouts, signed with the account's key. Any thread.
class BankCallbacks {
  public:
    explicit BankCallbacks(World& world) : world_(world), sender_(world) {}

    /// The bank's own course, with every fault that was ordered for callbacks. Nothing when the
    /// account may not be notified there.
    void announce(const Payout& payout);
    /// Exactly one callback, now; blocks until it is answered. The HTTP status; 0 for no answer.
    int send_now(const Payout& payout, CallbackTruth truth);

  private:
    Notice notice_of(Payout payout, CallbackTruth truth);

    World& world_;
    NoticeSender sender_;
};

}  // namespace sluice::simulator
