#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "db/connection.hpp"
#include "notify/delivery.hpp"

namespace sluice::gateway {

/// The objects that events are about, as GET shows them and with their merchant, in JSON; an error
/// where there is none, or nothing is known of its kind. One statement a kind. Blocks.
std::vector<Result<std::string>> render_event_objects(
    db::Connection& connection, std::span<const notify::Event> events
);

}  // namespace sluice::gateway
