#include "core/hash.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Hash128, MatchesThePublishedMurmur3Values) {
    EXPECT_EQ(to_hex(hash128("")), "00000000000000000000000000000000");
    EXPECT_EQ(to_hex(hash128("hello")), "cbd8a7b341bd9b025b1e906a48ae1d19");
    EXPECT_EQ(
        to_hex(hash128("The quick brown fox jumps over the lazy dog")),
        "e34bbc7bbc071b6c7a433ca9c49a9347"
    );
}

TEST(Hash128, DiffersForEachLengthOfTail) {
    std::set<std::string> seen;

    for (std::size_t size = 0; size <= 48; ++size) {
        EXPECT_TRUE(seen.insert(to_hex(hash128(std::string(size, 'a')))).second) << size;
    }
}

TEST(Hash128, DependsOnTheSeed) { EXPECT_NE(hash128("order", 1), hash128("order", 2)); }

TEST(Hash128, SeesBytesBehindANul) {
    EXPECT_NE(hash128(std::string_view("a\0b", 3)), hash128(std::string_view("a\0c", 3)));
}

TEST(Hash128, DoesNotDependOnTheAlignmentOfItsInput) {
    const std::string text = "0123456789abcdef0123456789abcdef tail";
    const Hash128 expected = hash128(text);

    for (std::size_t shift = 1; shift < 8; ++shift) {
        const std::string moved = std::string(shift, '#') + text;
        EXPECT_EQ(hash128(std::string_view(moved).substr(shift)), expected) << shift;
    }
}

TEST(Hash128, PrintsLeadingZeros) {
    EXPECT_EQ(to_hex(Hash128{1, 0xab}), "000000000000000100000000000000ab");
}

}  // namespace
}  // namespace sluice
