#include "ledger/account.hpp"

#include <set>

#include <gtest/gtest.h>

namespace sluice::ledger {
namespace {

const AccountKey kCard{
    .book = kOwnBook, .gl = "2002", .owner = "m_1/card_1", .currency = "CNY", .dims = ""
};

TEST(AccountId, NeverChangesForAKey) {
    // Kept in databases for ever: an id that moves here loses accounts.
    EXPECT_EQ(account_id(kCard).raw().to_uuid(), "cecbdd3b-4273-43d5-f067-01d9682f9e17");
}

TEST(AccountId, DiffersInEveryPartOfTheKey) {
    std::set<AccountId> ids = {account_id(kCard)};
    AccountKey other = kCard;
    other.book = 2;
    ids.insert(account_id(other));
    other = kCard;
    other.gl = "2001";
    ids.insert(account_id(other));
    other = kCard;
    other.owner = "m_1/card_2";
    ids.insert(account_id(other));
    other = kCard;
    other.currency = "USD";
    ids.insert(account_id(other));
    other = kCard;
    other.dims = "x";
    ids.insert(account_id(other));

    EXPECT_EQ(ids.size(), 6U);
}

TEST(AccountId, PartsNeverRunIntoOneAnother) {
    const AccountKey left{.book = 1, .gl = "1", .owner = "23", .currency = "CNY", .dims = ""};
    const AccountKey right{.book = 1, .gl = "12", .owner = "3", .currency = "CNY", .dims = ""};

    EXPECT_NE(account_id(left), account_id(right));
}

}  // namespace
}  // namespace sluice::ledger
