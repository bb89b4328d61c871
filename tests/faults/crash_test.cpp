// The program and its database end without warning, again and again, while callers go on.
#include <iostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/load.hpp"
#include "faults/rounds.hpp"
#include "support/process_postgres.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::IsEmpty;

constexpr std::size_t kKillsUsual = 8;
constexpr std::size_t kRestartsUsual = 3;
constexpr std::size_t kMoreAfterwards = 30;

/// Most payers pay soon, the others never.
void let_payers_pay(Cluster& cluster) { cluster.psp().pay_by_itself(85, milliseconds{40}); }

void let_pass_at_most(SeededRandom& random, milliseconds most) {
    const auto span = static_cast<std::uint64_t>(most.count());
    let_pass(milliseconds{static_cast<std::int64_t>(random.next() % (span + 1))});
}

void expect_sound_end(Cluster& cluster, Load& load) {
    load.stop();
    ASSERT_TRUE(wait_until_quiet(cluster))
        << ::testing::PrintToString(cluster.query("SELECT * FROM sluice.flow_run LIMIT 5"));

    const AuditReport report = audit(cluster, load.acknowledged());
    std::cout << report.summary() << "; " << load.sent_again() << " requests sent again\n";

    EXPECT_THAT(report.findings, IsEmpty());
    EXPECT_THAT(load.complaints(), IsEmpty());
    EXPECT_GT(report.succeeded, 0U);
    EXPECT_GT(report.closed, 0U);
    EXPECT_GT(load.sent_again(), 0U) << "the fault was not felt by any caller";
}

TEST(ServerKilledUnderLoad, LosesNothingAndDoublesNothing) {
    const std::uint64_t seed = fault_seed();
    SeededRandom random(seed);
    Cluster cluster({.cards = 50});
    let_payers_pay(cluster);
    Load load(cluster, {.seed = seed});
    load.start();

    for (std::size_t i = 0; i < fault_rounds(kKillsUsual); ++i) {
        ASSERT_TRUE(load.wait_for_more(random.next() % 60));
        let_pass_at_most(random, milliseconds{60});
        cluster.kill_node(0);
        cluster.start_node(0);
    }

    ASSERT_TRUE(load.wait_for_more(kMoreAfterwards));
    expect_sound_end(cluster, load);
}

TEST(ServerKilledUnderLoad, ComesBackFromAKillDuringItsOwnRecovery) {
    const std::uint64_t seed = fault_seed();
    SeededRandom random(seed);
    Cluster cluster({.cards = 50});
    let_payers_pay(cluster);
    Load load(cluster, {.seed = seed});
    load.start();
    ASSERT_TRUE(load.wait_for_more(kMoreAfterwards));

    cluster.kill_node(0);
    for (std::size_t i = 0; i < fault_rounds(kKillsUsual); ++i) {
        cluster.node(0).begin_to_start();
        let_pass_at_most(random, milliseconds{600});
        cluster.kill_node(0);
    }
    cluster.start_node(0);

    ASSERT_TRUE(load.wait_for_more(kMoreAfterwards));
    expect_sound_end(cluster, load);
}

TEST(TwoNodesUnderLoad, OneAfterTheOtherMayBeKilled) {
    const std::uint64_t seed = fault_seed();
    SeededRandom random(seed);
    Cluster cluster({.nodes = 2, .cards = 50});
    let_payers_pay(cluster);
    Load load(cluster, {.seed = seed});
    load.start();

    for (std::size_t i = 0; i < fault_rounds(kKillsUsual) / 2; ++i) {
        ASSERT_TRUE(load.wait_for_more(random.next() % 60));
        cluster.kill_node(i % 2);
        ASSERT_TRUE(cluster.serves_everything()) << "buckets of the killed node stay without one";
        ASSERT_TRUE(load.wait_for_more(kMoreAfterwards)) << "the other node does not take over";
        cluster.start_node(i % 2);
    }

    ASSERT_TRUE(load.wait_for_more(kMoreAfterwards));
    expect_sound_end(cluster, load);
}

TEST(DatabaseStoppedUnderLoad, CallersTryAgainAndNothingIsLost) {
    const std::uint64_t seed = fault_seed();
    SeededRandom random(seed);
    Cluster cluster({.cards = 50});
    let_payers_pay(cluster);
    Load load(cluster, {.seed = seed});
    load.start();

    for (std::size_t i = 0; i < fault_rounds(kRestartsUsual); ++i) {
        ASSERT_TRUE(load.wait_for_more(20 + random.next() % 60));
        DurableServer::instance().stop_immediately();
        let_pass_at_most(random, milliseconds{500});
        DurableServer::instance().start_again();
    }

    ASSERT_TRUE(load.wait_for_more(kMoreAfterwards));
    ASSERT_TRUE(cluster.node(0).is_running()) << "the server does not survive its database";
    expect_sound_end(cluster, load);
}

}  // namespace
}  // namespace sluice::testing
