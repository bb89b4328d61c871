// Random schedules against an honest channel. FlowDriver checks after every activation that no leg
// has two instructions in doubt, that success is covered, that nothing is held after a failure,
// that postings balance, and that the journal rebuilds the run.
#include <set>

#include <gtest/gtest.h>

#include "flows/schedule_world.hpp"
#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::SubjectStatus;

constexpr std::uint64_t kSeeds = SLUICE_SCHEDULES;

/// What the journal says, so that two runs of one schedule can be compared.
std::string journal_text(const FlowDriver& pay) {
    std::string text;
    for (const auto& row : pay.journal()) {
        text += format_rfc3339(row.at) + " " + row.body + "\n";
    }
    return text;
}

/// How many movements at channels our record believes to have come and not to have gone back.
int believed_at_channel(const FlowDriver& pay) {
    int believed = 0;
    for (const auto& each : pay.picture().instructions) {
        const bool is_there = each.kind == payment::LegKind::external &&
                              each.status == payment::InstructionStatus::succeeded;
        const bool comes = each.purpose == payment::Purpose::collect;
        believed += is_there ? (comes ? 1 : -1) : 0;
    }
    return believed;
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
        const bool is_over =
            pay.status() == SubjectStatus::failed || pay.status() == SubjectStatus::closed;
        ASSERT_EQ(world.payments_at_channel(), believed_at_channel(pay)) << journal_text(pay);
        ASSERT_EQ(is_over ? believed_at_channel(pay) : 0, 0) << journal_text(pay);
        ASSERT_EQ(pay.cases().empty(), pay.status() != SubjectStatus::compensating);
        ends.emplace(payment::to_string(pay.status()));
    }

    // A test that never saw one of the ends would prove nothing about it.
    for (const char* end : {"succeeded", "failed", "closed", "compensating"}) {
        EXPECT_GT(ends.count(end), kSeeds / 80) << end;
    }
}

/// Refunds of every shape: of several parts, with and without other ways, converted ones.
DriveOptions refund_of_shape(std::uint64_t shape) {
    if (shape % 5 == 0) {
        return conversion_of(5000);
    }
    DriveOptions options =
        refund_of_legs(5000, {"prepaid_card", "balance", "wx-a", "wx-b", "wx-a"});
    auto terms = usual_terms();
    terms.refund_parts_max = 50;
    terms.refund_may_repeat = shape % 7 != 0;
    options.terms = same_terms(terms);
    if (shape % 2 == 0) {
        name_balance_account(options);
    }
    if (shape % 3 == 0) {
        name_payee(options);
    }
    return options;
}

/// What is owed stands on 2202 and nowhere else; what left is what the channel and the accounts
/// got.
void expect_sound(const ScheduleWorld& world) {
    const FlowDriver& refund = world.pay();
    const std::int64_t given =
        refund.booked_on("2001") + refund.booked_on("2002") + refund.booked_on("2101");
    const std::int64_t out = -refund.booked_on("1101") - refund.booked_on("1103");
    ASSERT_EQ(out, world.gone_out());
    ASSERT_EQ(given - out, -refund.booked_on("2202"));
    ASSERT_EQ(refund.booked_on("2203"), 0);
    if (payment::is_final(refund.status())) {
        ASSERT_EQ(refund.booked_on("2202"), 0);
        const bool failed = refund.status() == SubjectStatus::failed;
        ASSERT_EQ(failed && out > 0, false) << "failed with money that left";
    }
}

TEST(RandomSchedules, OfRefundsGiveEachFenBackOnceByWhateverWay) {
    std::multiset<std::string> ends;

    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        DriveOptions options = refund_of_shape(seed);
        options.memory = seed % 4 == 0 ? Memory::dehydrated : Memory::stays;
        ScheduleWorld world(seed, std::move(options));
        world.play();

        ASSERT_EQ(world.pay().error(), "");
        ASSERT_TRUE(world.is_settled()) << journal_text(world.pay());
        expect_sound(world);
        ends.emplace(payment::to_string(world.pay().status()));
        for (const auto& each : world.pay().picture().instructions) {
            ends.emplace(std::string(payment::to_string(each.purpose)) + " " + each.channel);
        }
    }

    for (const char* end :
         {"succeeded",
          "failed",
          "pending",
          "payout wechatpay",
          "refund balance",
          "refund prepaid_card",
          "refund wechatpay"}) {
        EXPECT_GT(ends.count(end), kSeeds / 80) << end;
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
