#pragma once

#include <vector>

#include "lua/vm.hpp"

namespace sluice::channel {

/// The host tables that read and write texts: `json`, `form`, `xml`, `time`. They know no account
/// and keep nothing.
[[nodiscard]] std::vector<lua::HostTable> text_host_tables();

}  // namespace sluice::channel
