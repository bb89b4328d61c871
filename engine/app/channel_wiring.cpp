#include "app/channel_wiring.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "app/egress_wiring.hpp"
#include "core/nearest_name.hpp"
#include "gateway/prefer.hpp"

namespace sluice::app {
namespace {

/// A channel is a folder with an adapter; whoever mistypes one is told which there are.
Result<void> check_channel(
    const config::ChannelAccountSettings& account, const std::filesystem::path& channels
) {
    if (std::filesystem::exists(channels / account.channel / "adapter.lua")) {
        return {};
    }
    std::error_code error;
    std::set<std::string> known;
    for (const auto& entry : std::filesystem::directory_iterator(channels, error)) {
        if (std::filesystem::exists(entry.path() / "adapter.lua")) {
            known.insert(entry.path().filename().string());
        }
    }
    return fail(
        ErrorCode::invalid,
        account.origin + ": channel account '" + account.name + "' has the channel '" +
            account.channel + "', wanted a folder with an adapter.lua in " + channels.string() +
            did_you_mean(account.channel, known)
    );
}

Value texts(const std::vector<std::string>& list) {
    ValueArray values;
    for (const auto& text : list) {
        values.emplace_back(text);
    }
    return Value(std::move(values));
}

/// What of it the account itself is equipped for.
std::vector<std::string> equipped(
    const channel::ChannelAccount& account, std::vector<std::string> scenes
) {
    std::erase_if(scenes, [&](const std::string& scene) {
        return !account.is_equipped_for(scene);
    });
    return scenes;
}

std::vector<std::string> scenes_of(
    const channel::ChannelAccount& account, const channel::Registry& registry
) {
    return equipped(account, registry.find_adapter(account.channel())->capabilities.scenes);
}

/// By what it pays out; empty when by nothing.
std::vector<std::string> payout_methods_of(
    const channel::ChannelAccount& account, const channel::Registry& registry
) {
    const auto& payout = registry.find_adapter(account.channel())->capabilities.payout;
    return payout ? equipped(account, payout->methods) : std::vector<std::string>{};
}

std::string listed(const std::set<std::string>& names) {
    std::string list;
    for (const std::string& each : names) {
        list += (list.empty() ? "" : ", ") + each;
    }
    return list.empty() ? "there is none" : list;
}

/// Why not, and what there is instead.
std::unexpected<Error> nobody_collects(
    const channel::Registry& registry, const gateway::SceneWish& wish
) {
    std::set<std::string> methods;
    std::set<std::string> scenes;
    for (const channel::ChannelAccount* account : registry.accounts()) {
        const auto offered = scenes_of(*account, registry);
        if (offered.empty() || !account->takes_money_of(wish.merchant_id)) {
            continue;
        }
        methods.insert(account->settings().method());
        if (account->settings().method() == wish.method) {
            scenes.insert(offered.begin(), offered.end());
        }
    }
    if (scenes.empty()) {
        return fail(
            ErrorCode::invalid,
            "method is " + std::string(wish.method) +
                ", wanted one that a channel account collects by: " + listed(methods),
            "/method"
        );
    }
    return fail(
        ErrorCode::invalid,
        "scene is " + std::string(wish.scene) + ", wanted one that " + std::string(wish.method) +
            " offers: " + listed(scenes),
        "/scene"
    );
}

std::chrono::milliseconds patience_for(
    const http::Request& request, const ForwardSettings& settings
) {
    // A wait that cannot be read was refused before anything is forwarded.
    const auto wait = gateway::read_wait(request);
    if (!wait) {
        return settings.unasked;
    }
    const std::optional<std::chrono::seconds>& asked = *wait;
    return asked ? *asked + settings.beyond_wait : settings.unasked;
}

}  // namespace

Result<std::vector<channel::AdapterFiles>> read_adapters(const std::filesystem::path& channels) {
    std::set<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(channels, error)) {
        const std::string name = entry.path().filename().string();
        // Hidden: a channel that is being written.
        if (!name.starts_with('.') &&
            std::filesystem::exists(entry.path() / "adapter.lua", error)) {
            names.insert(name);
        }
    }
    std::vector<channel::AdapterFiles> adapters;
    for (const auto& name : names) {
        SLUICE_ASSIGN(auto files, channel::read_adapter_folder(channels / name));
        adapters.push_back(std::move(files));
    }
    return adapters;
}

