#include "core/invariant.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(InvariantDeathTest, AbortsAndNamesTheExpressionAndThePlace) {
    const int legs = 2;

    EXPECT_DEATH(
        SLUICE_INVARIANT(legs == 3), "invariant broken: legs == 3 at .*invariant_test.cpp:"
    );
}

TEST(Invariant, LetsATruePromisePass) {
    int evaluated = 0;

    SLUICE_INVARIANT(++evaluated == 1);

    EXPECT_EQ(evaluated, 1);
}

}  // namespace
}  // namespace sluice
