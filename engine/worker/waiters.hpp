#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "payment/payment.hpp"
#include "worker/intake.hpp"

namespace sluice::worker {

/// Callers that wait for a payment to get somewhere. Owned by one worker; one thread. Every reply
/// is given exactly once: when its wish comes true, at its deadline, or when the worker ends.
class Waiters {
  public:
    struct Waiter {
        WaitFor wait_for = WaitFor::final_status;
        Time deadline{};
        PictureReply reply;
    };

    void add(RunId run_id, Waiter waiter);
    /// Answers those whose wish the picture fulfils. `sending` is the number of unanswered
    /// exchanges.
    void tell(const payment::Picture& picture, std::size_t sending);
    /// Payments that somebody has waited for long enough, with the replies; they are forgotten
    /// here.
    std::vector<std::pair<RunId, PictureReply>> take_overdue(Time now);
    std::vector<std::pair<RunId, PictureReply>> take_all();
    [[nodiscard]] std::optional<Time> next_deadline() const;

  private:
    std::unordered_map<RunId, std::vector<Waiter>> waiting_;
    std::multimap<Time, RunId> deadlines_;
};

/// Whether a caller with this wish need wait no longer.
[[nodiscard]] bool is_fulfilled(WaitFor wish, const payment::Picture& picture, std::size_t sending);

}  // namespace sluice::worker
