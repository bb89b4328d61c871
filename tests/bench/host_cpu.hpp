#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::bench {

/// Where the time of all cores went, in the kernel's ticks since it started.
struct HostCpu {
    std::uint64_t all = 0;
    std::uint64_t taken = 0;  ///< given to others by the machine's host

    /// Of a text like /proc/stat, whose first line sums over the cores; zeros for any other.
    [[nodiscard]] static HostCpu from_stat(std::string_view text);
    [[nodiscard]] static HostCpu now();
};

/// How much of the machine others had between the two, in per cent: with much of it a measurement
/// tells of them.
[[nodiscard]] double taken_percent(const HostCpu& before, const HostCpu& after);

}  // namespace sluice::bench
