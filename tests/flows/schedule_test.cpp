// Random schedules against an honest channel. FlowDriver checks after every activation that no leg
// has two instructions in doubt, that success is covered, that nothing is held after a failure,
// that postings balance, and that the journal rebuilds the run.
#include <set>

#include <gtest/gtest.h>

#include "flows/schedule_world.hpp"

namespace sluice::testing {
namespace {

using payment::SubjectStatus;

constexpr std::uint64_t kSeeds = 400;

/// What the journal says, so that two runs of one schedule can be compared.
std::string journal_text(const FlowDriver& pay) {
    std::string text;
    for (const auto& row : pay.journal()) {
        text += format_rfc3339(row.at) + " " + row.body + "\n";
    }
    return text;
}

TEST(RandomSchedules, EndWithOurBooksAndTheChannelsInAgreement) {
    std::multiset<std::string> ends;

    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        ScheduleWorld world(seed, Memory::stays);
        world.play();
        const FlowDriver& pay = world.pay();

        ASSERT_EQ(pay.error(), "");
        ASSERT_TRUE(world.is_settled()) << journal_text(pay);
        const bool has_money =
            pay.status() == SubjectStatus::succeeded || pay.status() == SubjectStatus::compensating;
        ASSERT_EQ(world.payments_at_channel(), has_money ? 1 : 0) << journal_text(pay);
        ASSERT_EQ(pay.cases().size(), pay.status() == SubjectStatus::compensating ? 1U : 0U);
        ends.emplace(payment::to_string(pay.status()));
    }

    // A test that never saw one of the ends would prove nothing about it.
    for (const char* end : {"succeeded", "failed", "closed", "compensating"}) {
        EXPECT_GT(ends.count(end), 5U) << end;
    }
}

TEST(RandomSchedules, GoTheSameWayWhenTheRunLeavesMemoryAfterEveryActivation) {
    for (std::uint64_t seed = 1; seed <= kSeeds / 4; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        ScheduleWorld live(seed, Memory::stays);
        ScheduleWorld rebuilt(seed, Memory::dehydrated);

        live.play();
        rebuilt.play();

        ASSERT_EQ(journal_text(live.pay()), journal_text(rebuilt.pay()));
        ASSERT_EQ(describe(live.pay().run()), describe(rebuilt.pay().run()));
    }
}

}  // namespace
}  // namespace sluice::testing
