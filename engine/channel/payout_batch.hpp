#pragma once

#include <span>
#include <string>
#include <vector>

#include "channel/journey.hpp"
#include "channel/payout_many.hpp"

namespace sluice::channel {

/// Payouts that left together: their journeys with the one request between them. Belongs to a lane
/// of the exchange and is touched on its thread only.
class PayoutBatch {
  public:
    /// At least two, of one account and currency; `number` is the request's own.
    PayoutBatch(std::vector<JourneyPtr> lines, std::string number);

    [[nodiscard]] const std::vector<JourneyPtr>& lines() const { return lines_; }
    [[nodiscard]] const PayoutMany& many() const { return many_; }
    /// The account and adapter of all of them are its.
    [[nodiscard]] const Journey& first() const { return *lines_.front(); }

    /// Notes in each line's evidence what the request says of it.
    void note_request(const http::ClientRequest& request);
    void note_sent();
    /// The same of the answer; of none, only how long it took.
    void note_result(const http::ClientResult& result);

    /// A line that was answered counts as an exchange of its own; those that were not, as one for
    /// each of their scenes: one lost answer is one failure, however many waited for it.
    void tell_health(
        Health& health, const http::ClientResult& result, std::span<const payment::Outcome> outcomes
    ) const;

  private:
    /// The body as each line's timeline may show it.
    [[nodiscard]] std::vector<std::string> shown_bodies(const std::string& body) const;

    std::vector<JourneyPtr> lines_;
    PayoutMany many_;
    std::chrono::steady_clock::time_point sent_at_;
};

}  // namespace sluice::channel
