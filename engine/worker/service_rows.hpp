#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/value.hpp"
#include "flow/kernel.hpp"
#include "worker/intake.hpp"

namespace sluice::worker {

/// What a batch brings beside payments: refunds, payouts and transfers, what goes back of orders
/// and instructions, cases, tasks. Most batches have nothing of it, so it is one document instead
/// of dozens of columns; db/functions/services.sql tells its members, tasks.sql those of tasks.
/// Owned by the batch; one thread.
class ServiceRows {
  public:
    /// What the activation with this number (counted from 1) brings. `start` of a run that begins,
    /// else null.
    void add(
        const flow::Kernel& kernel,
        const flow::Step& step,
        const StartRun* start,
        std::int64_t activation
    );

    /// The document as JSON; nullopt when there is nothing in it.
    [[nodiscard]] std::optional<std::string> document() const;
    void clear();

  private:
    void add_start(
        const payment::Picture& picture,
        const StartRun& start,
        const flow::Step& step,
        std::int64_t i
    );
    void add_credit(const payment::Order& order, std::int64_t i);
    void add_change(const payment::Subject& subject, const flow::Step& step, std::int64_t i);
    void add_order_refund(
        const payment::Subject& subject, const flow::OrderRefund& more, std::int64_t i
    );
    enum class RefundStage { begins, goes_on };
    void add_surplus(const payment::Picture& picture, RefundStage stage, std::int64_t i);
    void add_limits(const payment::Subject& subject, const flow::Step& step, std::int64_t i);
    void add_cases(const flow::Step& step, std::int64_t i);
    void add_tasks(const payment::Subject& subject, const flow::Step& step, std::int64_t i);

    ValueArray starts_, changes_, credits_, order_refunds_, claims_, cases_, closed_cases_;
    ValueArray surpluses_, tasks_, task_changes_, votes_, limits_, uncounted_;
};

}  // namespace sluice::worker
