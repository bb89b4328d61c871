#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "channel/account_store.hpp"
#include "channel/account_trial.hpp"
#include "channel/health.hpp"
#include "channel/live_registry.hpp"
#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "gateway/channel_accounts.hpp"
#include "http/client.hpp"

namespace sluice::app {

/// The channels of this node and their accounts as they are now. Accounts are read from the
/// database at the start and again after each change, whoever made it on whatever node: a thread of
/// its own asks four times a second whether there was one. Adapters are read from the disk at the
/// start and again when an operator says so, and at no other time. What cannot be read leaves
/// everything as it was, and is an alarm or the answer. Owned by the server; outlives who takes the
/// registry from it.
class ChannelAccounts {
  public:
    struct Parts {
        db::Pool& pool;
        const channel::SealingKeys& keys;
        const Clock& clock;
        std::filesystem::path channels;  ///< the adapters' folder
        channel::Health& health;
    };
    explicit ChannelAccounts(Parts parts);
    ~ChannelAccounts();  ///< stops
    ChannelAccounts(const ChannelAccounts&) = delete;
    ChannelAccounts& operator=(const ChannelAccounts&) = delete;

    /// Brings what the configuration says into the database: an account that is not there is live
    /// at once, one whose entry differs from what was brought in last gets a new version, any other
    /// is left alone. What the API would refuse is `invalid`: above all, the merchant at the
    /// channel never changes once money may go over it. Safe on several nodes at once. Blocks on
    /// the database.
    Result<void> bring_in(const std::vector<channel::ChannelAccountSettings>& configured);

    /// Reads all accounts. The first one that cannot be used is the error, and nothing changes.
    /// Blocks on the database; the first time on the disk too.
    Result<void> read();

    /// `client` asks the accounts that answer nothing any more whether they do again; it is stopped
    /// before this is destroyed.
    void start(http::Client& client);
    /// Idempotent.
    void stop();
    /// Something was changed here: the thread looks at once. Any thread.
    void look_again();
    /// The thread loads the adapters again, see gateway::ChannelAccounts. Any thread.
    void reload(gateway::ReloadDone done) SLUICE_EXCLUDES(mutex_);

    [[nodiscard]] channel::AccountStore& store() { return store_; }
    /// For the gateway. `client` must outlive it.
    [[nodiscard]] gateway::ChannelAccounts api(http::Client& client);
    [[nodiscard]] const channel::LiveRegistry& registry() const { return registry_; }
    /// What routing may choose from; another pointer after each change of an account or, looked at
    /// once a second, of its health. Any thread.
    [[nodiscard]] std::shared_ptr<const Value> candidates() const SLUICE_EXCLUDES(mutex_);
    /// How the accounts answer, a line each. Any thread.
    [[nodiscard]] std::string metrics() const;

  private:
    Result<void> check(const gateway::AccountWish& wish) const;
    Result<void> check_configured(const gateway::AccountWish& wish) const;
    Result<channel::AdapterPtr> adapter_of(const std::string& channel) const;
    Result<channel::AccountTrial> make_trial(const channel::ChannelAccountSettings& settings) const;
    Result<channel::AccountTrial> make_trial(
        channel::ChannelAccount account, channel::AdapterPtr adapter
    ) const;
    void ask_balance(
        http::Client& client,
        const channel::ChannelAccountSettings& settings,
        gateway::BalanceDone done
    ) const;
    Result<void> bring_in_one(const channel::ChannelAccountSettings& wanted);
    Result<void> load_adapters_once();
    Result<std::vector<channel::ChannelAccountSettings>> stored_accounts();
    void take_up(channel::RegistryPtr next, std::int64_t revision);
    Result<std::vector<gateway::LoadedChannel>> load_again();
    [[nodiscard]] bool wait_for_work() SLUICE_EXCLUDES(mutex_);
    void answer_reloads() SLUICE_EXCLUDES(mutex_);
    Result<void> read_if_changed();
    void publish_candidates() SLUICE_EXCLUDES(mutex_);
    void probe(http::Client& client);
    void loop(http::Client& client);

    const Parts parts_;
    channel::AccountStore store_;
    const std::unique_ptr<gateway::FloatStore> floats_;
    channel::LiveRegistry registry_{nullptr};
    std::int64_t revision_ = -1;  ///< of what was read last; the thread's, once it runs
    std::string last_trouble_;    ///< told once; the thread's
    mutable Mutex mutex_;
    ConditionVariable changed_;
    std::shared_ptr<const Value> candidates_ SLUICE_GUARDED_BY(mutex_);
    bool look_ SLUICE_GUARDED_BY(mutex_) = false;
    std::vector<gateway::ReloadDone> reloads_ SLUICE_GUARDED_BY(mutex_);
    bool is_stopped_ SLUICE_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace sluice::app
