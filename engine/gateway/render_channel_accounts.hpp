#pragma once

#include <vector>

#include "channel/account_store.hpp"
#include "core/value.hpp"
#include "gateway/channel_accounts.hpp"

namespace sluice::gateway {

/// How channel accounts look in JSON, never with a secret; the OpenAPI document says the same.
[[nodiscard]] Value render(const channel::StoredAccount& account);
[[nodiscard]] Value render(const std::vector<channel::AccountChange>& changes);
[[nodiscard]] Value render(const TrialResult& trial);
[[nodiscard]] Value render(const std::vector<LoadedChannel>& channels);
[[nodiscard]] Value render(const channel::AccountBalance& balance);

}  // namespace sluice::gateway
