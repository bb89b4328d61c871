#include "app/channel_wiring.hpp"

#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "core/nearest_name.hpp"
#include "gateway/prefer.hpp"

namespace sluice::app {
namespace {

http::Response response_of(channel::CallbackAnswer answer) {
    http::Response response;
    response.status = answer.status;
    response.body = std::move(answer.body);
    if (!answer.content_type.empty()) {
        response.headers.set({"Content-Type", answer.content_type});
    }
    return response;
}

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

Result<channel::RegistryPtr> build_registry(const config::Settings& settings) {
    std::set<std::string> names;
    std::vector<channel::ChannelAccountSettings> accounts;
    for (const auto& given : settings.channel_accounts) {
        SLUICE_TRY(check_channel(given, settings.channels));
        names.insert(given.channel);
        channel::ChannelAccountSettings account;
        account.name = given.name;
        account.channel = given.channel;
        account.settings = given.settings;
        account.secrets = given.secrets;
        account.keys_by_serial = given.keys_by_serial;
        account.origin = given.origin;
        account.hosts_allowed = given.hosts_allowed;
        account.timeouts = {
            .connect = given.timeouts.connect,
            .collect = given.timeouts.collect,
            .query = given.timeouts.query,
            .close = given.timeouts.close,
        };
        accounts.push_back(std::move(account));
    }
    // An adapter that no account uses yet is proved with the others: it may be configured next.
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(settings.channels, error)) {
        if (std::filesystem::exists(entry.path() / "adapter.lua", error)) {
            names.insert(entry.path().filename().string());
        }
    }
    std::vector<channel::AdapterFiles> adapters;
    for (const auto& name : names) {
        SLUICE_ASSIGN(auto files, channel::read_adapter_folder(settings.channels / name));
        adapters.push_back(std::move(files));
    }
    return channel::Registry::build(adapters, std::move(accounts));
}

Value candidate_of(
    const config::ChannelAccountSettings& account, const channel::Registry& registry
) {
    const auto adapter = registry.find_adapter(account.channel);
    ValueArray scenes;
    for (const auto& scene : adapter->capabilities.scenes) {
        scenes.emplace_back(scene);
    }
    const auto& routing = account.routing;
    Value candidate;
    candidate.set("name", account.name);
    candidate.set("channel", account.channel);
    candidate.set("method", routing.method);
    candidate.set("scenes", Value(std::move(scenes)));
    candidate.set("amount_min", Money{routing.amount_min, cny()});
    candidate.set("amount_max", Money{routing.amount_max, cny()});
    candidate.set("cost_basis_points", routing.cost_basis_points);
    candidate.set("payout_methods", Value(ValueArray{}));
    return candidate;
}

std::optional<flow::ChannelTerms> terms_of(
    const flow::ChannelAddress& address,
    const config::Settings& settings,
    const channel::Registry& registry
) {
    const auto* account = registry.find_account({address.channel, address.account});
    if (account == nullptr) {
        return std::nullopt;
    }
    const auto adapter = registry.find_adapter(address.channel);
    flow::ChannelTerms terms;
    terms.merchant = account->merchant();
    terms.collect_may_repeat =
        adapter->resend_of(payment::Operation::collect) == channel::Resend::idempotent;
    terms.not_found_after = std::chrono::seconds(adapter->capabilities.not_found_after_seconds);
    for (const auto& given : settings.channel_accounts) {
        const bool is_this = given.channel == address.channel && given.name == address.account;
        if (is_this && given.not_found_after_seconds > 0) {
            terms.not_found_after = std::chrono::seconds(given.not_found_after_seconds);
        }
    }
    return terms;
}

channel::ExchangeReport report_not_sent(const channel::ExchangeOrder& order) {
    channel::ExchangeReport report;
    report.run = order.run;
    report.instruction = order.instruction.id;
    report.ordinal = order.ordinal;
    report.operation = order.operation;
    report.resent = order.resent;
    report.outcome.kind = payment::OutcomeKind::not_sent;
    report.outcome.code = "no_room";
    return report;
}

gateway::CallbackReader callback_reader(channel::Callbacks& callbacks) {
    return [&callbacks](
               const gateway::CallbackAddress& address, const http::Request& request
           ) -> std::expected<gateway::CallbackVerdict, http::Response> {
        auto verdict = callbacks.read(
            {address.channel, address.channel_account}, {request.headers, request.body}
        );
        if (!verdict.instruction) {
            return std::unexpected(response_of(std::move(verdict.answer)));
        }
        gateway::CallbackVerdict result;
        result.fact.instruction = *verdict.instruction;
        result.fact.outcome = std::move(verdict.outcome);
        result.fact.evidence = std::move(verdict.evidence);
        result.acknowledgement = response_of(std::move(verdict.answer));
        return result;
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
