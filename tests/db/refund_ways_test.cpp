// Refunds by their flow on a real database: how many parts a channel takes, and refunds to an
// account that leave again, under one cap.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/round_world.hpp"
#include "ledger/ledger_store.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using worker::Input;

constexpr Bucket kBucket{3};
constexpr std::int64_t kAtChannel = 7'000;

class RefundWays : public ::testing::Test {
  protected:
    void SetUp() override {
        world.services.terms = [this](const flow::ChannelAddress&) { return terms; };
        terms = flow::ChannelTerms{"1900000109", true, std::chrono::seconds(60)};
        terms.refunds = true;
        terms.refund_may_repeat = true;
        order = world.new_order();
        paid_by = world.begin(world.composite(order, card));
        collected = world.sent.back().instruction;
        take(world.answer(world.paid()));
        order.paid_minor = order.amount.minor();
        order.status = payment::OrderStatus::paid;
    }
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    void take(Input input) {
        std::vector<Input> inputs;
        inputs.push_back(std::move(input));
        const auto done = world.process(std::move(inputs));
        EXPECT_TRUE(done.has_value()) << done.error().message;
    }
    AccountId given_balance(std::int64_t minor) {
        ledger::LedgerStore store(world.connection);
        const std::string name = "balance_" + std::to_string(++numbers_);
        const AccountId account = *store.open_account({
            .key = {.gl = ledger::kUserBalance, .owner = name, .currency = "CNY"},
            .floor_minor = 0,
            .ceil_minor = std::nullopt,
        });
        if (minor > 0) {
            const Money amount{minor, cny()};
            EXPECT_TRUE(store.top_up({account, amount, "shop", name, world.clock.now()}));
        }
        return account;
    }
    payment::RefundSource source() const {
        payment::RefundSource source;
        source.instruction = collected.id;
        source.payment = paid_by;
        source.channel = collected.channel;
        source.channel_account = collected.channel_account;
        source.scene = collected.scene;
        source.amount = collected.amount;
        source.refunded = Money{0, cny()};
        source.collected_at = world.clock.now();
        return source;
    }
    std::unique_ptr<worker::StartRun> refund(std::int64_t minor, payment::Refund details) {
        auto start = std::make_unique<worker::StartRun>();
        auto& subject = start->picture.subject;
        subject.id = RunId::generate(world.clock.now(), kBucket, world.random);
        subject.service = payment::Service::refund;
        subject.order_id = order.id;
        subject.merchant_id = order.merchant_id;
        subject.number = "R-" + std::to_string(++numbers_);
        subject.flow = "refund";
        subject.amount = Money{minor, cny()};
        start->picture.order = order;
        details.reason = "the goods came back";
        if (details.sources.empty()) {
            details.sources = {source()};
        }
        start->picture.details = std::move(details);
        return start;
    }
    /// An earlier refund gave it to that account; so much of it leaves again.
    std::unique_ptr<worker::StartRun> conversion(
        std::int64_t minor, RunId earlier, AccountId account
    ) {
        payment::Refund details;
        auto given = source();
        given.collected = {given.instruction, given.payment, given.amount};
        given.payment = earlier;
        given.instruction = InstructionId(*Id128::parse_uuid(world.value(
            "SELECT id FROM sluice.instruction WHERE run_id = '" + earlier.raw().to_uuid() + "'"
        )));
        details.sources = {std::move(given)};
        details.converts = earlier;
        details.from = {account, std::string(ledger::kUserBalance)};
        return refund(minor, std::move(details));
    }
    RunId given_refund_to(AccountId account) {
        payment::Refund details;
        details.to_account = account;
        return world.begin(refund(kAtChannel, std::move(details)));
    }
    std::string end_of(RunId id) {
        return world.value(
            "SELECT status || ' ' || failure_code FROM sluice.refund WHERE id = '" +
            id.raw().to_uuid() + "'"
        );
    }
    std::string of_instruction(const std::string& column, InstructionId id) {
        return world.value(
            "SELECT " + column + " FROM sluice.instruction WHERE id = '" + id.raw().to_uuid() + "'"
        );
    }
    std::string balance_of(AccountId account) {
        return world.value(
            "SELECT cr - dr FROM sluice.balance WHERE account_id = '" + account.raw().to_uuid() +
            "'"
        );
    }
    std::string refunded_of_order() { return world.value("SELECT refunded FROM sluice.orders"); }
    /// Both begin in one batch.
    std::vector<std::string> ends_of(
        std::unique_ptr<worker::StartRun> first, std::unique_ptr<worker::StartRun> second
    ) {
        const RunId ids[] = {first->picture.subject.id, second->picture.subject.id};
        std::vector<Input> inputs;
        inputs.push_back(world.start_of(std::move(first)));
        inputs.push_back(world.start_of(std::move(second)));
        EXPECT_TRUE(world.process(std::move(inputs)).has_value());
        return {end_of(ids[0]), end_of(ids[1])};
    }

