#pragma once

#include <span>
#include <string>

namespace sluice::app {

/// `sluice script try FILE [--facts FILE] [--json]`: runs one file in the production sandbox and
/// prints its result, or its error as an author should read it. `args` begins with FILE. The exit
/// status: 0 for ok, 1 for a script that did not end well, 2 for a wrong command or file.
int script_try(std::span<const std::string> args);

}  // namespace sluice::app
