// Channel accounts on a real database: versions, states, history, and secrets that lie there
// sealed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/account_store.hpp"
#include "core/random.hpp"
#include "support/sealing.hpp"
#include "support/test_database.hpp"

namespace sluice::channel {
namespace {

using sluice::testing::TestDatabase;
using ::testing::HasSubstr;

constexpr Time kNow{std::chrono::seconds(1'767'225'600)};

ChannelAccountSettings bank() {
    ChannelAccountSettings settings;
    settings.name = "main";
    settings.channel = "bank";
    settings.settings = {{"base_url", "https://bank.example"}, {"account", "1"}};
    settings.secrets.emplace("bank_key", Secret<std::string>("open sesame"));
    settings.routing.cost_basis_points = 7;
    settings.state = AccountState::draft;
    return settings;
}

class ChannelAccountStore : public ::testing::Test {
  protected:
    ChannelAccountId given(const ChannelAccountSettings& settings) {
        SystemRandom random;
        const auto id = ChannelAccountId::generate(kNow, Bucket{1}, random);
        EXPECT_TRUE(store_.save({id, 0, settings}, {"wu.dan", kNow}));
        return id;
    }
    StoredAccount read(ChannelAccountId id) { return store_.find(id).value().value(); }
    std::string value(const std::string& sql) {
        auto connection = database_.connect();
        const auto rows = connection.run(sql);
        return rows ? std::string((*rows)[0].text_or_empty(0)) : rows.error().message;
    }

    TestDatabase database_;
    db::Pool pool_{database_.conninfo(), {.connection = {.role = "sluice_app"}}};
    AccountStore store_{pool_, sluice::testing::test_sealing_keys()};
};

TEST_F(ChannelAccountStore, GivesBackWhatWasSavedAndKeepsSecretsSealed) {
    const ChannelAccountId id = given(bank());

    const StoredAccount account = read(id);
    const ChannelAccountSettings opened = store_.open(account).value();

    EXPECT_EQ(account.version, 1);
    EXPECT_EQ(opened.settings, bank().settings);
    EXPECT_EQ(opened.secrets, bank().secrets);
    EXPECT_EQ(opened.routing.cost_basis_points, 7);
    EXPECT_EQ(opened.state, AccountState::draft);
    EXPECT_EQ(account.settings.secrets.size(), 0U);
    EXPECT_EQ(
        value("SELECT count(*) FROM sluice.channel_secret s WHERE s::text LIKE '%sesame%'"), "0"
    );
}

TEST_F(ChannelAccountStore, RefusesASecretThatIsNotSealed) {
    const ChannelAccountId id = given(bank());

    EXPECT_THAT(
        value(
            "UPDATE sluice.channel_secret SET sealed = 'open sesame' WHERE account_id = '" +
            id.raw().to_uuid() + "' RETURNING 1"
        ),
        HasSubstr("channel_secret_is_sealed")
    );
}

TEST_F(ChannelAccountStore, DoesNotOpenASecretOfAnotherVersion) {
    const ChannelAccountId id = given(bank());
    ChannelAccountSettings next = bank();
    next.secrets.insert_or_assign("bank_key", Secret<std::string>("another"));
    ASSERT_TRUE(store_.save({id, 1, next}, {"wu.dan", kNow}));

    value(
        "UPDATE sluice.channel_secret s SET sealed = o.sealed FROM sluice.channel_secret o "
        "WHERE s.version = 2 AND o.version = 1 RETURNING 1"
    );

    const auto opened = store_.open(read(id));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
}

TEST_F(ChannelAccountStore, RefusesTheSecondOfOneNameAndTheSecondOfOneVersion) {
    const ChannelAccountId id = given(bank());
    SystemRandom random;
    const auto other = ChannelAccountId::generate(kNow, Bucket{1}, random);

    const auto same_name = store_.save({other, 0, bank()}, {"wu.dan", kNow});
    ASSERT_TRUE(store_.save({id, 1, bank()}, {"wu.dan", kNow}));
    const auto same_version = store_.save({id, 1, bank()}, {"li.si", kNow});

    ASSERT_FALSE(same_name);
    EXPECT_EQ(same_name.error().context, "channel_account_exists");
    ASSERT_FALSE(same_version);
    EXPECT_EQ(same_version.error().context, "channel_account_changed");
    EXPECT_EQ(read(id).version, 2);
    EXPECT_FALSE(store_.find(other).value().has_value());
}

TEST_F(ChannelAccountStore, ChangesStatesAsTheyMayAndWritesWhoDidIt) {
    const ChannelAccountId id = given(bank());
    const std::int64_t before = store_.revision().value();

    const auto change = [&](std::vector<AccountState> from, AccountState to) {
        return store_.change_state({id, std::move(from), to}, {"li.si", kNow}).has_value();
    };
    EXPECT_FALSE(change({AccountState::live}, AccountState::paused));
    EXPECT_TRUE(change({AccountState::draft}, AccountState::live));
    EXPECT_TRUE(change({AccountState::draft, AccountState::live}, AccountState::retired));
    EXPECT_FALSE(store_.save({id, 1, bank()}, {"li.si", kNow})) << "retired is for ever";

    const auto history = store_.changes(id).value();
    ASSERT_EQ(history.size(), 3U);
    EXPECT_EQ(history[0].made_by, "wu.dan");
    EXPECT_EQ(history[2].made_by, "li.si");
    EXPECT_EQ(history[2].state, AccountState::retired);
    EXPECT_GT(store_.revision().value(), before);
}

TEST_F(ChannelAccountStore, FindsTheLastVersionThatSomebodyMade) {
    const ChannelAccountId id = given(bank());
    ChannelAccountSettings next = bank();
    next.routing.cost_basis_points = 9;
    ASSERT_TRUE(store_.save({id, 1, next}, {"li.si", kNow}));

    const auto first = store_.find_last_of(id, "wu.dan").value();
    const auto second = store_.find_last_of(id, "li.si").value();

    EXPECT_EQ(first->settings.routing.cost_basis_points, 7);
    EXPECT_TRUE(store_.open(*first));
    EXPECT_EQ(second->settings.routing.cost_basis_points, 9);
    EXPECT_FALSE(store_.find_last_of(id, "nobody").value().has_value());
    EXPECT_EQ(store_.list().value().size(), 1U);
}

}  // namespace
}  // namespace sluice::channel
