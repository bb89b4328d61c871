#pragma once

#include <expected>
#include <string>

#include "gateway/call.hpp"

namespace sluice::gateway {

/// Whose objects a list shows: the caller's own, unless the query names another merchant. 404 for
/// one that the caller may not see; 400 when a key of all merchants names none.
std::expected<std::string, Problem> listed_merchant(const Call& call);

}  // namespace sluice::gateway
