// "No such order" and a second collect: the channel's terms decide, whatever a script says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/hostile_flow.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Does the next thing with every event it gets: close, query, conclude... as the list says.
std::string scripted(const std::string& steps) {
    return hostile(
        "for _, what in ipairs { " + steps +
        " } do kernel.wait() "
        "if what == 'conclude' then kernel.conclude_absent(sent) "
        "elseif what ~= 'nothing' then kernel.exchange(sent, what) end end "
        "while true do kernel.wait() end"
    );
}

void nudge(FlowDriver& pay) {
    flow::Fact wish;
    wish.kind = flow::Fact::Kind::close_requested;
    pay.feed({wish});
}

/// Unknown after the collect, closed, and asked `later` after the collect was over.
FlowDriver asked_after_a_close(const std::string& then, seconds later) {
    FlowDriver pay = drive_hostile(scripted("'close', 'nothing', 'query', " + then));
    pay.start();
    pay.pass(seconds(30));
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    pay.answer(Operation::close, says(OutcomeKind::not_found));
    pay.pass(later);
    nudge(pay);
    return pay;
}

TEST(KernelAbsence, IsConcludedFromAQueryAskedAfterTheCloseAndTheChannelsDelay) {
    FlowDriver pay = asked_after_a_close("'conclude'", seconds(60));

    pay.answer(Operation::query, says(OutcomeKind::not_found));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status_of(), "closed");
}

TEST(KernelAbsence, IsNotConcludedFromAQueryThatWasAskedASecondTooSoon) {
    FlowDriver pay = asked_after_a_close("'conclude'", seconds(59));

    pay.answer(Operation::query, says(OutcomeKind::not_found));

    EXPECT_EQ(pay.status_of(), "unknown");
}

TEST(KernelAbsence, IsNotConcludedFromAQueryAskedTooSoonAndAnsweredLate) {
    FlowDriver pay = asked_after_a_close("'conclude'", seconds(59));
    pay.pass(seconds(20));

    pay.answer(Operation::query, says(OutcomeKind::not_found));

    EXPECT_EQ(pay.status_of(), "unknown") << "what counts is when it was asked";
}

TEST(KernelAbsence, IsNotConcludedFromAnOldAnswerByWaiting) {
    FlowDriver pay = asked_after_a_close("'nothing', 'conclude'", seconds(1));
    pay.answer(Operation::query, says(OutcomeKind::not_found));

    pay.pass(std::chrono::hours(1));
    nudge(pay);

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status_of(), "unknown") << "the answer is as old as its question";
}

TEST(KernelAbsence, IsNotConcludedWithoutAClose) {
    FlowDriver pay = drive_hostile(scripted("'query', 'conclude'"));
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    pay.pass(std::chrono::hours(1));

    pay.answer(Operation::query, says(OutcomeKind::not_found));

    EXPECT_EQ(pay.status_of(), "unknown");
}

TEST(KernelAbsence, IsForgottenWhenTheCollectGoesOutAgain) {
    FlowDriver pay = asked_after_a_close("'collect', 'conclude'", seconds(60));
    pay.answer(Operation::query, says(OutcomeKind::not_found));
    ASSERT_TRUE(pay.open_exchange(Operation::collect).has_value());

    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status_of(), "unknown") << "the second collect may have created the order";
}

TEST(KernelAbsence, WantsAnotherCloseWhenTheCollectWentOutAgain) {
    FlowDriver pay = asked_after_a_close("'collect', 'nothing', 'query', 'conclude'", seconds(60));
    pay.answer(Operation::query, says(OutcomeKind::not_found));
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    pay.pass(std::chrono::hours(1));
    nudge(pay);
    ASSERT_TRUE(pay.open_exchange(Operation::query).has_value());

    pay.answer(Operation::query, says(OutcomeKind::not_found));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status_of(), "unknown") << "the close was of the first collect";
}

TEST(KernelRepeat, IsRefusedWhereTheChannelTakesNoRequestTwice) {
    FlowDriver pay = drive_hostile(
        scripted("'collect'"), {.terms = same_terms({"1900000109", false, seconds(60)})}
    );
    pay.start();

    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));

    EXPECT_THAT(pay.error(), HasSubstr("and its channel takes no request twice: query it instead"));
}

TEST(KernelRepeat, IsNotAskedForByTheVerbsWhereTheChannelForbidsIt) {
    FlowDriver pay({.terms = same_terms({"1900000109", false, seconds(60)})});
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    pay.wake();

    pay.answer(Operation::query, says(OutcomeKind::pending, "NOTPAY"));

    EXPECT_EQ(pay.error(), "");
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "query wx-a"));
}

TEST(KernelTermsInTheJournal, AreThoseOfTheBeginningForEver) {
    int asked = 0;
    FlowDriver pay({
        .memory = Memory::dehydrated,
        .terms =
            [&asked](const flow::ChannelAddress&) {
                ++asked;
                return flow::ChannelTerms{"1900000109", true, seconds(60)};
            },
    });

    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "timeout"));
    pay.wake();

    EXPECT_EQ(asked, 1) << "a rebuilt run takes them from its journal";
    EXPECT_EQ(pay.instruction().merchant, "1900000109");
}

}  // namespace
}  // namespace sluice::testing
