#pragma once

#include <optional>
#include <string>
#include <vector>

#include "channel/adapter_host.hpp"
#include "core/result.hpp"
#include "http/client.hpp"

namespace sluice::channel {

/// A certificate that the channel signs with, now or soon.
struct ShownKey {
    std::string serial;
    std::string certificate;  ///< PEM
};

/// Why a channel is asked for its keys: to keep them, or to try the account out, for which an
/// adapter may ask where the account keeps none.
enum class KeysFor { keeping, trial };

/// The question for the keys that the channel signs with; nullopt when the account's are not to be
/// asked for. Fails as AdapterHost::consult and request_from_value do.
Result<std::optional<http::ClientRequest>> ask_for_keys(
    AdapterHost& host,
    const ChannelAccount& account,
    const Moment& moment,
    KeysFor wanted = KeysFor::keeping
);

struct KeysAsked {
    const ChannelAccount& account;
    const http::Response& answer;
    KeysFor wanted = KeysFor::keeping;
};
/// What was answered, if it is authentic; none when the channel shows none to this account.
/// `unknown` with the channel's word, alone as context, for anything that proves nothing.
Result<std::vector<ShownKey>> read_shown_keys(
    AdapterHost& host, const KeysAsked& asked, const Moment& moment
);

/// The settings with the certificates that are good at `now` and were not there, and without those
/// that came so and are over. nullopt when nothing changes. `invalid` for one that is no
/// certificate, or of another serial; then nothing does. Pure.
Result<std::optional<ChannelAccountSettings>> with_shown_keys(
    const ChannelAccountSettings& settings, const std::vector<ShownKey>& keys, Time now
);

}  // namespace sluice::channel
