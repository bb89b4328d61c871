#pragma once

#include <string>

#include "config/settings.hpp"
#include "core/result.hpp"

namespace sluice::app {

/// For verbs that run beside the server or without it: where the database of the configuration
/// answers. A private one is started when it is not up, and stays. Blocks.
Result<std::string> reach_database(const config::DatabaseSettings& settings);

}  // namespace sluice::app
