#include "gateway/channels_api.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "gateway/input.hpp"
#include "gateway/render.hpp"
#include "gateway/render_channel_accounts.hpp"

namespace sluice::gateway {
namespace {

using LoadedChannels = std::vector<LoadedChannel>;

std::optional<Problem> refuse_partial(const Caller& caller) {
    if (!caller.operator_name.empty() && caller.of_all_merchants) {
        return std::nullopt;
    }
    return problem_of(
        {ErrorCode::forbidden,
         "key " + caller.key_id +
             " is not an operator's of all merchants, wanted one: a channel is everybody's",
         {}}
    );
}

}  // namespace

Reply reload_channels(const Services& services, const Call& call) {
    if (auto problem = refuse_partial(*call.caller)) {
        return std::unexpected(*std::move(problem));
    }
    if (auto problem = check_empty_body(call.request, services.settings.body_bytes_max)) {
        return std::unexpected(*std::move(problem));
    }
    return wait_for<LoadedChannels>(
        services.settings.engine_grace,
        [&services](Take<LoadedChannels> take) {
            services.parts.channel_accounts.reload(std::move(take));
        },
        [](const Result<LoadedChannels>& loaded) -> Answer {
            if (!loaded) {
                return std::unexpected(problem_of(loaded.error()));
            }
            return json_response(200, render(*loaded));
        }
    );
}

}  // namespace sluice::gateway
