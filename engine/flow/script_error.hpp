#pragma once

#include <string>

#include "core/result.hpp"
#include "lua/vm.hpp"

namespace sluice::flow {

/// A script's error as the error of a run: its subject is the file and the line.
[[nodiscard]] inline Error script_error(const lua::ScriptError& error) {
    return {ErrorCode::script, error.describe(), error.script + ":" + std::to_string(error.line)};
}

}  // namespace sluice::flow
