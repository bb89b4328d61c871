#include "core/hash.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace sluice {
namespace {

// MurmurHash3 x64 128 (public domain algorithm by Austin Appleby), little-endian.
constexpr std::uint64_t kC1 = 0x87c37b91114253d5ULL;
constexpr std::uint64_t kC2 = 0x4cf5ad432745937fULL;

std::uint64_t finish(std::uint64_t k) {
    k ^= k >> 33;
    k *= 0xff51afd7ed558ccdULL;
    k ^= k >> 33;
    k *= 0xc4ceb9fe1a85ec53ULL;
    k ^= k >> 33;
    return k;
}

std::uint64_t mix_low(std::uint64_t k) { return std::rotl(k * kC1, 31) * kC2; }
std::uint64_t mix_high(std::uint64_t k) { return std::rotl(k * kC2, 33) * kC1; }

}  // namespace

Hash128 hash128(std::string_view text, std::uint64_t seed) {
    std::uint64_t h1 = seed;
    std::uint64_t h2 = seed;
    std::string_view rest = text;
    while (rest.size() >= 16) {
        std::array<std::uint64_t, 2> block{};
        std::memcpy(block.data(), rest.data(), 16);
        h1 = (std::rotl(h1 ^ mix_low(block[0]), 27) + h2) * 5 + 0x52dce729;
        h2 = (std::rotl(h2 ^ mix_high(block[1]), 31) + h1) * 5 + 0x38495ab5;
        rest.remove_prefix(16);
    }
    std::array<std::uint64_t, 2> tail{};
    if (!rest.empty()) {
        std::memcpy(tail.data(), rest.data(), rest.size());
        h2 ^= mix_high(tail[1]);
        h1 ^= mix_low(tail[0]);
    }
    h1 ^= text.size();
    h2 ^= text.size();
    h1 += h2;
    h2 += h1;
    h1 = finish(h1);
    h2 = finish(h2);
    h1 += h2;
    h2 += h1;
    return {h1, h2};
}

std::string to_hex(Hash128 hash) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text(32, '0');
    for (std::size_t i = 0; i < 16; ++i) {
        text[15 - i] = kDigits[(hash.high >> (4 * i)) & 15];
        text[31 - i] = kDigits[(hash.low >> (4 * i)) & 15];
    }
    return text;
}

}  // namespace sluice
