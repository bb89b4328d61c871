#include "core/random.hpp"

#include <set>

#include <gtest/gtest.h>

namespace sluice {
namespace {

/// Gives one word again and again.
class FixedRandom final : public Random {
  public:
    std::uint64_t next() override { return 0x0807060504030201; }
};

TEST(SeededRandom, RepeatsForTheSameSeed) {
    SeededRandom first(5);
    SeededRandom second(5);
    SeededRandom other(6);

    for (int i = 0; i < 100; ++i) {
        const auto word = first.next();
        ASSERT_EQ(word, second.next());
        ASSERT_NE(word, other.next());
    }
}

TEST(SystemRandom, DoesNotRepeatItself) {
    SystemRandom one;
    SystemRandom two;
    std::set<std::uint64_t> seen;

    for (int i = 0; i < 1000; ++i) {
        ASSERT_TRUE(seen.insert(one.next()).second);
        ASSERT_TRUE(seen.insert(two.next()).second);
    }
}

TEST(SystemRandom, UsesAllItsBits) {
    SystemRandom random;
    std::uint64_t ever_one = 0;
    std::uint64_t ever_zero = 0;

    for (int i = 0; i < 200; ++i) {
        const auto word = random.next();
        ever_one |= word;
        ever_zero |= ~word;
    }

    EXPECT_EQ(ever_one, ~std::uint64_t{0});
    EXPECT_EQ(ever_zero, ~std::uint64_t{0});
}

TEST(RandomHex, WritesTwoCharactersAByte) {
    FixedRandom random;

    EXPECT_EQ(random_hex(random, 0), "");
    EXPECT_EQ(random_hex(random, 3), "010203");
    EXPECT_EQ(random_hex(random, 10), "01020304050607080102");
}

}  // namespace
}  // namespace sluice