Result<std::vector<channel::ChannelAccountSettings>> configured_accounts(
    const config::Settings& settings
) {
    std::vector<channel::ChannelAccountSettings> accounts;
    for (const auto& given : settings.channel_accounts) {
        SLUICE_TRY(check_channel(given, settings.channels));
        channel::ChannelAccountSettings account;
        account.name = given.name;
        account.channel = given.channel;
        account.settings = given.settings;
        account.secrets = given.secrets;
        account.keys_by_serial = given.keys_by_serial;
        account.origin = given.origin;
        account.hosts_allowed = given.hosts_allowed;
        account.egress = account_egress(given.egress);
        account.timeouts = {
            .connect = given.timeouts.connect,
            .collect = given.timeouts.collect,
            .query = given.timeouts.query,
            .close = given.timeouts.close,
            .refund = given.timeouts.refund,
            .refund_query = given.timeouts.refund_query,
            .payout = given.timeouts.payout,
            .payout_query = given.timeouts.payout_query,
        };
        account.not_found_after_seconds = given.not_found_after_seconds;
        account.payout_gather = given.payout_gather;
        account.routing = {
            .method = given.routing.method,
            .cost_basis_points = given.routing.cost_basis_points,
            .amount_min = given.routing.amount_min,
            .amount_max = given.routing.amount_max,
        };
        accounts.push_back(std::move(account));
    }
    return accounts;
}

Result<channel::RegistryPtr> build_registry(const config::Settings& settings) {
    SLUICE_ASSIGN(auto accounts, configured_accounts(settings));
    // An adapter that no account uses yet is proved with the others: it may be configured next.
    SLUICE_ASSIGN(const auto adapters, read_adapters(settings.channels));
    return channel::Registry::build(adapters, std::move(accounts));
}

Value candidate_of(
    const channel::ChannelAccount& account,
    const channel::Registry& registry,
    const channel::AccountHealth& health
) {
    const auto adapter = registry.find_adapter(account.channel());
    const channel::ChannelAccountSettings& settings = account.settings();
    const auto& routing = settings.routing;
    Value candidate;
    candidate.set("name", account.name());
    candidate.set("channel", account.channel());
    candidate.set("merchant_id", settings.merchant_id);
    candidate.set("method", settings.method());
    candidate.set("scenes", texts(scenes_of(account, registry)));
    candidate.set("amount_min", Money{routing.amount_min, cny()});
    candidate.set("amount_max", Money{routing.amount_max, cny()});
    candidate.set("cost_basis_points", routing.cost_basis_points);
    const auto methods = payout_methods_of(account, registry);
    candidate.set("refunds", adapter->capabilities.refund.has_value());
    candidate.set("pays_out", !methods.empty());
    candidate.set("payout_methods", texts(methods));
    candidate.set("health", channel::to_value(health));
    return candidate;
}

Value candidates_of(const channel::Registry& registry, const channel::Health& health) {
    const auto now = std::chrono::steady_clock::now();
    ValueArray list;
    for (const channel::ChannelAccount* account : registry.accounts()) {
        if (account->settings().state == channel::AccountState::live) {
            const auto figures = health.of({account->channel(), account->name()}, now);
            list.push_back(candidate_of(*account, registry, figures));
        }
    }
    return Value(std::move(list));
}

flow::ChannelTerms terms_of(const channel::Adapter& adapter) {
    const auto may_repeat = [&](payment::Operation operation) {
        return adapter.resend_of(operation) == channel::Resend::idempotent;
    };
    const channel::Capabilities& can = adapter.capabilities;
    flow::ChannelTerms terms;
    terms.collect_may_repeat = may_repeat(payment::Operation::collect);
    terms.not_found_after = std::chrono::seconds(can.not_found_after_seconds);
    if (can.refund) {
        terms.refunds = true;
        terms.refund_window = std::chrono::seconds(can.refund->window_seconds);
        terms.refund_parts_max = static_cast<int>(can.refund->parts_max);
        terms.refund_may_repeat = may_repeat(payment::Operation::refund);
    }
    if (can.payout) {
        terms.pays_out = true;
        terms.payout_may_repeat = may_repeat(payment::Operation::payout);
    }
    return terms;
}

