// The thread that asks channels for their keys, against a channel that only ever fails.
#include "app/channel_keys.hpp"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/process_wait.hpp"
#include "support/sealing.hpp"
#include "support/test_database.hpp"
#include "support/webhook_receiver.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::testing {
namespace {

using channel::ChannelAccountSettings;
using channel::RegistryPtr;
using channel::testing::toy_account;
using channel::testing::toy_adapter;
using channel::testing::toy_script;
using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;

/// A clock that a test moves while a thread reads it.
class MovedClock final : public Clock {
  public:
    [[nodiscard]] Time now() const override { return Time(since_epoch_.load()); }
    void advance(Time::duration by) { since_epoch_ = since_epoch_.load() + by; }

  private:
    std::atomic<Time::duration> since_epoch_{seconds(1'767'225'600)};
};

class ChannelKeysThread : public ::testing::Test {
  protected:
    ChannelKeysThread() { channel_.behave(WebhookReceiver::answering(500)); }

    RegistryPtr two_accounts() {
        const std::string script = toy_script("return {\n  name", R"lua(return {
          keys = {
            request = function(wanted, account)
              return { method = "GET", path = "/keys/" .. account.name }
            end,
            response = function() return { kind = "unknown", code = "BUSY" } end,
          },
          name)lua");
        std::vector<ChannelAccountSettings> accounts;
        for (const char* name : {"first", "second"}) {
            ChannelAccountSettings account = toy_account();
            account.name = name;
            account.settings["base_url"] = channel_.url("");
            accounts.push_back(std::move(account));
        }
        return channel::Registry::build({toy_adapter(script)}, std::move(accounts)).value();
    }
    /// What the channel was asked, once there were so many questions.
    std::vector<std::string> asked(std::size_t count) {
        EXPECT_TRUE(eventually([&] { return channel_.count() >= count; }));
        std::vector<std::string> paths;
        for (const auto& request : channel_.received()) {
            paths.push_back(request.path);
        }
        return paths;
    }

    TestDatabase database_;
    db::Pool pool_{database_.conninfo(), {.connection = {.role = "sluice_app"}}};
    channel::AccountStore store_{pool_, test_sealing_keys()};
    WebhookReceiver channel_;
    MovedClock clock_;
    channel::LiveRegistry registry_{two_accounts()};
    app::ChannelKeys keys_{{.store = store_, .registry = registry_, .clock = clock_, .changed = [] {
                            }}};
};

/// One look goes through the accounts in their order: when it asks for the second one it has passed
/// the first one over.
TEST_F(ChannelKeysThread, AsksNobodyAgainBeforeItsTimeWhoseQuestionFailed) {
    keys_.start();
    EXPECT_THAT(asked(2), ElementsAre("/keys/first", "/keys/second"));

    clock_.advance(seconds(10));
    keys_.miss(*registry_.current()->find_account({"toy", "second"}));
    EXPECT_THAT(asked(3), ElementsAre("/keys/first", "/keys/second", "/keys/second"));

    clock_.advance(hours(12) - seconds(10));
    EXPECT_EQ(asked(4).back(), "/keys/first");
    clock_.advance(seconds(10));
    EXPECT_THAT(
        asked(5),
        ElementsAre("/keys/first", "/keys/second", "/keys/second", "/keys/first", "/keys/second")
    );
}

}  // namespace
}  // namespace sluice::testing
