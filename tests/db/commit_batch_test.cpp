// The one statement that writes a batch, called as the worker calls it but with activations that
// no flow would ask for.
#include "db/commit_fixture.hpp"

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using worker::Batch;
using Refusals = CommitRefusals;

class CommitBatch : public CommitFixture {};

TEST_F(CommitBatch, WritesNothingOfARefusedActivationAndAllOfItsNeighbours) {
    const AccountId rich = given_card(10'000);
    const AccountId poor = given_card(999);
    HandMade first = payment_from(rich, 1'000).begins();
    HandMade refused = payment_from(poor, 1'000).begins();
    HandMade last = payment_from(rich, 2'000).begins();

    const Refusals refusals = commit(first, refused, last);

    ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
    ASSERT_THAT(*refusals, SizeIs(1));
    EXPECT_EQ((*refusals)[0].activation, 1U);
    EXPECT_EQ((*refusals)[0].ordinal, 1U);
    EXPECT_EQ((*refusals)[0].reason, "insufficient_balance");
    for (const char* table : {"orders", "payment", "instruction", "flow_run", "flow_journal"}) {
        EXPECT_EQ(count(table), 2) << table;
        EXPECT_EQ(
            number(
                "SELECT count(*) FROM sluice." + std::string(table) + " t WHERE t::text LIKE '%" +
                refused.payment().raw().to_uuid() + "%'"
            ),
            0
        ) << table;
    }
    EXPECT_EQ(held(), 3'000);
}

TEST_F(CommitBatch, GivesTheRestOfACardToWhoeverIsNextInTheBatch) {
    const AccountId card = given_card(1'000);
    HandMade first = payment_from(card, 700).begins();
    HandMade too_much = payment_from(card, 301).begins();
    HandMade fits = payment_from(card, 300).begins();

    const Refusals refusals = commit(first, too_much, fits);

    ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
    ASSERT_THAT(*refusals, SizeIs(1));
    EXPECT_EQ((*refusals)[0].activation, 1U);
    EXPECT_EQ(held(), 1'000);
}

TEST_F(CommitBatch, TellsARepeatedOrderNumberAsAResult) {
    const AccountId card = given_card(10'000);
    HandMade first = payment_from(card, 100).begins();
    given(first);
    HandMade repeat = payment_from(card, 100).begins();
    repeat.start.picture.order.merchant_order_number = first.picture.order.merchant_order_number;
    HandMade other = payment_from(card, 100).begins();

    const Refusals refusals = commit(repeat, other);

    ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
    ASSERT_THAT(*refusals, SizeIs(1));
    EXPECT_EQ((*refusals)[0].reason, "order_exists");
    EXPECT_EQ((*refusals)[0].ordinal, 0U);
    EXPECT_EQ((*refusals)[0].other, first.picture.order.id.raw());
    EXPECT_EQ((*refusals)[0].other_hash, first.start.order_hash);
    EXPECT_EQ(count("orders"), 2);
}

TEST_F(CommitBatch, TellsARepeatedIdempotencyKeyAsAResult) {
    const AccountId card = given_card(10'000);
    HandMade first = payment_from(card, 100).begins();
    first.start.idempotency_key = "key-1";
    given(first);
    HandMade repeat = payment_from(card, 100).begins();
    repeat.start.idempotency_key = "key-1";

    const Refusals refusals = commit(repeat);

    ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
    ASSERT_THAT(*refusals, SizeIs(1));
    EXPECT_EQ((*refusals)[0].reason, "key_exists");
    EXPECT_EQ((*refusals)[0].other, first.payment().raw());
}

TEST_F(CommitBatch, LeavesEveryRowOfEveryTableAsItWasWhenAllOfItIsRefused) {
    const AccountId rich = given_card(10'000);
    const AccountId poor = given_card(999);
    HandMade first = payment_from(rich, 100).begins();
    first.start.idempotency_key = "key-1";
    given(first);
    given(first.captures());
    HandMade too_much = payment_from(poor, 1'000).begins();
    HandMade same_number = payment_from(rich, 100).begins();
    same_number.start.picture.order.merchant_order_number =
        first.picture.order.merchant_order_number;
    HandMade same_key = payment_from(rich, 100).begins();
    same_key.start.idempotency_key = "key-1";
    const auto before = prints();

    // Alone and together: a batch takes another way once something of it is refused.
    EXPECT_THAT(commit(too_much).value(), SizeIs(1));
    EXPECT_EQ(prints(), before);
    EXPECT_THAT(commit(same_number).value(), SizeIs(1));
    EXPECT_THAT(commit(same_key).value(), SizeIs(1));
    EXPECT_EQ(prints(), before);
    EXPECT_THAT(commit(same_number, too_much, same_key).value(), SizeIs(3));
    EXPECT_EQ(prints(), before);

    HandMade fits = payment_from(rich, 100).begins();
    given(fits);
    EXPECT_NE(prints(), before) << "the prints tell nothing";
}

TEST_F(CommitBatch, RefusesAStaleWriterWithAllItBrought) {
    const AccountId card = given_card(10'000);
    HandMade run = payment_from(card, 100).begins();
    given(run);
    HandMade stale = payment_from(card, 200).begins();
    given(stale);
    given(run.goes_on());
    stale.goes_on();
    stale.goes_on();
    HandMade bystander = payment_from(card, 300).begins();

    batch_.clear();
    batch_.add(run.activated());
    batch_.add(bystander.activated());
    const Refusals twice = batch_.commit(connection_);
    ASSERT_FALSE(twice.has_value());
    EXPECT_EQ(twice.error().code, ErrorCode::corrupt);
    EXPECT_EQ(twice.error().context, "23505") << twice.error().message;
    const Refusals ahead = commit(bystander, stale);
    ASSERT_FALSE(ahead.has_value());
    EXPECT_EQ(ahead.error().context, "SL001") << ahead.error().message;

    EXPECT_EQ(count("orders"), 2);
    EXPECT_EQ(count("flow_journal"), 3);
    EXPECT_EQ(held(), 300);
}

TEST_F(CommitBatch, RefusesToEndARunThatAnotherHasEnded) {
    const AccountId card = given_card(10'000);
    HandMade run = payment_from(card, 100).begins();
    given(run);
    given(run.captures());
    run.row.seq += 1;
    run.step = flow::Step{};

    const Refusals again = commit(run);

    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().context, "SL001") << again.error().message;
}

TEST_F(CommitBatch, RefusesLinesThatDoNotBalance) {
    const AccountId card = given_card(10'000);
    HandMade run = payment_from(card, 100).begins();
    given(run);
    run.captures().step.lines[1].amount = Money{99, cny()};

    const Refusals refusals = commit(run);

    ASSERT_FALSE(refusals.has_value());
    EXPECT_EQ(refusals.error().context, "23514") << refusals.error().message;
    EXPECT_THAT(refusals.error().message, HasSubstr("journal_balances"));
    EXPECT_EQ(held(), 100);
    EXPECT_EQ(number("SELECT paid FROM sluice.orders"), 0);
}

TEST_F(CommitBatch, RefusesADebitBelowTheFloor) {
    const AccountId card = given_card(10'000);
    HandMade run = payment_from(card, 100).begins();
    given(run);
    // More is booked than was frozen, and more than the card has.
    run.captures();
    for (auto& line : run.step.lines) {
        line.amount = Money{10'001, cny()};
    }

    const Refusals refusals = commit(run);

    ASSERT_FALSE(refusals.has_value());
    EXPECT_EQ(refusals.error().context, "23514") << refusals.error().message;
    EXPECT_THAT(refusals.error().message, HasSubstr("balance_keeps_floor"));
    EXPECT_EQ(held(), 100);
}

TEST_F(CommitBatch, RefusesACaptureOfAHoldThatIsOver) {
    const AccountId card = given_card(10'000);
    HandMade run = payment_from(card, 100).begins();
    given(run);
    given_released(run);

    const Refusals refusals = commit(run.captures());

    ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
    ASSERT_THAT(*refusals, SizeIs(1));
    EXPECT_EQ((*refusals)[0].reason, "hold_not_open");
    EXPECT_EQ(held(), 0);
}

TEST_F(CommitBatch, NumbersTheEntriesOfACardWithoutAGapWhenOneInTheMiddleIsRefused) {
    const AccountId card = given_card(10'000);
    const AccountId other = given_card(10'000);
    HandMade first = payment_from(card, 100).begins();
    HandMade refused = payment_from(card, 200).begins();
    HandMade alone = payment_from(other, 300).begins();
    HandMade last = payment_from(card, 400).begins();
    for (HandMade* run : {&first, &refused, &alone, &last}) {
        given(*run);
    }
    given_released(refused);
    given_released(alone);
    HandMade begun = payment_from(other, 500).begins();

    const Refusals refusals =
        commit(first.captures(), refused.captures(), alone.captures(), last.captures(), begun);

    ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
    ASSERT_THAT(*refusals, SizeIs(2));
    EXPECT_EQ((*refusals)[0].activation, 1U);
    EXPECT_EQ((*refusals)[1].activation, 2U);
    // One is the top-up.
    EXPECT_EQ(number("SELECT max(number) FROM sluice.account_entry"), 3);
    EXPECT_EQ(
        number("SELECT abs(j.amounts[e.line]) FROM sluice.account_entry e "
               "JOIN sluice.journal j ON j.id = e.journal_id WHERE e.number = 3"),
        400
    );
    EXPECT_EQ(number("SELECT sum(dr)::bigint FROM sluice.balance"), 500);
    EXPECT_EQ(held(), 500);
}

TEST_F(CommitBatch, RefusesAHoldInAnotherCurrencyThanTheCardsBesideOneThatFits) {
    const AccountId card = given_card(10'000);
    HandMade fits = payment_from(card, 100).begins();
    HandMade foreign = payment_from(card, 100).begins();
    foreign.step.account_steps.front().amount = Money{100, *Currency::parse("USD")};

    const Refusals refusals = commit(fits, foreign);

    ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
    ASSERT_THAT(*refusals, SizeIs(1));
    EXPECT_EQ((*refusals)[0].activation, 1U);
    EXPECT_EQ((*refusals)[0].reason, "currency_mismatch");
    EXPECT_EQ(held(), 100);
}

TEST_F(CommitBatch, MovesBackWhatFitsBesideWhatDoesNotAndDecidesOneByOne) {
    const AccountId rich = given_card(1'000);
    const AccountId poor = given_card(100);
    HandMade fits = payment_from(rich, 600).begins();
    HandMade too_much = payment_from(poor, 101).begins();
    HandMade all_of_it = payment_from(poor, 100).begins();
    Batch batch;
    for (HandMade* run : {&fits, &too_much, &all_of_it}) {
        batch.add(run->activated());
    }

    const Refusals refusals = batch.commit(connection_);

    ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
    ASSERT_THAT(*refusals, SizeIs(1));
    EXPECT_EQ((*refusals)[0].activation, 1U);
    EXPECT_EQ(held(), 700);
    EXPECT_EQ(count("payment"), 2);
}

}  // namespace
}  // namespace sluice::testing
