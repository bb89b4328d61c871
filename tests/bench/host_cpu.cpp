#include "bench/host_cpu.hpp"

#include <array>
#include <fstream>
#include <numeric>
#include <sstream>
#include <string>

namespace sluice::bench {

HostCpu HostCpu::from_stat(std::string_view text) {
    // user nice system idle iowait irq softirq steal: proc(5)
    constexpr std::size_t kSteal = 7;
    std::array<std::uint64_t, kSteal + 1> ticks{};
    std::istringstream in{std::string(text)};
    std::string name;
    in >> name;
    for (std::uint64_t& each : ticks) {
        in >> each;
    }
    if (!in || name != "cpu") {
        return {};
    }
    return {
        .all = std::accumulate(ticks.begin(), ticks.end(), std::uint64_t{0}), .taken = ticks[kSteal]
    };
}

HostCpu HostCpu::now() {
    std::ifstream in("/proc/stat");
    std::string line;
    std::getline(in, line);
    return from_stat(line);
}

double taken_percent(const HostCpu& before, const HostCpu& after) {
    if (after.all <= before.all) {
        return 0;
    }
    return 100.0 * static_cast<double>(after.taken - before.taken) /
           static_cast<double>(after.all - before.all);
}

}  // namespace sluice::bench