    RoundWorld world;
    flow::ChannelTerms terms;
    AccountId card = world.given_card(100'000);
    payment::Order order;
    RunId paid_by;
    payment::Instruction collected;

  private:
    int numbers_ = 0;
};

TEST_F(RefundWays, TakeAsManyPartsAsTheChannelAllowsAndNotOneMore) {
    terms.refund_parts_max = 3;
    for (int part = 0; part < 3; ++part) {
        const RunId id = world.begin(refund(100, {}));
        take(world.answer(world.paid()));
        EXPECT_EQ(end_of(id), "succeeded ");
    }
    const std::size_t sent_before = world.sent.size();

    const RunId one_more = world.begin(refund(100, {}));

    EXPECT_EQ(end_of(one_more), "failed too_many_parts");
    EXPECT_EQ(world.sent.size(), sent_before);
    EXPECT_EQ(of_instruction("refund_parts", collected.id), "3");
    EXPECT_EQ(of_instruction("refunded", collected.id), "300");
    EXPECT_EQ(refunded_of_order(), "300");
}

TEST_F(RefundWays, CountPartsAlsoWithinOneBatch) {
    terms.refund_parts_max = 1;

    const auto ends = ends_of(refund(100, {}), refund(100, {}));

    EXPECT_THAT(ends, UnorderedElementsAre("pending ", "failed too_many_parts"));
    EXPECT_EQ(of_instruction("refund_parts", collected.id), "1");
}

TEST_F(RefundWays, GiveThePartBackThatTheChannelRefusedAtOnce) {
    terms.refund_parts_max = 1;
    const RunId refused = world.begin(refund(100, {}));
    auto no = RoundWorld::outcome(OutcomeKind::refused);
    no.code = "USER_ACCOUNT_ABNORMAL";
    take(world.answer(no));
    EXPECT_EQ(end_of(refused), "failed USER_ACCOUNT_ABNORMAL");
    EXPECT_EQ(of_instruction("refund_parts", collected.id), "0");

    const RunId next = world.begin(refund(100, {}));

    EXPECT_EQ(end_of(next), "pending ");
    EXPECT_EQ(of_instruction("refund_parts", collected.id), "1");
}

TEST_F(RefundWays, KeepThePartThatTheChannelTookBeforeItFailed) {
    terms.refund_parts_max = 1;
    const RunId taken = world.begin(refund(100, {}));
    take(world.answer(RoundWorld::outcome(OutcomeKind::pending)));
    Input told;
    told.kind = Input::Kind::callback;
    told.run_id = RunId(taken.raw());
    told.callback =
        RoundWorld::told(world.sent.back().instruction, RoundWorld::outcome(OutcomeKind::refused));
    told.callback.outcome.code = "ABNORMAL";
    take(std::move(told));
    EXPECT_EQ(end_of(taken), "failed ABNORMAL");
    EXPECT_EQ(of_instruction("refunded", collected.id), "0");

    const RunId next = world.begin(refund(100, {}));

    EXPECT_EQ(end_of(next), "failed too_many_parts");
}

TEST_F(RefundWays, CountNoPartOfWhatGoesToAnAccount) {
    terms.refund_parts_max = 1;

    given_refund_to(given_balance(0));

    EXPECT_EQ(of_instruction("refund_parts", collected.id), "0");
    EXPECT_EQ(of_instruction("refunded", collected.id), "7000");
}

TEST_F(RefundWays, LetARefundToAnAccountLeaveAgainUnderItsCap) {
    const AccountId account = given_balance(0);
    const RunId earlier = given_refund_to(account);
    ASSERT_EQ(end_of(earlier), "succeeded ");
    ASSERT_EQ(balance_of(account), "7000");

    const RunId out = world.begin(conversion(5'000, earlier, account));
    EXPECT_EQ(world.sent.back().instruction.original.id, collected.id);
    EXPECT_EQ(balance_of(account), "2000");
    take(world.answer(world.paid()));

    EXPECT_EQ(end_of(out), "succeeded ");
    EXPECT_EQ(refunded_of_order(), "7000") << "the same money counts once";
    EXPECT_EQ(of_instruction("refunded", collected.id), "7000");
    EXPECT_EQ(
        of_instruction("original_id", world.sent.back().instruction.id),
        collected.id.raw().to_uuid()
    );
    const RunId too_much = world.begin(conversion(2'001, earlier, account));
    EXPECT_EQ(end_of(too_much), "") << "it never began";
}

TEST_F(RefundWays, NeverConvertMoreThanTheAccountGotWhateverElseIsOnIt) {
    const AccountId account = given_balance(50'000);
    const RunId earlier = given_refund_to(account);

    const auto ends =
        ends_of(conversion(4'000, earlier, account), conversion(4'000, earlier, account));

    EXPECT_THAT(ends, UnorderedElementsAre("pending ", "")) << "the second never began";
    EXPECT_EQ(balance_of(account), "53000") << "what the second took is there again";
    take(world.answer(world.paid()));
    const RunId rest = world.begin(conversion(3'000, earlier, account));
    EXPECT_EQ(end_of(rest), "pending ");
}

TEST_F(RefundWays, GiveTheAccountItsMoneyBackWhenTheChannelRefuses) {
    const AccountId account = given_balance(0);
    const RunId earlier = given_refund_to(account);
    const RunId out = world.begin(conversion(7'000, earlier, account));
    EXPECT_EQ(balance_of(account), "0");
    auto no = RoundWorld::outcome(OutcomeKind::refused);
    no.code = "USER_ACCOUNT_ABNORMAL";

    take(world.answer(no));

    EXPECT_EQ(end_of(out), "failed USER_ACCOUNT_ABNORMAL");
    EXPECT_EQ(balance_of(account), "7000");
    EXPECT_EQ(refunded_of_order(), "7000");
    EXPECT_EQ(
        world.value(
            "SELECT sum(refunded) FROM sluice.instruction WHERE run_id = '" +
            earlier.raw().to_uuid() + "'"
        ),
        "0"
    );
    const RunId again = world.begin(conversion(7'000, earlier, account));
    EXPECT_EQ(end_of(again), "pending ");
}

TEST_F(RefundWays, GiveTheAccountEachConversionThatComesBackAfterItsSuccess) {
    const AccountId account = given_balance(0);
    const RunId earlier = given_refund_to(account);
    std::vector<Input> returns;
    for (const std::int64_t minor : {3'000, 4'000}) {
        const RunId out = world.begin(conversion(minor, earlier, account));
        take(world.answer(world.paid()));
        ASSERT_EQ(end_of(out), "succeeded ");
        Input told;
        told.kind = Input::Kind::callback;
        told.callback = RoundWorld::told(world.sent.back().instruction, world.paid());
        told.callback.outcome.kind = OutcomeKind::returned;
        returns.push_back(std::move(told));
    }
    ASSERT_EQ(balance_of(account), "0");
    const std::string room = "SELECT sum(refunded) FROM sluice.instruction WHERE run_id = '" +
                             earlier.raw().to_uuid() + "'";
    ASSERT_EQ(world.value(room), "7000");

    take(std::move(returns[0]));
    EXPECT_EQ(balance_of(account), "3000");
    EXPECT_EQ(world.value(room), "4000");
    take(std::move(returns[1]));

    EXPECT_EQ(balance_of(account), "7000");
    EXPECT_EQ(world.value(room), "0");
    EXPECT_EQ(refunded_of_order(), "7000") << "the first refund stays what it was";
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.refund WHERE status = 'returned'"), "2");
    EXPECT_EQ(world.value("SELECT count(*) FROM sluice.event WHERE type = 'refund.returned'"), "2");
    const RunId again = world.begin(conversion(7'000, earlier, account));
    EXPECT_EQ(end_of(again), "pending ") << "its room is free";
}

TEST_F(RefundWays, FailCleanlyWhenThePayerHasSpentWhatWouldLeave) {
    const AccountId account = given_balance(0);
    const RunId earlier = given_refund_to(account);
    // Another payment holds 30.00 of it.
    world.begin(world.composite(world.new_order(), account));
    const std::size_t sent_before = world.sent.size();

    const RunId out = world.begin(conversion(4'001, earlier, account));

    EXPECT_EQ(end_of(out), "failed insufficient_balance");
    EXPECT_EQ(world.sent.size(), sent_before);
    EXPECT_EQ(balance_of(account), "7000");
    const RunId rest = world.begin(conversion(4'000, earlier, account));
    EXPECT_EQ(end_of(rest), "pending ");
}

TEST_F(RefundWays, AreCappedOnTheRowsWhoeverWritesThem) {
    const AccountId account = given_balance(0);
    payment::Refund details;
    details.to_account = account;
    world.begin(refund(6'000, std::move(details)));
    world.begin(refund(1'000, {}));
    struct Change {
        const char* what;
        const char* where;
    };
    const Change changes[] = {
        {"refunded = 6001", "purpose = 'refund' AND kind = 'internal'"},
        {"refunded = 7001", "purpose = 'collect' AND kind = 'external'"},
        {"refunded = 1", "purpose = 'refund' AND kind = 'external'"},
        {"refund_parts = -1", "purpose = 'collect' AND kind = 'external'"},
    };

    for (const Change& change : changes) {
        const auto refused = world.owner.run(
            std::string("UPDATE sluice.instruction SET ") + change.what + " WHERE " + change.where
        );

        ASSERT_FALSE(refused.has_value()) << change.what << " where " << change.where;
        EXPECT_THAT(refused.error().message, HasSubstr("check constraint")) << change.what;
    }
}

}  // namespace
}  // namespace sluice::testing
