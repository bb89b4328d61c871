#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/pool.hpp"
#include "gateway/account_store.hpp"
#include "ledger/account.hpp"
#include "support/test_database.hpp"

namespace sluice::testing {
namespace {

using gateway::AccountKind;

class GatewayAccountStore : public ::testing::Test {
  protected:
    static gateway::OpenAccount card(const std::string& owner) {
        gateway::OpenAccount wish;
        wish.identity.merchant_id = "alpha";
        wish.identity.kind = AccountKind::prepaid_card;
        wish.identity.owner_number = owner;
        wish.identity.currency = cny();
        return wish;
    }
    gateway::AccountIdentity given_card(const std::string& owner) {
        const auto opened = store->open(card(owner));
        EXPECT_TRUE(opened.has_value()) << opened.error().message;
        return opened->account.identity;
    }
    static gateway::TopUp top_up(
        const gateway::AccountIdentity& account, const std::string& number, std::int64_t minor
    ) {
        return {account, number, Money{minor, cny()}, *parse_rfc3339("2026-01-01T08:00:00Z"), {}};
    }

    TestDatabase database;
    db::Pool pool{database.conninfo(), {.connection = {.role = "sluice_app"}}};
    std::unique_ptr<gateway::AccountStore> store = gateway::make_account_store(pool);
};

TEST_F(GatewayAccountStore, OpensAnAccountOnce) {
    const auto first = store->open(card("c/1"));
    const auto repeat = store->open(card("c/1"));

    ASSERT_TRUE(first.has_value()) << first.error().message;
    ASSERT_TRUE(repeat.has_value()) << repeat.error().message;
    EXPECT_TRUE(first->is_new);
    EXPECT_FALSE(repeat->is_new);
    EXPECT_EQ(repeat->account.identity.id, first->account.identity.id);
    EXPECT_EQ(repeat->account.identity.merchant_id, "alpha");
    EXPECT_EQ(repeat->account.identity.owner_number, "c/1");
    EXPECT_EQ(repeat->account.identity.kind, AccountKind::prepaid_card);
}

TEST_F(GatewayAccountStore, TellsKindsMerchantsAndCurrenciesApart) {
    gateway::OpenAccount balance = card("c");
    balance.identity.kind = AccountKind::balance;
    gateway::OpenAccount other = card("c");
    other.identity.merchant_id = "beta";
    gateway::OpenAccount dollars = card("c");
    dollars.identity.currency = *Currency::parse("USD");

    const auto id = given_card("c").id;

    for (const auto& wish : {balance, other, dollars}) {
        const auto opened = store->open(wish);
        ASSERT_TRUE(opened.has_value()) << opened.error().message;
        EXPECT_TRUE(opened->is_new);
        EXPECT_FALSE(opened->account.identity.id == id);
    }
}

TEST_F(GatewayAccountStore, BooksATopUpOnceAndListsIt) {
    const auto account = given_card("c");

    const auto first = store->top_up(top_up(account, "T-1", 500));
    const auto repeat = store->top_up(top_up(account, "T-1", 500));
    const auto other = store->top_up(top_up(account, "T-1", 501));
    const auto second = store->top_up(top_up(account, "T-2", 7));

    ASSERT_TRUE(first.has_value()) << first.error().message;
    EXPECT_TRUE(first->is_new);
    EXPECT_EQ(first->account.balance_minor, 500);
    EXPECT_FALSE(repeat->is_new);
    EXPECT_EQ(other.error().context, "top_up_number_reused");
    EXPECT_EQ(second->account.available_minor, 507);
    const auto page = store->entries(account.id, {.before_seq = std::nullopt, .limit = 1});
    ASSERT_EQ(page->entries.size(), 1U);
    EXPECT_EQ(page->entries[0].amount.minor(), 7);
    EXPECT_TRUE(page->entries[0].adds);
    EXPECT_EQ(page->next_before, 2);
    EXPECT_THAT(database.unsound(), ::testing::IsEmpty());
}

TEST_F(GatewayAccountStore, RefusesTopUpsOfAClosedAccountAndLeavesItsKeyFree) {
    const auto account = given_card("c");
    ASSERT_TRUE(store->close(account.id).has_value());
    gateway::TopUp wish = top_up(account, "T-1", 5);
    wish.keyed = {"k", {1, 1}};

    EXPECT_EQ(store->top_up(wish).error().context, "account_closed");
    auto connection = database.connect();
    EXPECT_EQ((*connection.run("SELECT count(*) FROM sluice.idempotency_key"))[0].int64(0), 0);
}

TEST_F(GatewayAccountStore, RefusesAKeyThatBelongsToAnotherRequest) {
    gateway::OpenAccount first = card("c-1");
    first.keyed = {"k", {1, 1}};
    gateway::OpenAccount other = card("c-2");
    other.keyed = {"k", {2, 2}};
    ASSERT_TRUE(store->open(first).has_value());

    EXPECT_TRUE(store->open(first).has_value());
    EXPECT_EQ(store->open(other).error().context, "idempotency_key");
    const auto id = given_card("c-2").id;
    EXPECT_TRUE(store->find(id)->has_value());
}

TEST_F(GatewayAccountStore, ShowsNoAccountOfTheHouse) {
    const auto account = given_card("c");
    ASSERT_TRUE(store->top_up(top_up(account, "T-1", 5)).has_value());
    const AccountId bank =
        ledger::account_id({.gl = ledger::kOwnBank, .owner = "top_up", .currency = "CNY"});

    const auto found = store->find(bank);

    ASSERT_TRUE(found.has_value());
    EXPECT_FALSE(found->has_value());
    EXPECT_FALSE(store->identify(bank)->has_value());
}

TEST_F(GatewayAccountStore, RemembersWhatNeverChanges) {
    const auto account = given_card("c");
    ASSERT_TRUE(store->identify(account.id)->has_value());
    ASSERT_TRUE(store->close(account.id).has_value());

    EXPECT_EQ((*store->identify(account.id))->owner_number, "c");
    EXPECT_FALSE((*store->find(account.id))->is_open);
}

}  // namespace
}  // namespace sluice::testing
