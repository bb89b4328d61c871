#pragma once

#include "channel/seal.hpp"
#include "config/settings.hpp"
#include "core/result.hpp"

namespace sluice::app {

/// The master keys of the configuration. `invalid` in one line, without any key, when there is
/// none or one is no key.
Result<channel::SealingKeys> sealing_keys(const config::Settings& settings);

}  // namespace sluice::app
