#pragma once

#include <span>
#include <string>

namespace sluice::app {

/// `sluice serve --config FILE`: the server in the foreground until SIGINT or SIGTERM. Prints
/// `ready http://HOST:PORT` when it serves. Exit code 2 for wrong arguments, 1 when it cannot
/// start.
int serve(std::span<const std::string> args);

}  // namespace sluice::app
