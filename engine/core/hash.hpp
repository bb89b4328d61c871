#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// 128 bits that identify a text among honest texts: journal hashes, request bodies, bucket choice.
/// Equal on every node and in every version. Not a signature: see channel/crypto for those.
struct Hash128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const Hash128&, const Hash128&) = default;
};

[[nodiscard]] Hash128 hash128(std::string_view text, std::uint64_t seed = 0);
/// 32 lower-case hexadecimal characters.
[[nodiscard]] std::string to_hex(Hash128 hash);

}  // namespace sluice
