// A composite payment as its flow tells it: what is sent, held and posted, and when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/flow_driver.hpp"

namespace sluice::testing {
namespace {

using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<std::string> kCompositePostings{
    "debit 1101 wechatpay/wx-a 7000",
    "credit 2201 shop 7000",
    "debit 2002 card 3000",
    "credit 2201 shop 3000",
    "debit 2201 shop 10000",
    "credit 2101 shop 10000",
};

void expect_paid(const FlowDriver& pay) {
    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
    EXPECT_EQ(pay.picture().order.status, payment::OrderStatus::paid);
    EXPECT_EQ(pay.postings(), kCompositePostings);
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 3000", "capture 3000"));
    EXPECT_THAT(pay.cases(), IsEmpty());
}

TEST(PayFlow, HoldsTheCardAndAsksTheCheapestAccountInOneActivation) {
    FlowDriver pay;

    pay.start();

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::pending);
    EXPECT_EQ(pay.picture().subject.stage, "collect");
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 3000"));
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a"));
    EXPECT_THAT(pay.postings(), IsEmpty());
    EXPECT_EQ(pay.last().created.size(), 2U);
    EXPECT_FALSE(pay.last().finished);
    EXPECT_TRUE(pay.run().wake_at().has_value());
}

TEST(PayFlow, SucceedsWhenTheChannelAnswersAtOnce) {
    FlowDriver pay;
    pay.start();

    pay.answer(Operation::collect, paid(pay.instruction()));

    expect_paid(pay);
    EXPECT_TRUE(pay.last().finished);
    EXPECT_EQ(pay.steps().size(), 2U);
    EXPECT_FALSE(pay.run().wake_at().has_value());
}

TEST(PayFlow, WaitsForThePayerAndSucceedsWithTheCallback) {
    FlowDriver pay;
    pay.start();
    pay.answer(Operation::collect, qr_shown(pay.instruction()));
    EXPECT_EQ(pay.instruction().next_action.text_or_empty("type"), "qr_code");
    EXPECT_THAT(pay.postings(), IsEmpty());

    pay.call_back(paid(pay.instruction()));

    expect_paid(pay);
}

TEST(PayFlow, SucceedsWhenTheCallbackComesBeforeTheAnswer) {
    FlowDriver pay;
    pay.start();

    pay.call_back(paid(pay.instruction()));

    expect_paid(pay);
}

TEST(PayFlow, SendsTheSameOrderAgainWhenItNeverArrived) {
    FlowDriver pay;
    pay.start();
    const auto number = pay.instruction().id;
    pay.answer(Operation::collect, says(OutcomeKind::unknown, "closed"));
    pay.wake();

    pay.answer(Operation::query, says(OutcomeKind::not_found, "ORDER_NOT_EXIST"));

    EXPECT_EQ(pay.error(), "");
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "query wx-a", "collect wx-a"));
    EXPECT_EQ(pay.instruction().id, number);
    pay.answer(Operation::collect, qr_shown(pay.instruction()));
    EXPECT_EQ(pay.status_of(), "pending");
}

TEST(PayFlow, TakesRepeatedCallbacksOnce) {
    FlowDriver pay;
    pay.start();
    const auto callback = pay.callback_fact(paid(pay.instruction()));

    pay.feed({callback, callback, callback});

    expect_paid(pay);
}

TEST(PayFlow, AsksBySteppingDownTheLadderWhileThePayerActs) {
    FlowDriver pay;
    pay.start();
    pay.answer(Operation::collect, qr_shown(pay.instruction()));
    std::vector<std::int64_t> pauses;

    for (int turn = 0; turn < 5; ++turn) {
        const Time before = pay.now();
        pay.wake();
        pauses.push_back((pay.now() - before) / std::chrono::seconds(1));
        pay.answer(Operation::query, qr_shown(pay.instruction()));
    }

    EXPECT_THAT(pauses, ElementsAre(5, 10, 20, 40, 60));
}

