#pragma once

#include <expected>
#include <optional>
#include <string>

#include "gateway/call.hpp"

namespace sluice::gateway {

/// Whose objects a list shows: the caller's own, unless the query names another merchant. 404 for
/// one that the caller may not see; 400 when a key of all merchants names none.
std::expected<std::string, Problem> listed_merchant(const Call& call);

/// The same, but a key of all merchants that names none is shown everybody's: nullopt.
std::expected<std::optional<std::string>, Problem> listed_merchant_or_all(const Call& call);

}  // namespace sluice::gateway
