#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "core/value.hpp"
#include "http/client.hpp"
#include "http/message.hpp"
#include "lua/vm.hpp"

namespace sluice::simulator {

/// A script in which a tester says what the channels shall do: testers/README.md.
struct TesterScript {
    std::string name;  ///< what errors show
    std::string source;
    std::chrono::milliseconds time_max{60'000};
};

/// Where a tester's script reaches a simulator, and who hears what it says.
struct TesterDoor {
    /// To the control API; `target` alone says where. May block.
    std::function<http::ClientResult(const http::Request&)> control;
    std::function<void(std::string_view line)> say;
};

/// Runs it in the sandbox that production uses, with the library `psp` and nothing else. What it
/// returned; null when that is nothing. Blocks until it ends, for as long as it waits, at most for
/// about its time.
[[nodiscard]] std::expected<Value, lua::ScriptError> run_tester_script(
    const TesterScript& script, const TesterDoor& door
);

/// testers/psp.lua
[[nodiscard]] std::string_view tester_library();

}  // namespace sluice::simulator
