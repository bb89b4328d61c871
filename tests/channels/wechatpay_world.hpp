#pragma once

#include <string>
#include <string_view>

#include "channel/exchange_message.hpp"
#include "channel/keys.hpp"
#include "channel/registry.hpp"
#include "core/value.hpp"
#include "http/message.hpp"

namespace sluice::channel::testing {

inline constexpr std::string_view kMerchantSerial = "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C";
inline constexpr std::string_view kCertificateSerial = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";
inline constexpr std::string_view kPublicKeyId = "PUB_KEY_ID_0119000001092026010100000001";
inline constexpr std::string_view kApiV3Key = "0123456789abcdef0123456789ABCDEF";
/// The published one of the v2 sign's example.
inline constexpr std::string_view kApiV2Key = "192006250b4c09247ec02edce69f6a2d";
inline constexpr std::string_view kNumber = "01KDXW2E8B5F7M9Q3T6V8X0Z2C";
/// Of the payment that refunds give back.
inline constexpr std::string_view kOriginalNumber = "01KDXVZQ4M8N2P6R0S4T8V2W6X";
inline constexpr std::string_view kTransactionId = "4200000000202601010000000001";

/// 2026-01-01T00:00:31Z.
[[nodiscard]] Time test_now();

/// The text of a file of the source tree; fails the test when it is missing.
[[nodiscard]] std::string source_text(std::string_view path);
[[nodiscard]] Value source_json(std::string_view path);
[[nodiscard]] PrivateKey private_key(std::string_view owner);
[[nodiscard]] PublicKey public_key(std::string_view owner);

/// Merchant 1900000109 with both the platform's certificate serial and its public key id.
[[nodiscard]] ChannelAccountSettings wechatpay_account();
[[nodiscard]] RegistryPtr wechatpay_registry(ChannelAccountSettings account);
/// 70.00 CNY by QR code, instruction `kNumber`, created 31 s before the test's now, 10 minutes. A
/// refund is 25.00 CNY back of such a payment.
[[nodiscard]] ExchangeOrder wechatpay_order(Operation operation);
/// The same collected in another scene, by a payer of whom is said what its form wants.
[[nodiscard]] ExchangeOrder wechatpay_order_by(std::string_view scene, Operation operation);

/// The signature headers of a message: good, good_public_key, wrong, probe, stale, unknown_serial
/// or none.
[[nodiscard]] http::Headers signature_headers(std::string_view kind, std::string_view body);

}  // namespace sluice::channel::testing
