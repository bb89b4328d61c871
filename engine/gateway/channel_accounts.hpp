#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "channel/account_balance.hpp"
#include "channel/account_store.hpp"
#include "channel/health.hpp"
#include "core/result.hpp"
#include "gateway/float_store.hpp"
#include "payment/outcome.hpp"

namespace sluice::gateway {

/// What a test call of a channel account found.
struct TrialResult {
    bool works = false;
    payment::Outcome outcome;
    int http_status = 0;  ///< 0: no answer
    std::int64_t took_ms = 0;
    std::vector<std::string> proved;      ///< secrets that the answers prove right, by name
    std::vector<std::string> not_proved;  ///< the others
};
using TrialDone = std::function<void(Result<TrialResult>)>;
using BalanceDone = std::function<void(Result<channel::AccountBalance>)>;

/// Settings that are wanted, and those of the version before, unless the account is new.
struct AccountWish {
    const channel::ChannelAccountSettings& wanted;
    const channel::ChannelAccountSettings* before = nullptr;
};

enum class AdapterChange { unchanged, changed, added, removed };

/// A channel of this node, after its adapters were loaded again.
struct LoadedChannel {
    std::string name;
    std::string title_en;
    std::string title_zh;
    std::string digest;  ///< of the adapter's files: the same on all nodes that have the same
    AdapterChange change = AdapterChange::unchanged;
};
using ReloadDone = std::function<void(Result<std::vector<LoadedChannel>>)>;

/// What the addresses about channels and their accounts talk to. References outlive it; any thread.
struct ChannelAccounts {
    channel::AccountStore& store;
    FloatStore& floats;
    /// Holds settings against the form of their channel. `invalid` with the place in the request
    /// as context ("/secrets/api_key"); never with a secret. Blocks on the disk.
    std::function<Result<void>(const AccountWish&)> check;
    /// Asks the channel something harmless with these settings. Does not block; `done` on any
    /// thread, once, no later than the account's time-out.
    std::function<void(const channel::ChannelAccountSettings&, TrialDone done)> try_out;
    /// Loads the adapters of the channels folder again, for this node. All of them are checked
    /// before any counts: `refused` (adapter_refused) for what is wrong with one, then nothing has
    /// changed. Does not block; `done` on any thread, once.
    std::function<void(ReloadDone done)> reload;
    /// Asks the channel what is on the account; fails as BalanceQuestion does. Does not block;
    /// `done` on any thread, once, no later than the account's time-out.
    std::function<void(const channel::ChannelAccountSettings&, BalanceDone done)> ask_balance;
    std::function<void()> changed;  ///< an account was changed: this node need not wait to see it
    /// How the account answers this node.
    std::function<channel::AccountHealth(const channel::ChannelAccountSettings&)> health;
};

}  // namespace sluice::gateway
