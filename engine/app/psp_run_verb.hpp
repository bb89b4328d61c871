#pragma once

#include <span>
#include <string>

namespace sluice::app {

/// `sluice psp run FILE [--url URL] [--seconds N]`: runs a tester's script against the simulator
/// that listens there. Prints what the script says, then what it returns; its mistake goes to
/// stderr with script and line. `args` begins with FILE. The exit status: 0 when the script came to
/// its end, 1 when it did not, 2 for a wrong command or file.
int psp_run(std::span<const std::string> args);

}  // namespace sluice::app
