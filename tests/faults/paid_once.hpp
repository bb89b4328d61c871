#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "faults/teller.hpp"

namespace sluice::testing {

/// What is there to be paid out, in fen.
inline constexpr std::int64_t kAvailableForAll = 20'000'000;

/// Of a teller who began with that: every payout is final, the bank paid exactly those that
/// succeeded, and the books say so. Waits until all is quiet.
void expect_paid_once(Cluster& cluster, Teller& teller);

/// Sends the same again until it is answered.
Reply post_until_answered(Cluster& cluster, const std::string& path, const Value& body);

/// A merchant's batch of payouts of 1,000 fen.
struct WantedBatch {
    std::size_t count = 0;
    std::size_t bad = 0;  ///< how many of them have the number of the line before
    std::string number = "B-1";
    std::string lines = "L-";  ///< what their numbers begin with
};
[[nodiscard]] Value batch_of(const WantedBatch& wanted);

}  // namespace sluice::testing
