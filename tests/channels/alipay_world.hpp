#pragma once

#include <string>
#include <string_view>

#include "channel/exchange_message.hpp"
#include "channel/registry.hpp"
#include "core/value.hpp"

namespace sluice::channel::testing {

/// The recorded messages.
inline constexpr std::string_view kAlipayFixtures = "channels/alipay/fixtures";
inline constexpr std::string_view kAppId = "2021000122671080";
inline constexpr std::string_view kSellerId = "2088102119685838";
inline constexpr std::string_view kTradeNumber = "2026010122001473030000000001";
inline constexpr std::string_view kContentKey = "ABEiM0RVZneImaq7zN3u/w==";

/// Application 2021000122671080 in key mode.
[[nodiscard]] ChannelAccountSettings alipay_account();
[[nodiscard]] RegistryPtr alipay_registry(ChannelAccountSettings account);

/// 70.00 CNY by QR code, instruction `kNumber`, created 31 s before the test's now, 10 minutes. A
/// refund is 25.00 CNY back of such a payment, a payout 50.00 CNY to an account at Alipay.
[[nodiscard]] ExchangeOrder alipay_order(Operation operation);

/// {"<method>_response":<node>,"sign":"..."}, signed by the platform: good, escaped, plain_slashes,
/// wrong, unknown_certificate or none.
struct NodeOrder {
    std::string root;
    std::string node;
    std::string signature = "good";
};
[[nodiscard]] std::string signed_node(const NodeOrder& order);

/// A notice's form, signed by the platform: good, wrong, without_empty or none.
[[nodiscard]] std::string signed_notice(const Value& form, std::string_view signature);

/// "alipay_trade_query_response" and so on.
[[nodiscard]] std::string root_of(Operation operation, std::string_view scene);

}  // namespace sluice::channel::testing
