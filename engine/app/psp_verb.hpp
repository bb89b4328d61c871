#pragma once

#include <span>
#include <string>

namespace sluice::app {

/// `sluice psp --listen HOST:PORT --keys DIR [--merchants FILE.json] [--demo-keys]
/// [--payer-page URL] [--seed N]`: the simulated channel in the foreground until SIGINT or SIGTERM.
/// Prints one line with its address when it is ready. --demo-keys first writes throw-away keys into
/// DIR unless it has some; --merchants is DIR/merchants.json when absent. Returns the exit code:
/// 2 for wrong arguments, 1 when it cannot start.
int psp(std::span<const std::string> args);

}  // namespace sluice::app
