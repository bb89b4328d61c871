#pragma once

#include <string>

#include "config/settings.hpp"
#include "core/result.hpp"

namespace sluice::app {

/// Where the database of the configuration answers, for the server and for verbs that run beside it
/// or without it. A private one is started when it is not up, and stays. Blocks.
Result<std::string> reach_database(const config::DatabaseSettings& settings);

}  // namespace sluice::app
