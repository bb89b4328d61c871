#include "support/process_wait.hpp"

#include <algorithm>
#include <thread>

namespace sluice::testing {

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    std::chrono::milliseconds pause{2};
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds{50});
    }
    return true;
}

void let_pass(std::chrono::microseconds span) { std::this_thread::sleep_for(span); }

}  // namespace sluice::testing
