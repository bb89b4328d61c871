#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lua/program.hpp"

namespace sluice::lua {

inline constexpr std::size_t kSourceMax = 64U << 10;

/// Why a script is not let in, in words of its author.
struct Refusal {
    int line = 0;
    std::string message;
};

/// What passed: the source written anew from its tokens, each on the line it had, so that gate and
/// interpreter cannot read a text or a comment differently.
struct Gated {
    std::string source;
    std::optional<CapturedAssignment> captured;
    std::vector<std::string> reassigned;  ///< as in Program
    int result_line = 0;
};

/// Reads a whole script by the grammar and the house rules: no goto, attributes, bit operators,
/// '^', _ENV, _G, global assignments, comparison as an index, and limits on size and nesting.
std::expected<Gated, Refusal> pass_gate(std::string_view source);

}  // namespace sluice::lua
