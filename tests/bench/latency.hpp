#pragma once

#include <chrono>
#include <vector>

namespace sluice::bench {

/// Exact latencies of one measurement: every value is kept. One thread at a time.
class Latencies {
  public:
    void add(std::chrono::microseconds latency) { micros_.push_back(latency.count()); }
    void add_all(const Latencies& other);

    /// The latency in milliseconds that `part` (0..1) of all values do not exceed; 0 without any.
    [[nodiscard]] double quantile_ms(double part);
    [[nodiscard]] std::size_t count() const { return micros_.size(); }

  private:
    std::vector<std::int64_t> micros_;
};

}  // namespace sluice::bench
