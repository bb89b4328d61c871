#pragma once

#include <memory>
#include <string>

#include "db/pool.hpp"
#include "db/round_world.hpp"
#include "gateway/refund_store.hpp"

namespace sluice::testing {

/// Rounds of the worker with orders that are paid and can be refunded; what a refund may give back
/// is read as the gateway reads it. One thread.
class RefundWorld : public RoundWorld {
  public:
    RefundWorld();

    /// An order of 100.00, paid 30.00 from the card and 70.00 at the channel.
    OrderId given_paid(AccountId card);
    /// A balance account that is open.
    AccountId given_balance();
    void close_account(AccountId account);

    /// A refund of the whole order with what may go back of it now.
    [[nodiscard]] std::unique_ptr<worker::StartRun> refund_of(
        OrderId order, std::int64_t minor, const std::string& number
    );
    /// Takes it through one round; its reply is the last of `answers`.
    RunId begin_refund(OrderId order, std::int64_t minor, const std::string& number);
    /// The channel's answer to what was sent last.
    void answer_last(payment::Outcome outcome);
    /// Wakes what waits; moments that nobody waits for any more are passed over.
    void pass_to_the_next_moment();

    [[nodiscard]] static payment::Refund& details(worker::StartRun& start);
    [[nodiscard]] std::string status_of(RunId refund);
    /// "refunded of the order, of its instructions in their order": "7000: 0 7000".
    [[nodiscard]] std::string refunded(OrderId order);
    /// What a general ledger account holds over all its owners, credits above zero.
    [[nodiscard]] std::string booked(const std::string& gl);

  private:
    db::Pool pool_;
    std::unique_ptr<gateway::RefundStore> refunds_;
    int balances_ = 0;
};

}  // namespace sluice::testing
