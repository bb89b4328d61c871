#include "payment/payer.hpp"

#include <tuple>

#include <gtest/gtest.h>

#include "payment/outcome.hpp"

namespace sluice::payment {
namespace {

TEST(Payer, IsTheSameOrAnotherOnlyAmongIdsThatCanBeCompared) {
    const std::tuple<const char*, const char*, SamePayer> rows[] = {
        {"a.1", "a.1", SamePayer::yes},
        {"a.1", "a.2", SamePayer::no},
        {"a.1", "b.1", SamePayer::unknown},
        {"a.1", "ab.1", SamePayer::unknown},
        {"a.1", "", SamePayer::unknown},
        {"", "a.1", SamePayer::unknown},
        {"", "", SamePayer::unknown},
    };
    for (const auto& [one, other, expected] : rows) {
        EXPECT_EQ(is_same_payer(one, other), expected) << one << " and " << other;
    }
}

TEST(Payer, IsKeptWithTheOutcomeThatNamesHim) {
    Outcome outcome;
    outcome.kind = OutcomeKind::succeeded;
    EXPECT_EQ(to_value(outcome).find("payer"), nullptr);
    outcome.payer = "a.1";

    const auto read = outcome_from_value(to_value(outcome));

    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read->payer, "a.1");
}

}  // namespace
}  // namespace sluice::payment
