// What the database lets a run do to an account in one step: take, give, restore.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/hand_made.hpp"
#include "ledger/ledger_store.hpp"
#include "support/test_database.hpp"

namespace sluice::testing {
namespace {

using flow::AccountStep;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AccountSteps : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_THAT(database_.unsound(), IsEmpty()); }

    AccountId given_card(std::int64_t minor, std::optional<std::int64_t> ceil = std::nullopt) {
        ledger::LedgerStore store(connection_);
        const std::string name = "card_" + std::to_string(++cards_);
        const AccountId card = *store.open_account({
            .key = {.gl = ledger::kPrepaidCard, .owner = name, .currency = "CNY"},
            .floor_minor = 0,
            .ceil_minor = ceil,
        });
        const auto filled = store.top_up({card, Money{minor, cny()}, "shop", name, kHandMadeNow});
        EXPECT_TRUE(filled.has_value());
        return card;
    }
    void close(AccountId card) {
        EXPECT_TRUE(ledger::LedgerStore(connection_).close(card).has_value());
    }
    std::int64_t balance(AccountId card) {
        return ledger::LedgerStore(connection_).find(card)->balance.minor();
    }
    /// An activation that does this to the account, with its postings.
    HandMade moves(AccountStep::Kind kind, AccountId card, std::int64_t minor) {
        HandMade made(random_, card, minor);
        made.begins();
        auto& instruction = made.picture.instructions.front();
        instruction.status = payment::InstructionStatus::succeeded;
        made.step.account_steps = {{1, kind, instruction.id, card, instruction.amount}};
        const bool takes = kind == AccountStep::Kind::take;
        const auto of_card = takes ? flow::Side::debit : flow::Side::credit;
        const auto of_shop = takes ? flow::Side::credit : flow::Side::debit;
        made.step.lines = {
            {"2002", {}, card, of_card, instruction.amount},
            {"5002", "shop", {}, of_shop, instruction.amount}
        };
        return made;
    }
    /// Commits them as one batch; "activation reason" of those that were refused.
    template <class... Activations>
    std::vector<std::string> refused(Activations... activations) {
        batch_.clear();
        (batch_.add(activations.activated()), ...);
        const auto refusals = batch_.commit(connection_);
        EXPECT_TRUE(refusals.has_value()) << refusals.error().message;
        std::vector<std::string> texts;
        for (const worker::Refusal& refusal : *refusals) {
            texts.push_back(std::to_string(refusal.activation) + " " + refusal.reason);
        }
        return texts;
    }

    TestDatabase database_;
    db::Connection connection_ = database_.connect({.statement_timeout = {}, .role = "sluice_app"});
    SeededRandom random_{11};
    worker::Batch batch_;
    int cards_ = 0;
};

TEST_F(AccountSteps, TakeWhatIsThereAndNoMore) {
    const AccountId card = given_card(1'000);

    EXPECT_THAT(
        refused(
            moves(AccountStep::Kind::take, card, 600),
            moves(AccountStep::Kind::take, card, 401),
            moves(AccountStep::Kind::take, card, 400)
        ),
        ElementsAre("1 insufficient_balance")
    );

    EXPECT_EQ(balance(card), 0);
}

TEST_F(AccountSteps, TakeNothingOfAClosedAccountNorOfNone) {
    const AccountId card = given_card(1'000);
    close(card);
    const AccountId nowhere(Id128{0x0100, 77});

    EXPECT_THAT(
        refused(
            moves(AccountStep::Kind::take, card, 1), moves(AccountStep::Kind::take, nowhere, 1)
        ),
        ElementsAre("0 account_closed", "1 account_not_found")
    );

    EXPECT_EQ(balance(card), 1'000);
}

TEST_F(AccountSteps, GiveUpToTheCeilingOfAnOpenAccount) {
    const AccountId card = given_card(1'000, 1'500);

    EXPECT_THAT(
        refused(
            moves(AccountStep::Kind::give, card, 400),
            moves(AccountStep::Kind::give, card, 101),
            moves(AccountStep::Kind::give, card, 100)
        ),
        ElementsAre("1 over_limit")
    );
    EXPECT_EQ(balance(card), 1'500);

    const AccountId closed = given_card(1'000);
    close(closed);
    EXPECT_THAT(
        refused(moves(AccountStep::Kind::give, closed, 1)), ElementsAre("0 account_closed")
    );
    EXPECT_EQ(balance(closed), 1'000);
}

TEST_F(AccountSteps, RestoreAlsoToAnAccountThatWasClosedMeanwhile) {
    const AccountId card = given_card(1'000);
    ASSERT_THAT(refused(moves(AccountStep::Kind::take, card, 400)), IsEmpty());
    close(card);

    EXPECT_THAT(refused(moves(AccountStep::Kind::restore, card, 400)), IsEmpty());

    EXPECT_EQ(balance(card), 1'000);
}

}  // namespace
}  // namespace sluice::testing
