#include <gtest/gtest.h>

#include "ledger/ledger_store.hpp"
#include "support/test_database.hpp"

namespace sluice::ledger {
namespace {

using testing::TestDatabase;

constexpr Time kNoon{std::chrono::seconds{1'790'000'000}};

class Ledger : public ::testing::Test {
  protected:
    AccountId given_card(const std::string& owner = "user_1") {
        const Result<AccountId> id = store_.open_account(
            {.key = {.gl = kPrepaidCard, .owner = owner, .currency = "CNY"}}
        );
        EXPECT_TRUE(id.has_value()) << id.error().message;
        return *id;
    }
    Result<TopUpDone> top_up(AccountId account, std::int64_t minor, const std::string& number) {
        return store_.top_up({account, Money(minor, cny()), "m_1", number, kNoon});
    }
    void TearDown() override { EXPECT_EQ(database_.unsound(), std::vector<std::string>{}); }

    TestDatabase database_;
    db::Connection connection_ = database_.connect({.role = "sluice_app"});
    LedgerStore store_{connection_};
};

TEST_F(Ledger, AnAccountOpensOnceUnderItsDerivedId) {
    const AccountId first = given_card();
    const AccountId again = given_card();

    EXPECT_EQ(first, again);
    EXPECT_EQ(first, account_id({.gl = kPrepaidCard, .owner = "user_1", .currency = "CNY"}));
    const Result<AccountView> view = store_.find(first);
    ASSERT_TRUE(view.has_value()) << view.error().message;
    EXPECT_EQ(view->available, Money(0, cny()));
    EXPECT_EQ(view->status, AccountStatus::open);
}

}  // namespace
}  // namespace sluice::ledger
