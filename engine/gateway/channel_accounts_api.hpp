#pragma once

#include "gateway/call.hpp"
#include "gateway/reply.hpp"

namespace sluice::gateway {

// Channel accounts, for people who operate: a key of a business system gets 403 everywhere here.
// No answer has a secret: it names those that are set, each with a fingerprint.

[[nodiscard]] Answer create_channel_account(const Services& services, const Call& call);
[[nodiscard]] Answer list_channel_accounts(const Services& services, const Call& call);
[[nodiscard]] Answer get_channel_account(const Services& services, const Call& call);
/// Makes the next version; what the body leaves out stays as it is.
[[nodiscard]] Answer change_channel_account(const Services& services, const Call& call);
[[nodiscard]] Answer go_live_channel_account(const Services& services, const Call& call);
[[nodiscard]] Answer pause_channel_account(const Services& services, const Call& call);
[[nodiscard]] Answer resume_channel_account(const Services& services, const Call& call);
[[nodiscard]] Answer retire_channel_account(const Services& services, const Call& call);
/// Asks the channel something harmless with the current version, whatever its state.
[[nodiscard]] Reply test_channel_account(const Services& services, const Call& call);
/// What the channel says is on the account, asked now. 409 when it tells nobody, 503 when it did
/// not tell or its answer proves nothing.
[[nodiscard]] Reply get_channel_account_balance(const Services& services, const Call& call);

/// Books money of ours that was moved to the channel, once for its number.
[[nodiscard]] Answer top_up_channel_account(const Services& services, const Call& call);

}  // namespace sluice::gateway
