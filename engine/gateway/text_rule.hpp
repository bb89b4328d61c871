#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/value.hpp"

namespace sluice::gateway {

/// How long a text may be, in characters (not bytes), and of what.
struct TextRule {
    enum class Charset {
        any,   ///< everything but control characters
        token  ///< A-Z a-z 0-9 . _ -
    };
    std::size_t min = 1;
    std::size_t max = 64;
    Charset charset = Charset::any;
};

/// "1 to 64 characters".
[[nodiscard]] std::string describe_range(const TextRule& rule);
/// Why the text breaks the rule; nullopt when it does not.
[[nodiscard]] std::optional<std::string> find_fault(std::string_view text, const TextRule& rule);

/// A JSON value as a message may show it: at most 48 bytes, cut between characters.
[[nodiscard]] std::string show(const Value& value);

/// Bytes from a path, query or header as a message may show them: at most 48, '?' for what is not
/// printable ASCII.
[[nodiscard]] std::string show_bytes(std::string_view bytes);

}  // namespace sluice::gateway
