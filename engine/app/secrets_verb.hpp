#pragma once

#include <span>
#include <string>

namespace sluice::app {

/// `sluice secrets new-key FILE`: a fresh master key in a new file that only its owner may read.
/// `sluice secrets rotate --config FILE`: seals everything in the database again that is sealed
/// under an old key, while servers run; prints how much. May be cut off and repeated. `args` begins
/// with new-key or rotate. Exit code 2 for wrong arguments, 1 when something failed.
int secrets(std::span<const std::string> args);

}  // namespace sluice::app
