#include "app/callback_wiring.hpp"

#include <utility>

#include "app/payer_wiring.hpp"

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

}  // namespace

gateway::CallbackReader callback_reader(
    channel::Callbacks& callbacks, const channel::SealingKeys& keys
) {
    return [&callbacks, &keys](
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
        result.fact.channel = address.channel;
        result.fact.channel_account = address.channel_account;
        result.fact.operation = verdict.operation;
        result.fact.outcome = std::move(verdict.outcome);
        hide_payer(keys, result.fact.outcome);
        result.fact.evidence = std::move(verdict.evidence);
        result.acknowledgement = response_of(std::move(verdict.answer));
        return result;
    };
}

gateway::AccountFinder account_finder(channel::RegistrySource source) {
    return [source = std::move(source)](const gateway::CallbackAddress& address) {
        return source.now()->find_account({address.channel, address.channel_account}) != nullptr;
    };
}

gateway::CallbackLimits callback_limits(const config::CallbackSettings& settings) {
    return {
        .body_bytes_max = settings.body_max_bytes,
        .per_second = settings.per_second,
        .unknown_per_second = settings.unknown_per_second,
        .reading_max = settings.reading_max,
        .threads = settings.threads,
    };
}

}  // namespace sluice::app
