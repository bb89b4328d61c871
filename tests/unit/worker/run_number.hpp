#pragma once

#include <chrono>
#include <cstdint>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/random.hpp"

namespace sluice::worker {

/// When these tests begin.
inline constexpr Time kNow{std::chrono::seconds(1'767'225'600)};

/// The same id for the same number.
inline RunId run_number(std::uint64_t number, Bucket bucket = Bucket{3}) {
    SeededRandom random(number);
    return RunId::generate(kNow, bucket, random);
}

}  // namespace sluice::worker
