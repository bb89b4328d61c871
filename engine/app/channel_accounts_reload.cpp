// The operator's act that makes adapters of the disk count.
#include <utility>
#include <vector>

#include "app/adapter_reload.hpp"
#include "app/channel_accounts.hpp"
#include "log/log.hpp"

namespace sluice::app {

/// An adapter's mistake is the operator's to mend; what the database did not do is not.
Result<std::vector<gateway::LoadedChannel>> ChannelAccounts::load_again() {
    const auto refused = [](const Error& why) {
        log::warn("channel_adapters_refused", {{"text", why.message}});
        return fail(ErrorCode::refused, why.message, "adapter_refused");
    };
    const channel::RegistryPtr before = registry_.current();
    const auto adapters = read_adapters_again(parts_.channels, *before);
    if (!adapters) {
        return refused(adapters.error());
    }
    SLUICE_ASSIGN(const std::int64_t revision, store_.revision());
    SLUICE_ASSIGN(auto accounts, stored_accounts());
    auto registry = channel::Registry::build(*adapters, std::move(accounts));
    if (!registry) {
        return refused(registry.error());
    }
    if (const auto fits = check_succession(*before, **registry); !fits) {
        return refused(fits.error());
    }
    auto changes = changes_between(*before, **registry);
    take_up(*std::move(registry), revision);
    log::info("channel_adapters_loaded", {{"channels", std::int64_t(changes.size())}});
    return changes;
}

void ChannelAccounts::reload(gateway::ReloadDone done) {
    {
        const MutexLock lock(mutex_);
        if (!is_stopped_) {
            reloads_.push_back(std::move(done));
            changed_.notify_all();
            return;
        }
    }
    done(fail(ErrorCode::unavailable, "the node is stopping"));
}

/// Also what was asked for before the stop and is not to be any more.
void ChannelAccounts::answer_reloads() {
    std::vector<gateway::ReloadDone> waiting;
    bool is_stopped = false;
    {
        const MutexLock lock(mutex_);
        waiting.swap(reloads_);
        is_stopped = is_stopped_;
    }
    for (const gateway::ReloadDone& done : waiting) {
        if (is_stopped) {
            done(fail(ErrorCode::unavailable, "the node is stopping"));
        } else {
            done(load_again());
        }
    }
}

}  // namespace sluice::app
