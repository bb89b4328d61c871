#pragma once

#include <filesystem>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "core/result.hpp"

namespace sluice::simulator {

/// Writes a complete set of throw-away keys for one merchant and the simulated platform:
/// merchant_private.pem, merchant_public.pem, merchant_certificate.pem, merchant_serial.txt,
/// api_v3_key.txt, bank_key.txt,
/// platform_private.pem, platform_public.pem, platform_certificate.pem, platform_serial.txt,
/// platform_public_key_id.txt and merchants.json (what load_merchants() and load_bank_accounts()
/// read; merchant 1900000109, appid wxd678efh567hg6787, bank account 110060149018 with a million
/// yuan). Creates the folder; private files are readable by their
/// owner only. When merchants.json is already there, nothing is written: keys stay the same over
/// restarts. `unavailable` names the file that could not be written. Takes about a second.
Result<void> make_demo_keys(
    const std::filesystem::path& folder, const Clock& clock, Random& random
);

}  // namespace sluice::simulator
