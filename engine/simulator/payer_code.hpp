#pragma once

#include <string>

#include "simulator/books.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// What a QR code for this order says: an address that any camera opens, or, without one, the
/// channel's own form.
[[nodiscard]] std::string payer_code(const World& world, const Order& order);

}  // namespace sluice::simulator
