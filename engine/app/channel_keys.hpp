#pragma once

#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "app/key_rhythm.hpp"
#include "channel/account_store.hpp"
#include "channel/live_registry.hpp"
#include "channel/shown_keys.hpp"
#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "core/random.hpp"
#include "core/result.hpp"
#include "http/client.hpp"

namespace sluice::app {

/// Asks channels which keys they sign with, in the rhythm of KeyRhythm, and writes what is new into
/// a next version of the account: all nodes then have it, and keep the old one until it is over.
/// One thread of its own; nothing waits for it. Owned by the server.
class ChannelKeys {
  public:
    struct Parts {
        channel::AccountStore& store;
        const channel::LiveRegistry& registry;
        const Clock& clock;
        std::function<void()> changed;  ///< an account has a next version
        http::ClientSettings client = {};
    };
    explicit ChannelKeys(Parts parts) : parts_(std::move(parts)), client_(parts_.client) {}
    ~ChannelKeys();  ///< stops
    ChannelKeys(const ChannelKeys&) = delete;
    ChannelKeys& operator=(const ChannelKeys&) = delete;

    void start();
    /// Idempotent.
    void stop();

    /// A message named a key that the account does not have. Anybody can send such a message, so
    /// that an account is asked for at most once in ten seconds. Any thread; does not block.
    void miss(const channel::ChannelAccount& account) SLUICE_EXCLUDES(mutex_);

  private:
    void loop();
    void look();
    [[nodiscard]] bool is_due(
        const channel::ChannelAccount& account, const channel::Adapter& adapter
    );
    Result<void> ask(const channel::ChannelAccount& account, const channel::AdapterPtr& adapter);
    Result<void> keep(
        const channel::ChannelAccount& account, const std::vector<channel::ShownKey>& keys
    );
    channel::Moment moment();

    const Parts parts_;
    SystemRandom random_;
    http::Client client_;
    Mutex mutex_;
    ConditionVariable changed_;
    KeyRhythm rhythm_ SLUICE_GUARDED_BY(mutex_);
    bool is_stopped_ SLUICE_GUARDED_BY(mutex_) = false;
    std::thread thread_;
};

}  // namespace sluice::app
