#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lua/coroutine.hpp"
#include "lua/vm.hpp"

namespace sluice::lua::testing {

/// A script, and what a test expects of it.
struct ScriptCase {
    std::string source;
    std::string expected;
};

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

/// `host.wait(v)` waits with v, `host.echo(v)` gives v back, `host.fail()` and `host.wrong()` do
/// what they say.
VmSettings with_host();

/// "waiting|finished|failed VALUE", or the error.
std::string told(const std::expected<Progress, ScriptError>& progress);

}  // namespace sluice::lua::testing
