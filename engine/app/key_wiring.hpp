#pragma once

#include <vector>

#include "config/settings.hpp"
#include "core/result.hpp"
#include "gateway/auth.hpp"

namespace sluice::app {

/// The configured keys as the gateway takes them. `invalid` names the key whose public key cannot
/// be read.
Result<std::vector<gateway::ApiKey>> api_keys_of(const config::Settings& settings);

}  // namespace sluice::app
