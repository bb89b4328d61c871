#include "app/channel_keys.hpp"

#include <chrono>
#include <pthread.h>

#include "log/log.hpp"

namespace sluice::app {
namespace {

constexpr std::chrono::seconds kDueEvery{1};
constexpr std::size_t kKeyMomentNonceBytes = 16;
constexpr std::string_view kWho = "channel_keys";

}  // namespace

ChannelKeys::~ChannelKeys() { stop(); }

void ChannelKeys::start() {
    thread_ = std::thread([this] { loop(); });
    ::pthread_setname_np(thread_.native_handle(), "channel-keys");
}

void ChannelKeys::stop() {
    {
        const MutexLock lock(mutex_);
        is_stopped_ = true;
    }
    changed_.notify_all();
    client_.stop();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void ChannelKeys::miss(const channel::ChannelAccount& account) {
    const MutexLock lock(mutex_);
    rhythm_.miss(account);
}

void ChannelKeys::loop() {
    while (true) {
        look();
        const auto deadline = std::chrono::steady_clock::now() + kDueEvery;
        const MutexLock lock(mutex_);
        while (!is_stopped_ && changed_.wait_until(mutex_, deadline) == std::cv_status::no_timeout
        ) {
        }
        if (is_stopped_) {
            return;
        }
    }
}

bool ChannelKeys::is_due(const channel::ChannelAccount& account, const channel::Adapter& adapter) {
    const MutexLock lock(mutex_);
    return rhythm_.take(account, adapter, parts_.clock.now());
}

void ChannelKeys::look() {
    const channel::RegistryPtr registry = parts_.registry.current();
    for (const channel::ChannelAccount* account : registry->accounts()) {
        const auto adapter = registry->find_adapter(account->channel());
        if (!is_due(*account, *adapter)) {
            continue;
        }
        if (const auto done = ask(*account, adapter); !done) {
            log::warn(
                "channel_keys_not_shown",
                {{"account", account->name()}, {"text", done.error().message}}
            );
        }
    }
}

channel::Moment ChannelKeys::moment() {
    return {parts_.clock.now(), random_hex(random_, kKeyMomentNonceBytes)};
}

Result<void> ChannelKeys::ask(
    const channel::ChannelAccount& account, const channel::AdapterPtr& adapter
) {
    channel::AdapterHost host(adapter);
    SLUICE_ASSIGN(auto request, channel::ask_for_keys(host, account, moment()));
    if (!request) {
        return {};
    }
    const http::ClientResult answer = http::fetch(client_, *std::move(request));
    if (!answer) {
        return fail(ErrorCode::unavailable, answer.error().message);
    }
    SLUICE_ASSIGN(const auto keys, channel::read_shown_keys(host, {account, *answer}, moment()));
    return keep(account, keys);
}

/// Another node may be quicker: then its version has them too.
Result<void> ChannelKeys::keep(
    const channel::ChannelAccount& account, const std::vector<channel::ShownKey>& keys
) {
    SLUICE_ASSIGN(const auto stored, parts_.store.find_named({account.channel(), account.name()}));
    if (!stored) {
        return {};
    }
    SLUICE_ASSIGN(const auto settings, parts_.store.open(*stored));
    const Time now = parts_.clock.now();
    SLUICE_ASSIGN(const auto next, channel::with_shown_keys(settings, keys, now));
    if (!next) {
        return {};
    }
    auto saved = parts_.store.save({stored->id, stored->version, *next}, {kWho, now});
    if (!saved && saved.error().code != ErrorCode::conflict) {
        return saved;
    }
    log::info("channel_keys_changed", {{"account", account.name()}});
    parts_.changed();
    return {};
}

}  // namespace sluice::app
