#include "simulator/signed_time.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>

namespace sluice::simulator {

namespace {

constexpr std::chrono::seconds kSignedTimeSkewMax{300};

}  // namespace

bool is_within_skew(std::string_view timestamp, Time now) {
    std::int64_t seconds = 0;
    const char* end = timestamp.data() + timestamp.size();
    const auto [stop, error] = std::from_chars(timestamp.data(), end, seconds);
    if (error != std::errc{} || stop != end || seconds < 0) {
        return false;
    }
    const auto current = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    return std::chrono::abs(std::chrono::seconds(seconds) - current) <= kSignedTimeSkewMax;
}

}  // namespace sluice::simulator
