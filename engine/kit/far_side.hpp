#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "channel/adapter_host.hpp"
#include "core/result.hpp"
#include "http/message.hpp"
#include "kit/recorded_message.hpp"
#include "kit/rehearsal_account.hpp"

namespace sluice::kit {

/// What a channel says, as it comes in.
struct SaidMessage {
    http::Headers headers;
    std::string body;
};

/// Turns what is recorded into what comes in: as it is written, or, for a channel that signs or
/// seals, by its rehearsal/sign.lua, which runs as an adapter does but with the channel's own keys.
/// One thread.
class FarSide {
  public:
    /// `script`: the text of rehearsal/sign.lua; nothing when there is none. `script` for its
    /// mistakes, `invalid` for keys that are none.
    static Result<std::unique_ptr<FarSide>> open(
        const channel::AdapterPtr& adapter,
        const RehearsalAccount& account,
        std::optional<std::string> script
    );

    /// The answer to this request, which comes at this moment.
    Result<SaidMessage> answer(
        const RecordedMessage& recorded, const http::ClientRequest& request, Time now
    );
    Result<SaidMessage> message(const RecordedMessage& recorded, Time now);

  private:
    FarSide() = default;
    Result<SaidMessage> sign(const std::string& function, const Value& subject, Time now);

    std::unique_ptr<channel::AdapterHost> host_;  ///< null: all is said as it is written
    std::optional<channel::ChannelAccount> account_;
};

}  // namespace sluice::kit
