#include "lua/gate.hpp"

#include <utility>

#include "lua/gate_characters.hpp"
#include "lua/gate_lexer.hpp"
#include "lua/gate_parser.hpp"

namespace sluice::lua {

std::expected<Gated, Refusal> pass_gate(std::string_view source) {
    if (source.size() > kSourceMax) {
        return std::unexpected(Refusal{0, "the script is longer than 64 KiB"});
    }
    if (auto forbidden = find_forbidden_character(source); forbidden) {
        return std::unexpected(std::move(*forbidden));
    }
    auto tokens = read_tokens(source);
    if (!tokens) {
        return std::unexpected(std::move(tokens).error());
    }
    GateParser parser(*tokens);
    parser.parse();
    if (const auto& refusal = parser.refusal()) {
        return std::unexpected(*refusal);
    }
    return Gated{
        write_tokens(*tokens), parser.captured(), parser.reassigned(), parser.result_line()
    };
}

}  // namespace sluice::lua
