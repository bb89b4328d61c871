// The program and its database end without warning, again and again, while callers go on.
#include <iostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/load.hpp"
#include "faults/rounds.hpp"
#include "faults/unruly.hpp"
#include "support/process_postgres.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::IsEmpty;

constexpr std::size_t kKillsUsual = 8;
constexpr std::size_t kRestartsUsual = 3;
constexpr std::size_t kMoreAfterwards = 30;

/// Callers that pay without a pause while a test lets something fail. Most payers pay soon, the
/// others never.
class UnderLoad {
  public:
    explicit UnderLoad(std::size_t nodes)
        : seed_(fault_seed()), random_(seed_), cluster_({.nodes = nodes, .cards = 50}) {
        cluster_.psp().pay_by_itself(85, milliseconds{40});
        load_.start();
    }

    [[nodiscard]] Cluster& cluster() { return cluster_; }

    /// So many more orders are acknowledged, at most `most`, at least one.
    [[nodiscard]] ::testing::AssertionResult goes_on(std::size_t most) {
        if (load_.wait_for_more(1 + random_.next() % most)) {
            return ::testing::AssertionSuccess();
        }
        return ::testing::AssertionFailure() << ::testing::PrintToString(load_.complaints());
    }

    /// One caller who comes now, while the others may still wait for what hangs.
    [[nodiscard]] int status_for_a_new_caller() {
        const CompositeOrder order{
            .number = "new-caller-" + std::to_string(++new_callers_),
            .card = cluster_.cards().front(),
            .expires_in_seconds = 8
        };
        return cluster_.api().post("/v1/payments", body_of(order)).status;
    }

    void let_pass_at_most(milliseconds most) {
        const auto span = static_cast<std::uint64_t>(most.count());
        let_pass(milliseconds{static_cast<std::int64_t>(random_.next() % (span + 1))});
    }

    /// Ends the load; then nothing may be lost, doubled, open or unexplained.
    void expect_sound_end() {
        ASSERT_TRUE(load_.wait_for_more(kMoreAfterwards))
            << "the engine does not recover: " << ::testing::PrintToString(load_.complaints());
        load_.stop();
        // Who asked in vain several times asks again after minutes only.
        cluster_.psp().clear_faults();
        ASSERT_TRUE(wait_until_quiet(cluster_))
            << ::testing::PrintToString(cluster_.query("SELECT * FROM sluice.flow_run LIMIT 5"));

        const AuditReport report = audit(cluster_, load_.acknowledged());
        std::cout << report.summary() << "; " << load_.sent_again() << " requests sent again"
                  << std::endl;

        EXPECT_THAT(report.findings, IsEmpty());
        EXPECT_THAT(load_.complaints(), IsEmpty());
        EXPECT_GT(report.succeeded, 0U);
        EXPECT_GT(report.closed, 0U);
    }

    void expect_that_callers_felt_it() {
        EXPECT_GT(load_.sent_again(), 0U) << "the fault was not felt by any caller";
    }

    /// Callers need not: their requests may just be answered later.
    void expect_that_node_felt_it() {
        EXPECT_TRUE(cluster_.node(0).has_logged("worker_session_lost"));
    }

  private:
    std::uint64_t seed_;
    SeededRandom random_;
    int new_callers_ = 0;
    Cluster cluster_;
    Load load_{cluster_, {.seed = seed_}};
};

TEST(ServerUnderLoad, LosesAndDoublesNothingWhenKilled) {
    UnderLoad load(1);

    for (std::size_t i = 0; i < fault_rounds(kKillsUsual); ++i) {
        ASSERT_TRUE(load.goes_on(60));
        load.let_pass_at_most(milliseconds{60});
        load.cluster().kill_node(0);
        load.cluster().start_node(0);
    }

    load.expect_sound_end();
    load.expect_that_callers_felt_it();
}

TEST(ServerUnderLoad, LosesAndDoublesNothingWhenKilledWhileTheChannelIsUnruly) {
    UnderLoad load(1);
    make_unruly(load.cluster().psp());

    for (std::size_t i = 0; i < fault_rounds(kKillsUsual); ++i) {
        ASSERT_TRUE(load.goes_on(60));
        load.let_pass_at_most(milliseconds{200});
        load.cluster().kill_node(0);
        load.cluster().start_node(0);
    }

    load.expect_sound_end();
    load.expect_that_callers_felt_it();
}

TEST(ServerUnderLoad, ComesBackFromKillsDuringItsOwnRecovery) {
    UnderLoad load(1);
    ASSERT_TRUE(load.goes_on(60));

    load.cluster().kill_node(0);
    for (std::size_t i = 0; i < fault_rounds(kKillsUsual); ++i) {
        load.cluster().node(0).begin_to_start();
        load.let_pass_at_most(milliseconds{600});
        load.cluster().kill_node(0);
    }
    load.cluster().start_node(0);

    load.expect_sound_end();
    load.expect_that_callers_felt_it();
}

TEST(ServerUnderLoad, EndsInOrderWhenItIsAskedTo) {
    UnderLoad load(1);

    for (std::size_t i = 0; i < 2; ++i) {
        ASSERT_TRUE(load.goes_on(60));
        EXPECT_EQ(load.cluster().stop_node(0), 0);
        load.cluster().start_node(0);
    }

    load.expect_sound_end();
}

TEST(TwoNodesUnderLoad, MayBeKilledOneAfterTheOther) {
    UnderLoad load(2);

    for (std::size_t i = 0; i < fault_rounds(kKillsUsual) / 2; ++i) {
        ASSERT_TRUE(load.goes_on(60));
        load.cluster().kill_node(i % 2);
        ASSERT_TRUE(load.cluster().serves_everything()) << "buckets stay without a node";
        ASSERT_TRUE(load.goes_on(60)) << "the other node does not take over";
        load.cluster().start_node(i % 2);
    }

    load.expect_sound_end();
    load.expect_that_callers_felt_it();
}

TEST(TwoNodesUnderLoad, WriteNothingTwiceWhenAFrozenOneWakesWithoutItsLocks) {
    UnderLoad load(2);

    for (std::size_t i = 0; i < 2; ++i) {
        ASSERT_TRUE(load.goes_on(60));
        load.cluster().freeze_node(i);
        load.cluster().cut_sessions_of(i);
        ASSERT_TRUE(load.cluster().serves_everything()) << "buckets stay without a node";
        EXPECT_EQ(load.status_for_a_new_caller(), 201) << "the other node does not take over";
        load.cluster().thaw_node(i);
    }

    load.expect_sound_end();
}

TEST(DatabaseUnderLoad, MayBeStoppedAndNothingIsLost) {
    UnderLoad load(1);

    for (std::size_t i = 0; i < fault_rounds(kRestartsUsual); ++i) {
        ASSERT_TRUE(load.goes_on(60));
        DurableServer::instance().stop_immediately();
        load.let_pass_at_most(milliseconds{500});
        DurableServer::instance().start_again();
    }

    load.expect_sound_end();
    load.expect_that_node_felt_it();
    EXPECT_TRUE(load.cluster().node(0).is_running()) << "the server does not survive its database";
}

TEST(DatabaseUnderLoad, MayCutSessionsAndNothingIsLost) {
    UnderLoad load(1);

    for (std::size_t i = 0; i < fault_rounds(kKillsUsual); ++i) {
        ASSERT_TRUE(load.goes_on(40));
        load.let_pass_at_most(milliseconds{60});
        load.cluster().cut_sessions_of(0);
    }

    load.expect_sound_end();
    load.expect_that_node_felt_it();
}

}  // namespace
}  // namespace sluice::testing
