#pragma once

#include <string_view>

#include "http/message.hpp"
#include "simulator/request_auth.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

enum class SignatureQuality {
    right,
    wrong,  ///< begins with WECHATPAY/SIGNTEST/, as the channel's own probes do
};

struct SignatureOrder {
    SigningName name = SigningName::certificate;
    SignatureQuality quality = SignatureQuality::right;
};

/// Adds Wechatpay-Timestamp, -Nonce, -Signature, -Serial and -Signature-Type over the exact body.
void add_platform_signature(
    World& world, http::Headers& headers, std::string_view body, const SignatureOrder& order
);

struct Sealing {
    std::string_view api_v3_key;  ///< 32 bytes
    std::string_view associated_data;
};
/// {"algorithm","ciphertext","associated_data","nonce"}.
[[nodiscard]] Value sealed_resource(
    World& world, const Sealing& sealing, std::string_view plaintext
);

}  // namespace sluice::simulator
