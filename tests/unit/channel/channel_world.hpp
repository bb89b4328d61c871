#pragma once

#include <string>
#include <string_view>

#include "channel/exchange_message.hpp"
#include "channel/registry.hpp"

namespace sluice::channel::testing {

/// A channel named "toy" whose script is the given text, or the one below.
[[nodiscard]] AdapterFiles toy_adapter();
[[nodiscard]] AdapterFiles toy_adapter(std::string_view script);
/// The toy's script with the first occurrence of `from` replaced: one thing made wrong.
[[nodiscard]] std::string toy_script(std::string_view from = {}, std::string_view to = {});

[[nodiscard]] ChannelAccountSettings toy_account();
[[nodiscard]] RegistryPtr toy_registry(const AdapterFiles& adapter);
[[nodiscard]] RegistryPtr toy_registry(const AdapterFiles& adapter, ChannelAccountSettings account);
/// 70.00 CNY at account "one".
[[nodiscard]] ExchangeOrder toy_order();

}  // namespace sluice::channel::testing
