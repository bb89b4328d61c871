#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/value.hpp"
#include "lua/vm.hpp"

namespace sluice::script {

/// One file to be tried, as its author has it before anything uses it.
struct TryRequest {
    std::string name;  ///< what errors show
    std::string source;
    std::optional<Value> facts;  ///< what a returned function is called with
    lua::Limits limits;
};

enum class TryOutcome { ok, refused, aborted, error };

/// How the try ended. `value` only when ok; message, script, line, excerpt only when not.
struct TryResult {
    TryOutcome outcome = TryOutcome::ok;
    Value value;
    std::string message;
    std::string script;
    int line = 0;
    std::string excerpt;
    std::chrono::microseconds elapsed{0};
    std::size_t memory_bytes = 0;

    /// {outcome, value, message, script, line, elapsed_ms} with nothing left out.
    [[nodiscard]] Value to_value() const;
    /// The result as JSON, or the error with its lines, as a person reads it; ends with a newline.
    [[nodiscard]] std::string describe() const;
};

[[nodiscard]] std::string_view to_string(TryOutcome outcome);

/// Runs the script in the sandbox that production uses, without libraries and host functions. When
/// it returns a function, that is called with the facts; any other value is the result itself,
/// without the functions in it. Blocks for at most about the wall limit.
[[nodiscard]] TryResult try_script(const TryRequest& request);

}  // namespace sluice::script
