#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "gateway/routes.hpp"
#include "gateway/signature.hpp"

namespace sluice::gateway {

/// Counts what the HTTP side did, by address and class of status, and how long it took. Lock-free;
/// any thread. Money is not counted here: the ledger is its record.
class Metrics {
  public:
    Metrics();

    /// `route` is nullptr for requests no address fits.
    void count(const Route* route, int status, std::chrono::microseconds took);
    void count_refused_signature(SignatureFault fault);
    /// The text format of Prometheus.
    [[nodiscard]] std::string text() const;

  private:
    static constexpr std::size_t kClasses = 5;
    static constexpr std::array<std::int64_t, 9> kBucketsUs{
        1'000, 2'500, 5'000, 10'000, 25'000, 100'000, 500'000, 2'500'000, 10'000'000
    };
    struct Series {
        std::array<std::atomic<std::uint64_t>, kClasses> by_class{};
        std::array<std::atomic<std::uint64_t>, kBucketsUs.size()> by_duration{};
        std::atomic<std::uint64_t> sum_us{0};
    };

    [[nodiscard]] std::string signatures_text() const;

    std::array<std::atomic<std::uint64_t>, kSignatureFaultNames.size()> refused_signatures_{};
    /// One for each route, in their order, and one for what has none.
    std::vector<Series> series_;
};

}  // namespace sluice::gateway
