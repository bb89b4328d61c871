#include "bench/latency.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::bench {

void Latencies::add_all(const Latencies& other) {
    micros_.insert(micros_.end(), other.micros_.begin(), other.micros_.end());
}

double Latencies::quantile_ms(double part) {
    if (micros_.empty()) {
        return 0;
    }
    const auto rank = std::ceil(part * static_cast<double>(micros_.size()));
    const auto index =
        std::clamp(static_cast<std::size_t>(rank), std::size_t{1}, micros_.size()) - 1;
    const auto nth = micros_.begin() + static_cast<std::ptrdiff_t>(index);
    std::nth_element(micros_.begin(), nth, micros_.end());
    return static_cast<double>(*nth) / 1000.0;
}

}  // namespace sluice::bench
