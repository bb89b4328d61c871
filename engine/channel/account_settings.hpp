#pragma once

#include <string>
#include <vector>

#include "channel/credentials.hpp"
#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::channel {

/// All of an account's settings that is no secret, as the database keeps it and the API tells it:
/// settings, keys_by_serial, hosts_allowed, egress, timeouts, routing, not_found_after_seconds.
[[nodiscard]] Value public_part(const ChannelAccountSettings& settings);

/// Puts the members that the record has into `target`, and leaves the others as they are; in
/// `settings`, `keys_by_serial` and `egress` a member that is null is taken out. `invalid` with the
/// place as context ("/routing/amount_min") for a member that is unknown or out of range; then
/// `target` is changed in part and of no use.
Result<void> apply_public_part(const Value& record, ChannelAccountSettings& target);

/// The same for the secrets: texts by name, null takes one out. An error never has a secret.
Result<void> apply_secrets(const Value& record, ChannelAccountSettings& target);

/// What no text that leaves us may show of the account, the longest first.
[[nodiscard]] std::vector<std::string> secrets_of(const ChannelAccountSettings& settings);

}  // namespace sluice::channel
