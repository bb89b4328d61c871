// A request was sent, its bucket was taken again, and the request was sent again: what the channel
// says to the first one now is no answer any more, unless it says that the money moves.
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/mutex.hpp"
#include "db/pool.hpp"
#include "db/round_world.hpp"
#include "support/process_wait.hpp"
#include "worker/fleet.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using ::testing::IsEmpty;
using worker::Input;

/// So high that it is the first to leave when somebody comes to share.
constexpr Bucket kBucket{250};

/// Two accounts pay out: whoever believes a no of the one goes on to the other.
Value two_accounts() {
    const Value one = RoundWorld::candidates();
    Value other = one.as_array()->front();
    other.set("name", "wx-second");
    return Value(ValueArray{one.as_array()->front(), std::move(other)});
}

std::unique_ptr<worker::StartRun> payout(RoundWorld& world, Bucket bucket) {
    auto start = std::make_unique<worker::StartRun>();
    auto& subject = start->picture.subject;
    subject.id = RunId::generate(world.clock.now(), bucket, world.random);
    subject.service = payment::Service::payout;
    subject.merchant_id = "shop";
    subject.number = "P-1";
    subject.flow = "payout";
    subject.amount = Money{5'000, cny()};
    payment::Payout details;
    details.from = {world.given_card(100'000), "2002"};
    details.fee = Money{100, cny()};
    details.method = "bank_card";
    details.payee.set("name", "Zhang San");
    details.payee_key = "k1";
    start->picture.details = std::move(details);
    return start;
}

payment::Outcome paid(const payment::Instruction& instruction) {
    payment::Outcome outcome = RoundWorld::outcome(OutcomeKind::succeeded);
    outcome.number = instruction.id.raw().to_string();
    outcome.merchant = instruction.merchant;
    outcome.amount = instruction.amount;
    return outcome;
}

/// "pending" of one instruction, "refused, created" of two.
std::string instructions(RoundWorld& world) {
    return world.value("SELECT coalesce(string_agg(status, ', '), '') FROM sluice.instruction");
}

channel::Resend idempotent(const payment::Instruction&, payment::Operation) {
    return channel::Resend::idempotent;
}

class SupersededAnswer : public ::testing::Test {
  protected:
    SupersededAnswer() {
        world.services.resend = idempotent;
        EXPECT_TRUE(world.policies->adopt(two_accounts()).has_value());
    }
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    /// A payout that was sent and, after its bucket was taken again, sent again.
    void given_sent_again() {
        const RunId run = world.begin(payout(world, Bucket{3}));
        ASSERT_EQ(world.sent.size(), 1U);
        world.reopen();
        ASSERT_TRUE(world.round.recover(std::vector{run}).has_value());
        ASSERT_EQ(world.sent.size(), 2U);
        ASSERT_TRUE(world.sent[1].resent);
    }
    void answer_to(std::size_t order, payment::Outcome outcome) {
        std::vector<Input> inputs;
        inputs.push_back(RoundWorld::answer_to(world.sent.at(order), std::move(outcome)));
        ASSERT_TRUE(world.process(std::move(inputs)).has_value());
    }

    RoundWorld world;
};

class SupersededNo : public SupersededAnswer,
                     public ::testing::WithParamInterface<payment::OutcomeKind> {};

TEST_P(SupersededNo, IsNotBelievedAndLeavesTheWordToTheResend) {
    given_sent_again();

    answer_to(0, RoundWorld::outcome(GetParam()));

    EXPECT_EQ(world.sent.size(), 2U) << "the other account was asked to pay as well";
    EXPECT_EQ(instructions(world), "created") << "the resend is still on its way";
    EXPECT_EQ(world.value("SELECT pending FROM sluice.flow_run"), "1");
    answer_to(1, paid(world.sent[1].instruction));
    EXPECT_EQ(instructions(world), "succeeded");
    EXPECT_EQ(world.sent.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(
    Every,
    SupersededNo,
    ::testing::Values(
        OutcomeKind::not_sent, OutcomeKind::config, OutcomeKind::refused, OutcomeKind::unknown
    )
);

TEST_F(SupersededAnswer, IsBelievedWhenItSaysThatTheMoneyMoves) {
    given_sent_again();

    answer_to(0, RoundWorld::outcome(OutcomeKind::pending));
    EXPECT_EQ(instructions(world), "pending");
    answer_to(0, paid(world.sent[0].instruction));
    EXPECT_EQ(instructions(world), "succeeded");
}

TEST_F(SupersededAnswer, ThatComesBeforeTheRequestIsSentAgainIsNotBelievedEither) {
    const RunId run = world.begin(payout(world, Bucket{3}));
    world.reopen();

    answer_to(0, RoundWorld::outcome(OutcomeKind::not_sent));

    EXPECT_EQ(world.sent.size(), 1U) << "the other account was asked to pay as well";
    ASSERT_TRUE(world.round.recover(std::vector{run}).has_value());
    ASSERT_EQ(world.sent.size(), 2U) << "it no longer waits for an answer";
    EXPECT_TRUE(world.sent[1].resent);
    EXPECT_EQ(world.sent[1].ordinal, world.sent[0].ordinal);
    EXPECT_EQ(instructions(world), "created");
}

TEST_F(SupersededAnswer, OfAResendIsNotBelievedEither) {
    given_sent_again();
    world.reopen();
    ASSERT_TRUE(world.round.recover(std::vector{world.sent[0].run}).has_value());
    ASSERT_EQ(world.sent.size(), 3U);

    answer_to(1, RoundWorld::outcome(OutcomeKind::refused));

    EXPECT_EQ(instructions(world), "created") << "it would be asked about before the last arrives";
    answer_to(2, RoundWorld::outcome(OutcomeKind::refused));
    EXPECT_EQ(instructions(world), "unknown");
}

/// A node whose channel answers when the test says so.
class FleetWithSlowChannel {
  public:
    FleetWithSlowChannel(RoundWorld& world, std::uint64_t node)
        : pool_(world.database.conninfo(), {}),
          fleet_(
              {.conninfo = world.database.conninfo(),
               .node = Id128{1, node},
               .address = "127.0.0.1:" + std::to_string(node),
               .workers = 1,
               .worker = {}},
              services_of(world),
              world.release,
              two_accounts(),
              pool_
          ) {
        EXPECT_TRUE(fleet_.start().has_value());
    }
    ~FleetWithSlowChannel() { fleet_.stop(); }

    worker::Fleet& fleet() { return fleet_; }
    [[nodiscard]] std::size_t asked() const {
        const MutexLock lock(mutex_);
        return orders_.size();
    }
    [[nodiscard]] channel::ExchangeOrder order(std::size_t number) const {
        const MutexLock lock(mutex_);
        return orders_.at(number);
    }
    void answer_to(std::size_t number, payment::Outcome outcome) {
        const channel::ExchangeOrder asked = order(number);
        channel::ExchangeReport report;
        report.run = asked.run;
        report.instruction = asked.instruction.id;
        report.ordinal = asked.ordinal;
        report.operation = asked.operation;
        report.resent = asked.resent;
        report.tenure = asked.tenure;
        report.outcome = std::move(outcome);
        fleet_.deliver(std::move(report));
    }

  private:
    worker::WorkerServices services_of(RoundWorld& world) {
        worker::WorkerServices services = world.services;
        services.clock = &clock_;
        services.resend = idempotent;
        services.send = [this](channel::ExchangeOrder order) {
            // A slow machine comes to the first question about it, which is no request to pay.
            if (order.operation != payment::Operation::payout) {
                return;
            }
            const MutexLock lock(mutex_);
            orders_.push_back(std::move(order));
        };
        services.alarm = [](std::string_view event, const std::string& text) {
            ADD_FAILURE() << event << " " << text;
        };
        return services;
    }

    SystemClock clock_;
    mutable Mutex mutex_;
    std::vector<channel::ExchangeOrder> orders_ SLUICE_GUARDED_BY(mutex_);
    db::Pool pool_;
    worker::Fleet fleet_;
};

class SupersededAnswerOfANode : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    /// It waits for the answer of its channel.
    void given_payout() {
        ASSERT_TRUE(eventually([&] { return node.fleet().owns(kBucket); }));
        node.fleet().start(std::move(*payout(world, kBucket)), [](const Result<payment::Picture>&) {
        });
        ASSERT_TRUE(eventually([&] { return node.asked() == 1; }));
    }
    /// The first of these answers is no answer: the second is taken as if it were alone.
    void expect_only_the_last_send_counts() {
        const std::size_t last = node.asked() - 1;
        ASSERT_TRUE(node.order(last).resent);
        node.answer_to(0, RoundWorld::outcome(OutcomeKind::not_sent));
        node.answer_to(last, RoundWorld::outcome(OutcomeKind::pending));
        EXPECT_TRUE(eventually([&] { return instructions(world) == "pending"; }, kPatience / 6))
            << instructions(world);
        node.answer_to(last, paid(node.order(last).instruction));
        EXPECT_TRUE(eventually([&] { return instructions(world) == "succeeded"; }, kPatience / 6))
            << instructions(world);
        EXPECT_EQ(node.asked(), last + 1) << "another account was asked to pay as well";
    }

    RoundWorld world;
    FleetWithSlowChannel node{world, 1};
};

TEST_F(SupersededAnswerOfANode, IsNotBelievedAfterItsSessionWasLost) {
    given_payout();
    world.run(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND "
        "pid <> pg_backend_pid() GROUP BY pid"
    );
    ASSERT_TRUE(eventually([&] { return node.asked() == 2; }));

    expect_only_the_last_send_counts();
}

TEST_F(SupersededAnswerOfANode, IsNotBelievedAfterItsBucketLeftAndCameBack) {
    given_payout();
    {
        FleetWithSlowChannel guest(world, 2);
        ASSERT_TRUE(eventually([&] { return guest.asked() == 1; }));
        ASSERT_TRUE(eventually([&] { return !node.fleet().owns(kBucket); }));
    }
    ASSERT_TRUE(eventually([&] { return node.asked() == 2; }));

    expect_only_the_last_send_counts();
}

}  // namespace
}  // namespace sluice::testing