std::optional<flow::ChannelTerms> terms_of(
    const flow::ChannelAddress& address, const channel::Registry& registry
) {
    const auto* account = registry.find_account({address.channel, address.account});
    if (account == nullptr) {
        return std::nullopt;
    }
    const channel::Adapter& adapter = *registry.find_adapter(address.channel);
    flow::ChannelTerms terms = terms_of(adapter);
    terms.charged_at_once = adapter.capabilities.is_charged_at_once(address.scene);
    terms.collect_may_repeat = terms.collect_may_repeat && !terms.charged_at_once;
    terms.merchant = account->merchant();
    if (account->settings().not_found_after_seconds > 0) {
        terms.not_found_after = std::chrono::seconds(account->settings().not_found_after_seconds);
    }
    return terms;
}

gateway::PayeeCheck payee_check(channel::RegistrySource source, const channel::SealingKeys& keys) {
    return
        [source = std::move(source), &keys](const gateway::PayeeWish& wish) -> Result<std::string> {
            const channel::RegistryPtr registry = source.now();
            std::set<std::string> methods;
            std::optional<Error> wrong;
            for (const channel::ChannelAccount* account : registry->accounts()) {
                const auto adapter = registry->find_adapter(account->channel());
                const auto offered = payout_methods_of(*account, *registry);
                if (offered.empty() || !account->takes_money_of(wish.merchant_id)) {
                    continue;
                }
                methods.insert(offered.begin(), offered.end());
                if (std::ranges::find(offered, wish.method) == offered.end()) {
                    continue;
                }
                auto fits = channel::check_payee(adapter->form, wish.payee);
                if (fits) {
                    return keys.fingerprint(channel::payee_identity(adapter->form, wish.payee));
                }
                wrong = wrong ? std::move(wrong) : std::move(fits).error();
            }
            if (wrong) {
                return fail(*std::move(wrong));
            }
            return fail(
                ErrorCode::invalid,
                "method is " + std::string(wish.method) +
                    ", wanted one that a channel account pays out by: " + listed(methods),
                "/method"
            );
        };
}

gateway::SceneCheck scene_check(channel::RegistrySource source) {
    return [source = std::move(source)](const gateway::SceneWish& wish) -> Result<void> {
        const channel::RegistryPtr registry = source.now();
        std::optional<Error> wrong;
        for (const channel::ChannelAccount* account : registry->accounts()) {
            const auto offered = scenes_of(*account, *registry);
            const bool collects_so = account->settings().method() == wish.method &&
                                     std::ranges::find(offered, wish.scene) != offered.end();
            if (!collects_so || !account->takes_money_of(wish.merchant_id)) {
                continue;
            }
            const auto adapter = registry->find_adapter(account->channel());
            auto fits = channel::check_payer(adapter->form, {wish.scene, wish.payer});
            if (fits) {
                return {};
            }
            wrong = wrong ? std::move(wrong) : std::move(fits).error();
        }
        if (wrong) {
            return fail(*std::move(wrong));
        }
        return nobody_collects(*registry, wish);
    };
}

gateway::Forwarder forwarder(http::Client& client, ForwardSettings settings) {
    return [&client, settings](
               const std::string& address, const http::Request& request, gateway::ForwardDone done
           ) {
        http::ClientRequest forwarded;
        forwarded.method = request.method;
        forwarded.url = "http://" + address + request.target;
        for (const auto& [name, value] : request.headers) {
            const bool of_the_connection = http::equal_ignoring_case(name, "Host") ||
                                           http::equal_ignoring_case(name, "Connection") ||
                                           http::equal_ignoring_case(name, "Content-Length");
            if (!of_the_connection) {
                forwarded.headers.add({name, value});
            }
        }
        forwarded.body = request.body;
        forwarded.total_timeout = patience_for(request, settings);
        client.send(
            std::move(forwarded),
            [address, done = std::move(done)](http::ClientResult answer) {
                if (answer) {
                    done(std::move(*answer));
                    return;
                }
                const bool arrived_nowhere = answer.error().stage == http::FailureStage::not_sent;
                done(fail(
                    arrived_nowhere ? ErrorCode::unavailable : ErrorCode::unknown,
                    "node " + address + ": " + answer.error().message
                ));
            }
        );
    };
}

}  // namespace sluice::app
