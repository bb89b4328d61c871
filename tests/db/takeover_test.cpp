// A fleet takes over what another process left behind.
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

  private:
    worker::WorkerServices services_of(RoundWorld& world) {
        worker::WorkerServices services = world.services;
        services.resend = [](const payment::Instruction&, payment::Operation) {
            return channel::Resend::idempotent;
        };
        services.send = [this](const channel::ExchangeOrder& order) {
            channel::ExchangeReport report;
            report.run = order.run;
            report.instruction = order.instruction.id;
            report.ordinal = order.ordinal;
            report.operation = order.operation;
            report.resent = order.resent;
            report.outcome = RoundWorld::outcome(payment::OutcomeKind::succeeded);
            report.outcome.number = order.instruction.id.raw().to_string();
            report.outcome.merchant = order.instruction.merchant;
            report.outcome.amount = order.instruction.amount;
            fleet_.deliver(std::move(report));
        };
        return services;
    }

    db::Pool pool_;
    worker::Fleet fleet_;
};

TEST(Takeover, TakesAnAnswerThatComesWhileTheRestIsStillAskedAgain) {
    RoundWorld world;
    const AccountId card = world.given_card(100'000);
    const PaymentId id = world.begin(world.composite(world.new_order(), card));
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

}  // namespace
}  // namespace sluice::testing
