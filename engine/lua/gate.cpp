#include "lua/gate.hpp"

namespace sluice::lua {

std::expected<Gated, Refusal> pass_gate(std::string_view source) {
    if (source.size() > kSourceMax) {
        return std::unexpected(Refusal{0, "the script is longer than 64 KiB"});
    }
    return Gated{std::string(source), std::nullopt};
}

}  // namespace sluice::lua
