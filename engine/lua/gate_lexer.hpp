#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "lua/gate.hpp"

namespace sluice::lua {

/// One word of a script.
struct Token {
    enum class Kind { name, keyword, number, text, sign, end };
    Kind kind = Kind::end;
    int line = 1;
    std::string_view word;  ///< as written; of a text only its place
    std::string value;      ///< of a text: what it means

    [[nodiscard]] bool is(std::string_view expected) const {
        return (kind == Kind::keyword || kind == Kind::sign) && word == expected;
    }
    /// "'then'", "the text \"abc\"", "the end of the script".
    [[nodiscard]] std::string describe() const;
};

/// All words of a script, the last one being `end`. Refuses characters, texts and numbers that the
/// house rules do not allow. The words point into `source`.
std::expected<std::vector<Token>, Refusal> read_tokens(std::string_view source);

/// Writes the words anew, each on its line.
std::string write_tokens(const std::vector<Token>& tokens);

}  // namespace sluice::lua
