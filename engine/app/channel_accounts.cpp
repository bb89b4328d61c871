#include "app/channel_accounts.hpp"

#include <chrono>
#include <pthread.h>
#include <utility>

#include "app/channel_wiring.hpp"
#include "channel/account_change.hpp"
#include "log/log.hpp"

namespace sluice::app {
namespace {

using channel::ChannelAccountSettings;

constexpr std::chrono::milliseconds kLookEvery{250};
constexpr std::chrono::seconds kHealthEvery{1};
// A channel shows its next certificate before the last one ends: time to add it.
constexpr std::chrono::days kCertificateNotice{30};
constexpr std::string_view kConfiguration = "configuration";
constexpr int kTries = 5;

bool is_same(const ChannelAccountSettings& a, const ChannelAccountSettings& b) {
    return a.merchant_id == b.merchant_id && a.settings == b.settings && a.secrets == b.secrets &&
           a.keys_by_serial == b.keys_by_serial && a.hosts_allowed == b.hosts_allowed &&
           a.egress == b.egress && a.timeouts == b.timeouts && a.method() == b.method() &&
           a.routing.cost_basis_points == b.routing.cost_basis_points &&
           a.routing.amount_min == b.routing.amount_min &&
           a.routing.amount_max == b.routing.amount_max &&
           a.not_found_after_seconds == b.not_found_after_seconds &&
           a.payout_gather == b.payout_gather;
}

/// Where in a request the thing stands that an account's error is about.
std::string place_of(
    const ChannelAccountSettings& wanted, const channel::Form& form, const std::string& name
) {
    if (name == "name" || name.empty()) {
        return "/name";
    }
    if (name == "host") {
        return "/settings/base_url";
    }
    if (name.starts_with("egress/") || name == "not_found_after_seconds") {
        return "/" + name;
    }
    const channel::FormField* field = form.find(name);
    const bool is_setting = wanted.settings.contains(name) ||
                            (field != nullptr && field->kind == channel::FieldKind::text);
    return (is_setting ? "/settings/" : "/secrets/") + name;
}

void tell_of_certificates(const channel::Registry& registry, Time now) {
    for (const channel::ChannelAccount* account : registry.accounts()) {
        for (const auto& text : account->certificates_over_at(now + kCertificateNotice)) {
            log::warn("channel_certificate_ends", {{"text", text}});
        }
    }
}

}  // namespace

ChannelAccounts::ChannelAccounts(Parts parts)
    : parts_(std::move(parts)),
      store_(parts_.pool, parts_.keys),
      floats_(gateway::make_float_store(parts_.pool)) {}

ChannelAccounts::~ChannelAccounts() { stop(); }

Result<void> ChannelAccounts::bring_in_one(const ChannelAccountSettings& wanted) {
    const channel::ChangeBy by{kConfiguration, parts_.clock.now()};
    SLUICE_ASSIGN(const auto found, store_.find_named({wanted.channel, wanted.name}));
    if (!found) {
        SLUICE_TRY(check_configured({wanted, nullptr}));
        SystemRandom random;
        const Bucket bucket = bucket_of("channel_account", wanted.channel + "/" + wanted.name);
        const auto id = channel::ChannelAccountId::generate(by.at, bucket, random);
        return store_.save({id, 0, wanted}, by);
    }
    SLUICE_ASSIGN(const auto brought_in, store_.find_last_of(found->id, kConfiguration));
    if (brought_in) {
        SLUICE_ASSIGN(const ChannelAccountSettings last, store_.open(*brought_in));
        if (is_same(last, wanted)) {
            return {};
        }
    }
    SLUICE_ASSIGN(const ChannelAccountSettings before, store_.open(*found));
    SLUICE_TRY(check_configured({wanted, &before}));
    log::info("channel_account_brought_in", {{"name", wanted.name}, {"channel", wanted.channel}});
    return store_.save({found->id, found->version, wanted}, by);
}

/// As the API holds its own against; the file has no places to point at.
Result<void> ChannelAccounts::check_configured(const gateway::AccountWish& wish) const {
    const auto checked = check(wish);
    if (checked) {
        return {};
    }
    return fail(
        checked.error().code,
        "channel account '" + wish.wanted.name + "' of " + wish.wanted.channel +
            " in the configuration: " + checked.error().message
    );
}

Result<void> ChannelAccounts::bring_in(const std::vector<ChannelAccountSettings>& configured) {
    SLUICE_TRY(load_adapters_once());
    for (const ChannelAccountSettings& wanted : configured) {
        // Another node may bring the same in at this moment: then the next look finds it.
        for (int turn = 1;; ++turn) {
            const auto done = bring_in_one(wanted);
            if (done) {
                break;
            }
            if (done.error().code != ErrorCode::conflict || turn == kTries) {
                return done;
            }
        }
    }
    return {};
}

/// Before there is any account.
Result<void> ChannelAccounts::load_adapters_once() {
    if (registry_.current() == nullptr) {
        SLUICE_ASSIGN(const auto adapters, read_adapters(parts_.channels));
        SLUICE_ASSIGN(auto registry, channel::Registry::build(adapters, {}));
        registry_.adopt(std::move(registry));
    }
    return {};
}

Result<std::vector<ChannelAccountSettings>> ChannelAccounts::stored_accounts() {
    SLUICE_ASSIGN(const auto stored, store_.list());
    std::vector<ChannelAccountSettings> accounts;
    for (const channel::StoredAccount& account : stored) {
        if (account.settings.state != channel::AccountState::draft) {
            SLUICE_ASSIGN(ChannelAccountSettings opened, store_.open(account));
            accounts.push_back(std::move(opened));
        }
    }
    return accounts;
}

void ChannelAccounts::take_up(channel::RegistryPtr next, std::int64_t revision) {
    tell_of_certificates(*next, parts_.clock.now());
    registry_.adopt(std::move(next));
    revision_ = revision;
    publish_candidates();
}

Result<void> ChannelAccounts::read() {
    SLUICE_TRY(load_adapters_once());
    // The revision first: a change that comes between is read twice, never missed.
    SLUICE_ASSIGN(const std::int64_t revision, store_.revision());
    SLUICE_ASSIGN(auto accounts, stored_accounts());
    SLUICE_ASSIGN(
        auto registry,
        channel::Registry::build(registry_.current()->adapters(), std::move(accounts))
    );
    take_up(std::move(registry), revision);
    return {};
}

/// Every worker opens its interpreters of policies anew for another list: only for another one.
void ChannelAccounts::publish_candidates() {
    Value candidates = candidates_of(*registry_.current(), parts_.health);
    const MutexLock lock(mutex_);
    if (candidates_ == nullptr || *candidates_ != candidates) {
        candidates_ = std::make_shared<const Value>(std::move(candidates));
    }
}

Result<void> ChannelAccounts::read_if_changed() {
    SLUICE_ASSIGN(const std::int64_t revision, store_.revision());
    if (revision == revision_) {
        return {};
    }
    SLUICE_TRY(read());
    log::info("channel_accounts_read", {{"revision", revision_}});
    return {};
}

std::shared_ptr<const Value> ChannelAccounts::candidates() const {
    const MutexLock lock(mutex_);
    return candidates_;
}

/// As it was loaded last: what a file says meanwhile does not count.
Result<channel::AdapterPtr> ChannelAccounts::adapter_of(const std::string& channel) const {
    const channel::RegistryPtr registry = registry_.current();
    if (auto adapter = registry->find_adapter(channel)) {
        return adapter;
    }
    std::string known;
    for (const channel::AdapterPtr& each : registry->adapters()) {
        known += (known.empty() ? "" : ", ") + each->name;
    }
    return fail(
        ErrorCode::invalid, "channel is '" + channel + "', wanted one of " + known, "/channel"
    );
}

Result<void> ChannelAccounts::check(const gateway::AccountWish& wish) const {
    SLUICE_ASSIGN(const auto adapter, adapter_of(wish.wanted.channel));
    const channel::Form& form = adapter->form;
    auto account = channel::ChannelAccount::make(wish.wanted, form);
    if (!account) {
        const Error& why = account.error();
        return fail(why.code, why.message, place_of(wish.wanted, form, why.context));
    }
    auto checked = channel::check_change({.wanted = *account, .before = wish.before, .form = form});
    if (checked) {
        checked = channel::check_not_found_after(wish.wanted, adapter->capabilities);
    }
    if (!checked) {
        const Error& why = checked.error();
        return fail(why.code, why.message, place_of(wish.wanted, form, why.context));
    }
    return {};
}

/// Until there is some or it is time to look; false once there will be none any more.
bool ChannelAccounts::wait_for_work() {
    const auto deadline = std::chrono::steady_clock::now() + kLookEvery;
    const MutexLock lock(mutex_);
    while (!look_ && reloads_.empty() && !is_stopped_ &&
           changed_.wait_until(mutex_, deadline) == std::cv_status::no_timeout) {
    }
    look_ = false;
    return !is_stopped_;
}

void ChannelAccounts::loop(http::Client& client) {
    auto health_at = std::chrono::steady_clock::now() + kHealthEvery;
    while (wait_for_work()) {
        answer_reloads();
        const auto read = read_if_changed();
        const std::string trouble = read ? "" : read.error().message;
        if (!trouble.empty() && trouble != last_trouble_) {
            log::error("channel_accounts_not_read", {{"text", trouble}});
        }
        last_trouble_ = trouble;
        if (const auto now = std::chrono::steady_clock::now(); now >= health_at) {
            probe(client);
            publish_candidates();
            health_at = now + kHealthEvery;
        }
    }
}

std::string ChannelAccounts::metrics() const {
    const auto now = std::chrono::steady_clock::now();
    const channel::RegistryPtr registry = registry_.current();
    std::string lines;
    const auto add = [&](const char* name, const std::string& label, std::int64_t value) {
        lines += "sluice_channel_" + std::string(name) + "{" + label + "} " +
                 std::to_string(value) + "\n";
    };
    for (const channel::ChannelAccount* account : registry->accounts()) {
        const auto health = parts_.health.of({account->channel(), account->name()}, now);
        const std::string label =
            "channel=\"" + account->channel() + "\",account=\"" + account->name() + "\"";
        add("breaker_open", label, health.breaker == channel::BreakerState::open ? 1 : 0);
        for (const auto& [name, figures] : health.scenes) {
            std::string scene = label;
            scene += ",scene=\"" + name + "\"";
            add("minute_exchanges", scene, figures.exchanges);
            add("minute_accepted", scene, figures.accepted);
            add("minute_unanswered", scene, figures.unanswered);
            add("took_p95_ms", scene, figures.took_p95_ms);
        }
    }
    return lines;
}

void ChannelAccounts::start(http::Client& client) {
    thread_ = std::thread([this, &client] { loop(client); });
    ::pthread_setname_np(thread_.native_handle(), "accounts");
}

void ChannelAccounts::stop() {
    {
        const MutexLock lock(mutex_);
        is_stopped_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
    answer_reloads();
}

void ChannelAccounts::look_again() {
    {
        const MutexLock lock(mutex_);
        look_ = true;
    }
    changed_.notify_all();
}

}  // namespace sluice::app