TEST(PayFlow, IsNotPutOffByRepeatedCallbacksThatDecideNothing) {
    FlowDriver pay;
    pay.start();
    pay.answer(Operation::collect, qr_shown(pay.instruction()));
    const auto wakes = pay.run().wake_at();

    for (int i = 0; i < 3; ++i) {
        pay.pass(std::chrono::milliseconds(700));
        pay.call_back(qr_shown(pay.instruction()));
    }

    EXPECT_EQ(pay.run().wake_at(), wakes);
}

TEST(PayFlow, KeepsTheDecisionWithItsReasons) {
    FlowDriver pay;

    pay.start();

    ASSERT_EQ(pay.last().recorded.size(), 3U);
    const Value& route = pay.last().recorded[1].value;
    EXPECT_EQ(route.text_or_empty("policy"), "route");
    EXPECT_EQ(route.text_or_empty("release"), repository_release()->id.to_string());
    ASSERT_NE(route.find("facts"), nullptr);
    EXPECT_EQ(route.find("facts")->text_or_empty("method"), "wechatpay");
    const Value& first = route.find("accounts")->as_array()->front();
    EXPECT_EQ(first.text_or_empty("name"), "wx-a");
    EXPECT_EQ(first.text_or_empty("why"), "costs 38 basis points");
}

TEST(PayFlow, PaysFromCardsAloneInOneActivation) {
    FlowDriver pay({.legs = {card_leg(3000), card_leg(2000)}});

    pay.start();

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
    EXPECT_EQ(pay.steps().size(), 1U);
    EXPECT_THAT(pay.sent(), IsEmpty());
    EXPECT_THAT(
        pay.postings(),
        ElementsAre(
            "debit 2002 card 3000",
            "credit 2201 shop 3000",
            "debit 2002 card 2000",
            "credit 2201 shop 2000",
            "debit 2201 shop 5000",
            "credit 2101 shop 5000"
        )
    );
}

TEST(PayFlow, TakesBalancesFromTheirOwnAccountCode) {
    auto balance = card_leg(500);
    balance.method = "balance";
    FlowDriver pay({.legs = {balance}});

    pay.start();

    EXPECT_EQ(pay.postings().front(), "debit 2001 card 500");
}

TEST(PayFlow, PaysAtAChannelAlone) {
    FlowDriver pay({.legs = {external_leg(7000)}});
    pay.start();

    pay.answer(Operation::collect, paid(pay.instruction(1)));

    EXPECT_EQ(pay.status(), SubjectStatus::succeeded);
    EXPECT_THAT(pay.hold_steps(), IsEmpty());
    EXPECT_THAT(
        pay.postings(),
        ElementsAre(
            "debit 1101 wechatpay/wx-a 7000",
            "credit 2201 shop 7000",
            "debit 2201 shop 7000",
            "credit 2101 shop 7000"
        )
    );
}

TEST(PayFlow, FailsWithNothingSentWhenTheCardHasTooLittle) {
    FlowDriver pay;
    pay.bank = [](const flow::AccountStep&) { return "insufficient_balance"; };

    pay.start();

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_EQ(pay.picture().subject.failure_code, "insufficient_balance");
    EXPECT_THAT(pay.sent(), IsEmpty());
    EXPECT_THAT(pay.postings(), IsEmpty());
    EXPECT_EQ(pay.status_of(1), "refused");
}

TEST(PayFlow, ReleasesTheFirstCardWhenTheSecondHasTooLittle) {
    FlowDriver pay({.legs = {card_leg(3000), card_leg(2000)}});
    pay.bank = [](const flow::AccountStep& step) {
        return step.amount.minor() == 2000 ? "insufficient_balance" : "";
    };

    pay.start();

    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 3000", "release 3000"));
    EXPECT_EQ(pay.status_of(1), "released");
}

