#include "notify/backoff.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::notify {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Before the second attempt, the third and so on: 28 hours in all.
constexpr std::array<milliseconds, 10> kLadder{
    seconds(5),
    seconds(30),
    minutes(2),
    minutes(10),
    minutes(30),
    hours(1),
    hours(2),
    hours(4),
    hours(8),
    hours(12),
};

}  // namespace

std::optional<milliseconds> next_delay(int failed, Random& random) {
    if (failed < 1 || static_cast<std::size_t>(failed) > kLadder.size()) {
        return std::nullopt;
    }
    const milliseconds step = kLadder.at(static_cast<std::size_t>(failed - 1));
    const auto spread = static_cast<std::uint64_t>(step.count() / 5);
    const auto chance = static_cast<milliseconds::rep>(random.next() % (spread + 1));
    return step - step / 10 + milliseconds(chance);
}

int attempts_max() { return static_cast<int>(kLadder.size()) + 1; }

}  // namespace sluice::notify
