// The one statement that writes a batch, called as the worker calls it but with activations that
// no flow would ask for.
#include <atomic>
#include <future>
#include <map>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/hand_made.hpp"
#include "ledger/ledger_store.hpp"
#include "support/test_database.hpp"

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using worker::Batch;
using worker::Refusal;
using Refusals = Result<std::vector<Refusal>>;

class CommitBatch : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_THAT(database_.unsound(), IsEmpty()); }

    AccountId given_card(std::int64_t amount_minor) {
        ledger::LedgerStore store(connection_);
        const std::string name = "card_" + std::to_string(++cards_);
        const AccountId card = *store.open_account({
            .key = {.gl = ledger::kPrepaidCard, .owner = name, .currency = "CNY"},
            .floor_minor = 0,
            .ceil_minor = std::nullopt,
        });
        const Money amount{amount_minor, cny()};
        EXPECT_TRUE(store.top_up({card, amount, "shop", name, kHandMadeNow}).has_value());
        return card;
    }
    HandMade payment_from(AccountId card, std::int64_t amount_minor) {
        return HandMade(random_, card, amount_minor);
    }
    template <class... Activations>
    Refusals commit(Activations&... activations) {
        batch_.clear();
        (batch_.add(activations.activated()), ...);
        return batch_.commit(connection_);
    }
    /// Commits what nothing speaks against.
    void given(HandMade& activation) {
        const Refusals refusals = commit(activation);
        ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
        ASSERT_THAT(*refusals, IsEmpty());
    }
    Refusals commit_across(const std::string& sql, HandMade& activation);
    std::int64_t number(const std::string& sql) {
        const auto rows = owner_.run(sql);
        EXPECT_TRUE(rows.has_value()) << rows.error().message;
        return (*rows)[0].int64(0);
    }
    std::int64_t count(const std::string& table) {
        return number("SELECT count(*) FROM sluice." + table);
    }
    /// A print of every row, by its table.
    std::map<std::string, std::string> prints() {
        std::map<std::string, std::string> by_table;
        const auto tables =
            owner_.run("SELECT tablename FROM pg_tables WHERE schemaname = 'sluice'");
        EXPECT_TRUE(tables.has_value()) << tables.error().message;
        for (const db::Row table : *tables) {
            const std::string name(table.text(0));
            const auto print = owner_.run(
                "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM sluice." + name + " t"
            );
            EXPECT_TRUE(print.has_value()) << print.error().message;
            by_table[name] = (*print)[0].text_or_empty(0);
        }
        return by_table;
    }
    std::int64_t held() { return number("SELECT sum(held)::bigint FROM sluice.balance"); }

    TestDatabase database_;
    db::Connection owner_ = database_.connect();
    db::Connection connection_ = database_.connect({.statement_timeout = {}, .role = "sluice_app"});
    SeededRandom random_{11};
    Batch batch_;
    int cards_ = 0;
};

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
    ASSERT_TRUE(
        owner_.run("UPDATE sluice.instruction SET status = 'released'; "
                   "UPDATE sluice.balance SET held = 0")
    );

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
    for (const HandMade* run : {&refused, &alone}) {
        const std::string id = run->picture.instructions.front().id.raw().to_uuid();
        ASSERT_TRUE(owner_.run(
            "UPDATE sluice.balance b SET held = b.held - i.amount FROM sluice.instruction i "
            "WHERE i.account_id = b.account_id AND i.id = '" +
            id + "'; UPDATE sluice.instruction SET status = 'released' WHERE id = '" + id + "'"
        ));
    }
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

/// Commits while another session has done something to the card and not committed it yet: the
/// batch must wait for it.
Refusals CommitBatch::commit_across(const std::string& sql, HandMade& activation) {
    db::Connection other = database_.connect();
    EXPECT_TRUE(other.run("BEGIN; " + sql));
    auto answer = std::async(std::launch::async, [&] { return commit(activation); });
    while (number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == 0) {
        std::this_thread::yield();
    }
    EXPECT_TRUE(other.run("COMMIT"));
    return answer.get();
}

