#include "core/secret.hpp"

#include <sstream>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Secret, PrintsStarsAndRevealsOnlyOnRequest) {
    const Secret<std::string> key(std::string("sk_live_1"));
    std::ostringstream out;

    out << key;

    EXPECT_EQ(out.str(), "***");
    EXPECT_EQ(key.reveal(), "sk_live_1");
}

TEST(Secret, DoesNotTurnIntoItsValueByItself) {
    static_assert(!std::is_convertible_v<Secret<std::string>, std::string>);
    static_assert(!std::is_convertible_v<std::string, Secret<std::string>>);
    SUCCEED();
}

TEST(Secret, ComparesByItsValue) {
    EXPECT_EQ(Secret<int>(1), Secret<int>(1));
    EXPECT_NE(Secret<int>(1), Secret<int>(2));
}

}  // namespace
}  // namespace sluice
