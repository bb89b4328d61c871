#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lua/vm.hpp"

namespace sluice::lua {

/// A file-level local that a function of the file assigns: state that would outlive a call.
struct CapturedAssignment {
    std::string name;
    int line = 0;
};

class Program : public std::enable_shared_from_this<Program> {
  public:
    std::string name;
    std::string source;
    /// Bytecode is not verified by Lua, so it lives in this process only and is never stored.
    std::string bytecode;
    std::optional<CapturedAssignment> captured;
    /// Names of locals that a function assigns which is not the one that declares them.
    std::vector<std::string> reassigned;
    int result_line = 0;  ///< of the last `return` outside of functions
};

/// `refused` when a function of the file assigns a local of the file: runs or calls that share what
/// the file returns would remember it.
std::expected<void, ScriptError> check_keeps_nothing(const Program& program);

}  // namespace sluice::lua
