#include "core/error.hpp"

#include <set>

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(ErrorCode, HasOneDistinctNameForEachKind) {
    std::set<std::string_view> names;

    for (int i = 0; i <= static_cast<int>(ErrorCode::script); ++i) {
        const auto name = to_string(static_cast<ErrorCode>(i));
        EXPECT_FALSE(name.empty());
        EXPECT_TRUE(names.insert(name).second) << name;
    }

    EXPECT_EQ(names.size(), 12U);
}

TEST(ErrorCode, IsSpelledAsItsEnumerator) {
    EXPECT_EQ(to_string(ErrorCode::invalid), "invalid");
    EXPECT_EQ(to_string(ErrorCode::not_found), "not_found");
    EXPECT_EQ(to_string(ErrorCode::unknown), "unknown");
    EXPECT_EQ(to_string(ErrorCode::nondeterminism), "nondeterminism");
    EXPECT_EQ(to_string(ErrorCode::script), "script");
}

}  // namespace
}  // namespace sluice