TEST(PayFlow, FailsWhatRiskForbidsBeforeAnythingIsHeld) {
    FlowDriver pay({.legs = {card_leg(5'000'001)}});

    pay.start();

    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_EQ(pay.picture().subject.failure_code, "over_limit");
    EXPECT_THAT(pay.hold_steps(), IsEmpty());
}

TEST(PayFlow, GivesBackWhatWasCollectedWhenTheCardIsClosedBeforeCapture) {
    FlowDriver pay;
    pay.start();
    pay.bank = [](const flow::AccountStep& step) {
        return step.kind == flow::AccountStep::Kind::capture ? "account_closed" : "";
    };

    pay.answer(Operation::collect, paid(pay.instruction()));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::compensating);
    EXPECT_EQ(pay.picture().subject.failure_code, "account_closed");
    EXPECT_THAT(
        pay.postings(),
        ElementsAre(
            "debit 1101 wechatpay/wx-a 7000",
            "credit 2201 shop 7000",
            "debit 2201 shop 7000",
            "credit 2202 shop 7000"
        )
    );
    EXPECT_THAT(pay.hold_steps(), ElementsAre("hold 3000", "release 3000"));
    EXPECT_THAT(pay.sent(), ElementsAre("collect wx-a", "refund wx-a"));
    EXPECT_FALSE(pay.last().finished);

    pay.answer(Operation::refund, paid(pay.instruction(0)));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_THAT(pay.cases(), IsEmpty());
    EXPECT_THAT(
        std::vector<std::string>(pay.postings().begin() + 4, pay.postings().end()),
        ElementsAre("debit 2202 shop 7000", "credit 1101 wechatpay/wx-a 7000")
    );
}

TEST(PayFlow, StaysCompensatingWhileNobodyKnowsWhatBecameOfTheMoneyGivenBack) {
    FlowDriver pay;
    pay.start();
    pay.bank = [](const flow::AccountStep& step) {
        return step.kind == flow::AccountStep::Kind::capture ? "account_closed" : "";
    };
    pay.answer(Operation::collect, paid(pay.instruction()));

    pay.answer(Operation::refund, says(OutcomeKind::unknown));
    for (int turn = 0; turn < 30; ++turn) {
        pay.wake();
        pay.answer(Operation::refund_query, says(OutcomeKind::unknown));
    }

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::compensating);
    EXPECT_THAT(pay.cases(), ElementsAre("needs_operator 7000"));
}

TEST(PayFlow, StaysCompensatingWhenNoWayTakesTheMoneyBack) {
    FlowDriver pay;
    pay.start();
    pay.bank = [](const flow::AccountStep& step) {
        return step.kind == flow::AccountStep::Kind::capture ? "account_closed" : "";
    };
    pay.answer(Operation::collect, paid(pay.instruction()));

    pay.answer(Operation::refund, says(OutcomeKind::refused, "USER_ACCOUNT_ABNORMAL"));

    EXPECT_EQ(pay.error(), "");
    EXPECT_EQ(pay.status(), SubjectStatus::compensating);
    EXPECT_THAT(pay.cases(), ElementsAre("refund_due 7000"));
    EXPECT_FALSE(pay.last().finished);
}

TEST(PayFlow, GivesTheFirstCardBackWhenTheSecondIsClosedBeforeCapture) {
    FlowDriver pay({.legs = {card_leg(3000), card_leg(2000)}});
    pay.bank = [](const flow::AccountStep& step) {
        const bool second = step.amount.minor() == 2000;
        return second && step.kind == flow::AccountStep::Kind::capture ? "account_closed" : "";
    };

    pay.start();

    EXPECT_EQ(pay.status(), SubjectStatus::failed);
    EXPECT_THAT(
        pay.hold_steps(),
        ElementsAre("hold 3000", "hold 2000", "capture 3000", "release 2000", "give 3000")
    );
    EXPECT_THAT(pay.cases(), IsEmpty());
}

}  // namespace
}  // namespace sluice::testing
