#pragma once

#include <filesystem>
#include <string_view>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "core/result.hpp"

namespace sluice::simulator {

/// The account at the simulated bank that the demo keys are for.
inline constexpr std::string_view kDemoBankAccount = "110060149018";
inline constexpr std::string_view kDemoCollectionAgreement = "VA20260001";

/// The applications at the simulated Alipay: the first in key mode, the second in certificate mode,
/// with the content key of alipay_content_key.txt and a million yuan to transfer.
inline constexpr std::string_view kDemoAlipayApp = "2021000122671080";
inline constexpr std::string_view kDemoAlipaySeller = "2088102119685838";
inline constexpr std::string_view kDemoAlipayCertifiedApp = "2021000122671081";
inline constexpr std::string_view kDemoAlipayCertifiedSeller = "2088102119685839";

/// Writes a complete set of throw-away keys for one merchant and the simulated platform:
/// merchant_private.pem, merchant_public.pem, merchant_certificate.pem, merchant_serial.txt,
/// api_v3_key.txt, api_v2_key.txt, bank_key.txt, alipay_content_key.txt,
/// platform_private.pem, platform_public.pem, platform_certificate.pem, platform_serial.txt,
/// platform_public_key_id.txt and merchants.json (what load_merchants(), load_bank_accounts()
/// and load_alipay_apps() read; merchant 1900000109, appid wxd678efh567hg6787, bank account
/// kDemoBankAccount with a million yuan). Creates the folder; private files are readable by their
/// owner only. When merchants.json is already there, nothing is written: keys stay the same over
/// restarts. `unavailable` names the file that could not be written. Takes about a second.
Result<void> make_demo_keys(
    const std::filesystem::path& folder, const Clock& clock, Random& random
);

}  // namespace sluice::simulator
