// The statement that writes a batch, while other sessions move the same accounts.
#include <atomic>
#include <future>
#include <thread>

#include "db/commit_fixture.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using worker::Batch;
using Refusals = CommitRefusals;

class CommitRace : public CommitFixture {
  protected:
    Refusals commit_across(const std::string& sql, HandMade& activation);
};

/// Commits while another session has done something to the card and not committed it yet: the
/// batch must wait for it.
Refusals CommitRace::commit_across(const std::string& sql, HandMade& activation) {
    db::Connection other = database_.connect();
    EXPECT_TRUE(other.run("BEGIN; " + sql));
    auto answer = std::async(std::launch::async, [&] { return commit(activation); });
    while (number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == 0) {
        std::this_thread::yield();
    }
    EXPECT_TRUE(other.run("COMMIT"));
    return answer.get();
}

TEST_F(CommitRace, RefusesWhatIsTakenWhileItWaitsForTheBalance) {
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

TEST_F(CommitRace, FitsWhenTheOtherSessionLeavesEnough) {
    const AccountId card = given_card(1'000);
    HandMade run = payment_from(card, 600).begins();

    const Refusals refusals = commit_across("UPDATE sluice.balance SET held = held", run);

    ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
    EXPECT_THAT(*refusals, IsEmpty());
    EXPECT_EQ(held(), 600);
}

TEST_F(CommitRace, RefusesAnAccountThatIsClosedWhileItWaitsForTheBalance) {
    const AccountId card = given_card(1'000);
    HandMade run = payment_from(card, 600).begins();

    const Refusals refusals =
        commit_across("SELECT sluice.close_account('" + card.raw().to_uuid() + "')", run);

    ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
    ASSERT_THAT(*refusals, SizeIs(1));
    EXPECT_EQ((*refusals)[0].reason, "account_closed");
    EXPECT_EQ(held(), 0);
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

TEST_F(CommitRace, KeepsOneCardSoundUnderTwoWorkersAtOnce) {
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
