#include <gtest/gtest.h>

#include "ledger/ledger_store.hpp"
#include "support/test_database.hpp"

namespace sluice::ledger {
namespace {

using sluice::testing::TestDatabase;

constexpr Time kNoon{std::chrono::seconds{1'790'000'000}};

class Ledger : public ::testing::Test {
  protected:
    AccountId given_card(const std::string& owner = "m_1/card_1") {
        const Result<AccountId> id = store_.open_account(new_card(owner));
        EXPECT_TRUE(id.has_value()) << id.error().message;
        return *id;
    }
    static NewAccount new_card(std::string_view owner) {
        return {
            .key = {.gl = kPrepaidCard, .owner = owner, .currency = "CNY"},
            .floor_minor = 0,
            .ceil_minor = std::nullopt,
        };
    }
    Result<TopUpDone> top_up(AccountId account, std::int64_t minor, const std::string& number) {
        return store_.top_up({account, Money(minor, cny()), "m_1", number, kNoon});
    }
    Money available(AccountId account) { return store_.find(account)->available; }
    void TearDown() override { EXPECT_EQ(database_.unsound(), std::vector<std::string>{}); }

    TestDatabase database_;
    db::Connection connection_ = database_.connect({.statement_timeout = {}, .role = "sluice_app"});
    LedgerStore store_{connection_};
};

TEST_F(Ledger, AnAccountOpensOnceUnderItsDerivedId) {
    const AccountId first = given_card();
    const AccountId again = given_card();

    EXPECT_EQ(first, again);
    EXPECT_EQ(first, account_id({.gl = kPrepaidCard, .owner = "m_1/card_1", .currency = "CNY"}));
    const Result<AccountView> view = store_.find(first);
    ASSERT_TRUE(view.has_value()) << view.error().message;
    EXPECT_EQ(view->owner, "m_1/card_1");
    EXPECT_EQ(view->gl, kPrepaidCard);
    EXPECT_EQ(view->available, Money(0, cny()));
    EXPECT_EQ(view->status, AccountStatus::open);
}

TEST_F(Ledger, AnAccountIsNotOpenedWithOtherLimits) {
    given_card();
    NewAccount other = new_card("m_1/card_1");
    other.floor_minor = -100;

    const Result<AccountId> refused = store_.open_account(other);

    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::conflict);
}

TEST_F(Ledger, AnUnknownCodeOrCurrencyOpensNothing) {
    NewAccount wrong_code = new_card("m_1/x");
    wrong_code.key.gl = "9999";
    NewAccount wrong_currency = new_card("m_1/x");
    wrong_currency.key.currency = "RMB";

    EXPECT_EQ(store_.open_account(wrong_code).error().code, ErrorCode::invalid);
    EXPECT_EQ(store_.open_account(wrong_currency).error().code, ErrorCode::invalid);
}

TEST_F(Ledger, ATopUpIsBookedOnceHoweverOftenItIsSent) {
    const AccountId card = given_card();

    const Result<TopUpDone> first = top_up(card, 5000, "t1");
    const Result<TopUpDone> again = top_up(card, 5000, "t1");

    ASSERT_TRUE(first.has_value()) << first.error().message;
    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(first->posted, Posted::now);
    EXPECT_EQ(again->posted, Posted::before);
    EXPECT_EQ(first->journal, again->journal);
    EXPECT_EQ(available(card), Money(5000, cny()));
}

TEST_F(Ledger, ATopUpNumberIsNotUsedForSomethingElse) {
    const AccountId card = given_card();
    const AccountId other = given_card("m_1/card_2");
    ASSERT_TRUE(top_up(card, 5000, "t1").has_value());

    EXPECT_EQ(top_up(card, 5001, "t1").error().code, ErrorCode::conflict);
    EXPECT_EQ(top_up(other, 5000, "t1").error().code, ErrorCode::conflict);
    EXPECT_EQ(available(card), Money(5000, cny()));
    EXPECT_EQ(available(other), Money(0, cny()));
}

TEST_F(Ledger, NumbersOfTwoMerchantsAreTheirOwn) {
    const AccountId card = given_card();
    ASSERT_TRUE(top_up(card, 5000, "t1").has_value());

    const Result<TopUpDone> other = store_.top_up({card, Money(7, cny()), "m_2", "t1", kNoon});

    ASSERT_TRUE(other.has_value()) << other.error().message;
    EXPECT_EQ(available(card), Money(5007, cny()));
}

TEST_F(Ledger, RefusedTopUpsBookNothing) {
    const AccountId card = given_card();
    const AccountId closed = given_card("m_1/closed");
    ASSERT_TRUE(store_.close(closed).has_value());
    NewAccount limited = new_card("m_1/limited");
    limited.ceil_minor = 100;
    const AccountId small = *store_.open_account(limited);
    const AccountId absent(Id128{1, 2});
    const Currency dollar = *Currency::parse("USD");

    EXPECT_EQ(top_up(card, 0, "a").error().code, ErrorCode::invalid);
    EXPECT_EQ(top_up(card, -1, "b").error().code, ErrorCode::invalid);
    EXPECT_EQ(top_up(absent, 1, "c").error().code, ErrorCode::not_found);
    EXPECT_EQ(
        store_.top_up({card, Money(1, dollar), "m_1", "d", kNoon}).error().code, ErrorCode::invalid
    );
    EXPECT_EQ(top_up(closed, 1, "e").error().context, "account_closed");
    EXPECT_EQ(top_up(small, 101, "f").error().context, "over_limit");
    EXPECT_TRUE(top_up(small, 100, "f").has_value()) << "a refusal uses no number up";
    EXPECT_EQ(available(card), Money(0, cny()));
}

TEST_F(Ledger, AClosedAccountStaysReadable) {
    const AccountId card = given_card();
    ASSERT_TRUE(top_up(card, 5000, "t1").has_value());

    const Result<AccountView> closed = store_.close(card);

    ASSERT_TRUE(closed.has_value()) << closed.error().message;
    EXPECT_EQ(closed->status, AccountStatus::closed);
    EXPECT_EQ(closed->balance, Money(5000, cny()));
    EXPECT_TRUE(store_.close(card).has_value()) << "closing twice is fine";
    EXPECT_EQ(store_.close(AccountId(Id128{1, 2})).error().code, ErrorCode::not_found);
}

TEST_F(Ledger, AStatementIsReadNewestFirstPageByPage) {
    const AccountId card = given_card();
    for (int i = 1; i <= 5; ++i) {
        ASSERT_TRUE(top_up(card, i, "t" + std::to_string(i)).has_value());
    }

    std::vector<std::int64_t> amounts;
    EntryQuery query{.account = card, .before_number = std::nullopt, .entries_max = 2};
    std::vector<std::size_t> sizes;
    do {
        const Result<EntryPage> page = store_.entries(query);
        ASSERT_TRUE(page.has_value()) << page.error().message;
        sizes.push_back(page->entries.size());
        for (const EntryView& entry : page->entries) {
            amounts.push_back(entry.amount.minor());
            EXPECT_EQ(entry.side, Side::credit);
            EXPECT_EQ(entry.event, "top_up");
            EXPECT_EQ(entry.effective_at, kNoon);
        }
        query.before_number = page->next_before_number;
    } while (query.before_number);

    EXPECT_EQ(amounts, (std::vector<std::int64_t>{5, 4, 3, 2, 1}));
    EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 2, 1}));
}

TEST_F(Ledger, TheBalanceOfADeferredAccountIsTheSumOfItsEntries) {
    const AccountId card = given_card();
    ASSERT_TRUE(top_up(card, 5000, "t1").has_value());
    ASSERT_TRUE(top_up(card, 70, "t2").has_value());

    const Result<AccountView> bank =
        store_.find(account_id({.gl = kOwnBank, .owner = "top_up", .currency = "CNY"}));

    ASSERT_TRUE(bank.has_value()) << bank.error().message;
    EXPECT_EQ(bank->balance, Money(5070, cny()));
}

}  // namespace
}  // namespace sluice::ledger
