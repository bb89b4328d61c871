#pragma once

#include <string>

#include "core/result.hpp"
#include "flow/kernel.hpp"
#include "script/release.hpp"

namespace sluice::decision {

/// What a dry run is told of the world; everything else is made up.
struct DryWorld {
    flow::Decider decide;  ///< answers for every policy that the flow asks
    std::string method;    ///< of the payment's external leg
    std::string scene;
};

/// Takes the flow through made-up payments (it is paid, every channel refuses, an answer is lost
/// and the business closes, the bank refuses a hold or a capture), so that what it uses is proved
/// to exist before it meets money. `script` tells the first mistake with file, line and story; a
/// flow that waits for people passes. Pure; a few milliseconds.
Result<void> dry_run(
    const script::Release& release, const std::string& flow, const DryWorld& world
);

}  // namespace sluice::decision
