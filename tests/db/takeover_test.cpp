// A fleet takes over what another process left behind.
#include <atomic>
#include <functional>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/pool.hpp"
#include "db/round_world.hpp"
#include "support/process_wait.hpp"
#include "worker/fleet.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;

/// A fleet whose channel answers on the spot, while the worker is still asking.
class FleetWithQuickChannel {
  public:
    explicit FleetWithQuickChannel(RoundWorld& world)
        : pool_(world.database.conninfo(), {}),
          fleet_(
              {.conninfo = world.database.conninfo(),
               .node = Id128{1, 1},
               .address = "127.0.0.1:1",
               .workers = 1,
               .worker = {.recover_max = 2}},
              services_of(world),
              world.release,
              RoundWorld::candidates(),
              pool_
          ) {}
    ~FleetWithQuickChannel() { fleet_.stop(); }

    worker::Fleet& fleet() { return fleet_; }
    [[nodiscard]] int asked() const { return asked_; }
    /// What the first question sets off, on the worker's thread.
    void when_first_asked(std::function<void()> then) { first_asked_ = std::move(then); }

  private:
    worker::WorkerServices services_of(RoundWorld& world) {
        worker::WorkerServices services = world.services;
        services.resend = [](const payment::Instruction&, payment::Operation) {
            return channel::Resend::idempotent;
        };
        services.send = [this](const channel::ExchangeOrder& order) {
            if (asked_++ == 0 && first_asked_) {
                first_asked_();
            }
            channel::ExchangeReport report;
            report.run = order.run;
            report.instruction = order.instruction.id;
            report.ordinal = order.ordinal;
            report.operation = order.operation;
            report.resent = order.resent;
            report.tenure = order.tenure;
            report.outcome = RoundWorld::outcome(payment::OutcomeKind::succeeded);
            report.outcome.number = order.instruction.id.raw().to_string();
            report.outcome.merchant = order.instruction.merchant;
            report.outcome.amount = order.instruction.amount;
            fleet_.deliver(std::move(report));
        };
        return services;
    }

    std::atomic<int> asked_ = 0;
    std::function<void()> first_asked_;
    db::Pool pool_;
    worker::Fleet fleet_;
};

TEST(Takeover, TakesAnAnswerThatComesWhileTheRestIsStillAskedAgain) {
    RoundWorld world;
    const AccountId card = world.given_card(100'000);
    const RunId id = world.begin(world.composite(world.new_order(), card));
    ASSERT_EQ(world.sent.size(), 1U) << "it waits for the answer of its channel";

    FleetWithQuickChannel quick(world);
    ASSERT_TRUE(quick.fleet().start().has_value());

    EXPECT_TRUE(eventually([&] {
        return world.value(
                   "SELECT status FROM sluice.payment WHERE id = '" + id.raw().to_uuid() + "'"
               ) == "succeeded";
    })) << "the answer was lost: nobody would ask a third time";
    EXPECT_THAT(world.database.unsound(), IsEmpty());
}

TEST(Takeover, AsksAgainPartByPartUntilNothingIsLeft) {
    RoundWorld world;
    const AccountId card = world.given_card(100'000);
    for (int i = 0; i < 5; ++i) {
        world.begin(world.composite(world.new_order(), card));
    }

    FleetWithQuickChannel quick(world);
    ASSERT_TRUE(quick.fleet().start().has_value());

    EXPECT_TRUE(eventually([&] {
        return world.value("SELECT count(*) FROM sluice.payment WHERE status = 'succeeded'") == "5";
    }));
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.flow_run"), "0");
    EXPECT_THAT(world.database.unsound(), IsEmpty());
}

TEST(Takeover, ServesANewPaymentBeforeAllOfTheRestIsAskedAgain) {
    constexpr int kInterrupted = 20;
    RoundWorld world;
    const AccountId card = world.given_card(1'000'000);
    for (int i = 0; i < kInterrupted; ++i) {
        world.begin(world.composite(world.new_order(), card));
    }
    auto wish = world.composite(world.new_order(), card);
    const RunId fresh = wish->picture.subject.id;
    std::atomic<int> asked_when_served = 0;

    FleetWithQuickChannel quick(world);
    quick.when_first_asked([&] {
        quick.fleet().start(std::move(*wish), [&](const Result<payment::Picture>& picture) {
            asked_when_served = picture ? quick.asked() : 0;
        });
    });
    ASSERT_TRUE(quick.fleet().start().has_value());

    EXPECT_TRUE(eventually([&] {
        return world.value("SELECT count(*) FROM sluice.payment WHERE status <> 'succeeded'") ==
               "0";
    }));
    EXPECT_EQ(
        world.value("SELECT status FROM sluice.payment WHERE id = '" + fresh.raw().to_uuid() + "'"),
        "succeeded"
    );
    EXPECT_GT(asked_when_served, 0) << "it was refused";
    EXPECT_LT(asked_when_served, kInterrupted) << "it waited for the whole takeover";
}

}  // namespace
}  // namespace sluice::testing
