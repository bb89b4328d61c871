#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lua/vm.hpp"

namespace sluice::lua::testing {

/// What a whole script `test.lua` returned, as JSON, or "refused|aborted|error LINE: message".
std::string run(std::string_view source);

/// The same for the function that the script returns, called with `facts`.
std::string run_with(std::string_view source, const Value& facts);

/// A program that must compile.
ProgramPtr program(std::string_view name, std::string_view source);

/// "error 3: message".
std::string describe(const ScriptError& error);

/// A Vm with libraries and host tables, limits wide enough for slow builds.
std::unique_ptr<Vm> open(VmSettings settings);

}  // namespace sluice::lua::testing
