#pragma once

#include <string>

namespace sluice::worker {
class Fleet;
}

namespace sluice::app {

/// What each worker of this node has done and holds, a line each.
[[nodiscard]] std::string worker_metrics(const worker::Fleet& fleet);

}  // namespace sluice::app
