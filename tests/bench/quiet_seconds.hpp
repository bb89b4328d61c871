#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "bench/latency.hpp"

namespace sluice::bench {

/// The latencies of each second of a measurement, and how much of the machine others had in it: on
/// a shared machine the quiet seconds tell of the program, the others of the neighbours too. One
/// thread at a time.
class QuietSeconds {
  public:
    explicit QuietSeconds(std::size_t seconds) : seconds_(seconds) {}

    /// Of what was due in this second, from 0; later ones than there are belong to the last.
    void add(std::size_t second, std::chrono::microseconds latency);
    void others_had(std::size_t second, double percent);

    struct Result {
        std::size_t seconds = 0;
        double p99_ms = 0;  ///< of all that was due in them
    };
    /// The seconds in which others had at most so much.
    [[nodiscard]] Result with_at_most(double percent) const;

  private:
    struct Second {
        Latencies latencies;
        double taken_percent = 100;  ///< until it is known
    };
    std::vector<Second> seconds_;
};

}  // namespace sluice::bench
