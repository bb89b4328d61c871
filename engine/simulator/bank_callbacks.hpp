#pragma once

#include <functional>
#include <string>

#include "http/client.hpp"
#include "simulator/collections.hpp"
#include "simulator/notice_sender.hpp"
#include "simulator/payouts.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// Tells what became of payouts and collections, signed with the account's key. Any thread.
class BankCallbacks {
  public:
    explicit BankCallbacks(World& world) : world_(world), sender_(world) {}

    /// The bank's own course, with every fault that was ordered for callbacks. Nothing when the
    /// account may not be notified there.
    void announce(const Payout& payout);
    void announce(const Collection& collection);
    /// Exactly one callback, now; blocks until it is answered. The HTTP status; 0 for no answer.
    int send_now(const Payout& payout, CallbackTruth truth);
    int send_now(const Collection& collection, CallbackTruth truth);

  private:
    Notice notice_of(Payout payout, CallbackTruth truth);
    Notice notice_of(Collection collection, CallbackTruth truth);
    /// What is told of an account, and where.
    struct Told {
        std::string account;
        std::string notify_url;
        std::string event;
        std::string member;  ///< what the object is called
        Value object;
    };
    std::function<http::ClientRequest()> build(const Told& told, CallbackTruth truth);

    World& world_;
    NoticeSender sender_;
};

}  // namespace sluice::simulator
