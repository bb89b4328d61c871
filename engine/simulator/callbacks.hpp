#pragma once

#include "http/client.hpp"
#include "simulator/books.hpp"
#include "simulator/notice_sender.hpp"
#include "simulator/payouts.hpp"
#include "simulator/refunds.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// How the end of a transfer is told.
struct TransferTelling {
    SigningName signing_name = SigningName::certificate;
    std::string_view event_type;
    Value (*object)(const Payout& payout) = nullptr;
};

/// Tells merchants what was paid and what became of refunds and transfers: signed, encrypted. Any
/// thread.
class Callbacks {
  public:
    explicit Callbacks(World& world) : world_(world), sender_(world) {}

    /// Whether the customer lets itself be told of this order there.
    [[nodiscard]] bool may_tell(const Order& order) const;
    [[nodiscard]] bool may_tell(const Refund& refund) const;

    /// The channel's own course after a payment or the end of a refund, with every fault that was
    /// ordered for callbacks. Nothing when the merchant may not be notified there.
    void announce(const Order& order);
    void announce(const Refund& refund);
    void announce(Payout payout, const TransferTelling& telling);
    /// Exactly one callback, now; blocks until it is answered. The HTTP status; 0 for no answer.
    int send_now(const Order& order, CallbackTruth truth);
    int send_now(const Refund& refund, CallbackTruth truth);

  private:
    [[nodiscard]] bool may_notify(const std::string& owner, const std::string& url) const;

    /// What is signed and sealed anew for each attempt.
    struct Message {
        const Merchant* merchant = nullptr;
        SigningName name = SigningName::certificate;
        CallbackTruth truth = CallbackTruth::resend;
        std::string notify_url;
        std::string id;  ///< the same over all attempts
        Time created;
        std::string_view event_type;
        std::string_view original_type;
        std::string_view summary;
        std::string content;  ///< JSON
    };

    Notice notice_of(Order order, CallbackTruth truth);
    Notice notice_of(Refund refund, CallbackTruth truth);
    http::ClientRequest build(const Message& message);

    World& world_;
    NoticeSender sender_;
};

}  // namespace sluice::simulator