TEST_F(CommitBatch, RefusesWhatIsTakenWhileItWaitsForTheBalance) {
    const AccountId card = given_card(1'000);
    HandMade run = payment_from(card, 600).begins();

    const Refusals refusals = commit_across("UPDATE sluice.balance SET held = held + 500", run);

    ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
    ASSERT_THAT(*refusals, SizeIs(1));
    EXPECT_EQ((*refusals)[0].reason, "insufficient_balance");
    EXPECT_EQ(count("payment"), 0);
    EXPECT_EQ(held(), 500);
    ASSERT_TRUE(owner_.run("UPDATE sluice.balance SET held = 0"));
}

TEST_F(CommitBatch, FitsWhenTheOtherSessionLeavesEnough) {
    const AccountId card = given_card(1'000);
    HandMade run = payment_from(card, 600).begins();

    const Refusals refusals = commit_across("UPDATE sluice.balance SET held = held", run);

    ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
    EXPECT_THAT(*refusals, IsEmpty());
    EXPECT_EQ(held(), 600);
}

TEST_F(CommitBatch, RefusesAnAccountThatIsClosedWhileItWaitsForTheBalance) {
    const AccountId card = given_card(1'000);
    HandMade run = payment_from(card, 600).begins();

    const Refusals refusals =
        commit_across("SELECT sluice.close_account('" + card.raw().to_uuid() + "')", run);

    ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
    ASSERT_THAT(*refusals, SizeIs(1));
    EXPECT_EQ((*refusals)[0].reason, "account_closed");
    EXPECT_EQ(held(), 0);
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

/// What two workers did to one card, each with a session and a bucket of its own.
struct Tally {
    std::atomic<std::int64_t> captured = 0;
    std::atomic<std::int64_t> refused = 0;
    std::atomic<std::int64_t> strange = 0;
};

/// Freezes and takes or lets go, again and again, with up to three holds open at a time.
void pay_from(db::Connection& connection, AccountId card, Bucket bucket, Tally& tally) {
    constexpr int kPayments = 150;
    SeededRandom random(static_cast<std::uint64_t>(bucket));
    Batch batch;
    const auto take = [&](HandMade& run) {
        batch.clear();
        batch.add(run.activated());
        Refusals refusals = batch.commit(connection);
        while (!refusals && refusals.error().code == ErrorCode::unavailable) {
            batch.clear();  // surely rolled back, because the other was faster: once more
            batch.add(run.activated());
            refusals = batch.commit(connection);
        }
        const bool refused = refusals && !refusals->empty();
        tally.strange += refusals ? 0 : 1;
        tally.strange += refused && refusals->front().reason != "insufficient_balance" ? 1 : 0;
        tally.refused += refused ? 1 : 0;
        return refusals && !refused;
    };
    std::vector<HandMade> frozen;
    for (int i = 0; i < kPayments; ++i) {
        const auto amount = static_cast<std::int64_t>(1 + random.next() % 400);
        HandMade run = HandMade(random, card, amount, bucket);
        if (take(run.begins())) {
            frozen.push_back(std::move(run));
        }
        if (frozen.size() < 3) {
            continue;
        }
        HandMade oldest = std::move(frozen.front());
        frozen.erase(frozen.begin());
        const bool captures = random.next() % 16 == 0;
        tally.strange += take(captures ? oldest.captures() : oldest.releases()) ? 0 : 1;
        tally.captured += captures ? oldest.picture.subject.amount.minor() : 0;
    }
    for (HandMade& rest : frozen) {
        tally.strange += take(rest.releases()) ? 0 : 1;
    }
}

TEST_F(CommitBatch, KeepsOneCardSoundUnderTwoWorkersAtOnce) {
    constexpr std::int64_t kOnCard = 2'000;
    const AccountId card = given_card(kOnCard);
    Tally tally;
    std::vector<std::thread> workers;
    for (const Bucket bucket : {Bucket{3}, Bucket{4}}) {
        workers.emplace_back([&, bucket] {
            db::Connection own = database_.connect({.statement_timeout = {}, .role = "sluice_app"});
            pay_from(own, card, bucket, tally);
        });
    }
    for (std::thread& worker : workers) {
        worker.join();
    }

    EXPECT_EQ(tally.strange, 0);
    EXPECT_GT(tally.refused, 0) << "the floor was never met: the test shows nothing";
    EXPECT_GT(tally.captured, 0);
    EXPECT_EQ(held(), 0);
    EXPECT_EQ(number("SELECT cr - dr FROM sluice.balance"), kOnCard - tally.captured);
    EXPECT_EQ(number("SELECT coalesce(sum(paid), 0)::bigint FROM sluice.orders"), tally.captured);
}

}  // namespace
}  // namespace sluice::testing
