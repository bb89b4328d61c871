#pragma once

#include <vector>

#include "config/section.hpp"

namespace sluice::config {

/// Reads one [[api_key]] and adds it to those before it, which it must not repeat. Problems are the
/// section's.
void read_api_key(Section& section, std::vector<ApiKeySettings>& keys);

}  // namespace sluice::config
