#include <clocale>
#include <string>

#include <gtest/gtest.h>

#include "lua/diagnosis.hpp"
#include "lua/vm.hpp"

namespace sluice::lua {
namespace {

TEST(SelfTest, AcceptsThisInterpreter) {
    const auto result = self_test();

    EXPECT_TRUE(result) << result.error();
}

TEST(SelfTest, RefusesAnotherLocale) {
    if (std::setlocale(LC_ALL, "C.UTF-8") == nullptr) {
        FAIL() << "Debian always has the locale C.UTF-8";
    }
    const auto result = self_test();
    std::setlocale(LC_ALL, "C");

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), "the process runs in locale C.UTF-8, scripts need C");
}

TEST(Messages, AreSafeToShow) {
    EXPECT_EQ(printable("a\x01\x7f\xff"), "a\\x01\\x7f\\xff");
    EXPECT_EQ(printable("中文"), "中文");
    EXPECT_LE(printable(std::string(10'000, 'a')).size(), 2100U);
}

}  // namespace
}  // namespace sluice::lua
