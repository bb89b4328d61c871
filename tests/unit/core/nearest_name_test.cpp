#include "core/nearest_name.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace sluice {
namespace {

std::string nearest(std::string_view given, const std::vector<std::string>& names) {
    NearestName search(given);
    for (const std::string& name : names) {
        search.consider(name);
    }
    return search.best();
}

TEST(NearestName, IsWithinTwoEdits) {
    EXPECT_EQ(nearest("thread", {"threads", "listen"}), "threads");
    EXPECT_EQ(nearest("threasd", {"threads"}), "threads");
    EXPECT_EQ(nearest("conninof", {"conninfo"}), "conninfo");
    EXPECT_EQ(nearest("merchant_idd", {"merchant_id"}), "merchant_id");
}

TEST(NearestName, IsNothingWhenAllAreFar) {
    EXPECT_EQ(nearest("workers", {"listen", "threads"}), "");
    EXPECT_EQ(nearest("merchant", {"merchant_id"}), "");
    EXPECT_EQ(nearest("anything", {}), "");
    EXPECT_EQ(nearest("", {"a", "ab"}), "");
}

TEST(NearestName, DoesNotTurnOneShortWordIntoAnother) {
    EXPECT_EQ(nearest("ab", {"cd"}), "");
    EXPECT_EQ(nearest("key", {"kay"}), "kay");
    EXPECT_EQ(nearest("key", {"kin"}), "");
}

TEST(NearestName, CountsASwapOfNeighboursAsOneEdit) {
    EXPECT_EQ(nearest("naem", {"name", "game"}), "name");
}

TEST(NearestName, DoesNotDependOnTheOrderOfTheNames) {
    EXPECT_EQ(nearest("stagf", {"stage", "staff"}), "staff");
    EXPECT_EQ(nearest("stagf", {"staff", "stage"}), "staff");
}

TEST(NearestName, DoesNotCompareTextsOfAnyLength) {
    const std::string long_name(100'000, 'a');

    EXPECT_EQ(nearest(long_name, {long_name + "b"}), "");
}

TEST(NearestName, TellsItselfAsAHint) {
    constexpr std::array<std::string_view, 2> kNames{"listen", "threads"};

    EXPECT_EQ(did_you_mean("lisen", kNames), " - did you mean 'listen'?");
    EXPECT_EQ(did_you_mean("workers", kNames), "");
}

}  // namespace
}  // namespace sluice
