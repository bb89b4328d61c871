#pragma once

#include <string>

#include "flows/flow_driver.hpp"

namespace sluice::testing {

/// A flow that begins with a held card (leg 1, `card`) and a sent instruction (leg 2, `sent`), then
/// does `body` on line 8.
std::string hostile(const std::string& body);

/// Drives a release in which the flow "hostile" is this source.
FlowDriver drive_hostile(const std::string& source, DriveOptions options = {});

/// What the author of the flow reads; empty when the kernel let it pass.
std::string refusal_of(const std::string& body, DriveOptions options = {});

}  // namespace sluice::testing
