#include "faults/rounds.hpp"

#include <cstdlib>
#include <iostream>

#include "core/random.hpp"

namespace sluice::testing {
namespace {

/// 0 when the variable is not set to a number.
std::uint64_t number_in(const char* variable) {
    const char* text = std::getenv(variable);
    return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
}

}  // namespace

std::size_t fault_rounds(std::size_t usual) {
    const std::uint64_t wanted = number_in("SLUICE_FAULT_ROUNDS");
    return wanted == 0 ? usual : static_cast<std::size_t>(wanted);
}

std::uint64_t fault_seed() {
    constexpr std::uint64_t kShort = 1'000'000;
    SystemRandom random;
    const std::uint64_t given = number_in("SLUICE_FAULT_SEED");
    const std::uint64_t seed = given == 0 ? random.next() % kShort : given;
    std::cout << "SLUICE_FAULT_SEED=" << seed << std::endl;
    return seed;
}

}  // namespace sluice::testing
