#pragma once

#include <chrono>
#include <cstdint>
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

/// The toy can also refund and pay out; its form wants the payee's bank, account and perhaps name.
[[nodiscard]] AdapterFiles generous_adapter();
/// With the first occurrence of `from` in its script replaced.
[[nodiscard]] AdapterFiles generous_adapter(std::string_view from, std::string_view to);

/// The generous one also pays many in one request: up to 3 and 3,000.00 together.
[[nodiscard]] AdapterFiles many_adapter();
/// With the first occurrence of `from` in its script replaced.
[[nodiscard]] AdapterFiles many_adapter(std::string_view from, std::string_view to);

[[nodiscard]] ChannelAccountSettings toy_account();
/// The same, whose payouts wait so long for others.
[[nodiscard]] ChannelAccountSettings gathering_account(std::chrono::milliseconds payout_gather);
[[nodiscard]] RegistryPtr toy_registry(const AdapterFiles& adapter);
[[nodiscard]] RegistryPtr toy_registry(const AdapterFiles& adapter, ChannelAccountSettings account);
/// 70.00 CNY at account "one".
[[nodiscard]] ExchangeOrder toy_order();
/// 25.00 CNY back of 70.00, "too sour".
[[nodiscard]] ExchangeOrder toy_refund();
/// 70.00 CNY to the bank card of somebody.
[[nodiscard]] ExchangeOrder toy_payout();
/// Another one, whose number and payee's account end so.
[[nodiscard]] ExchangeOrder toy_payout(char last, std::int64_t amount_minor = 7000);

}  // namespace sluice::channel::testing
