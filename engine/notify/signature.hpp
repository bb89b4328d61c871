#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace sluice::notify {

/// What a receiver checks: the text of a webhook as the Standard Webhooks specification signs it.
struct SignedMessage {
    std::string_view id;
    Time timestamp{};
    std::string_view body;
};

/// A new secret as it is shown to the receiver: "whsec_" and 32 bytes of chance in base64.
[[nodiscard]] Secret<std::string> make_secret(Random& random);

/// The value of `webhook-signature`: one "v1,<base64 of HMAC-SHA256>" a secret, blanks between
/// them. Secrets are in the form of make_secret(), 24 to 64 bytes; `invalid` otherwise, without
/// showing it. Pure.
Result<std::string> sign(
    const SignedMessage& message, std::span<const Secret<std::string>> secrets
);

/// Whole seconds since 1970, as `webhook-timestamp` has it.
[[nodiscard]] std::string timestamp_text(Time time);

}  // namespace sluice::notify
