#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/signature.hpp"
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {

inline constexpr std::string_view kSigningSecret = "a secret of at least 32 bytes, for tests";
inline constexpr std::string_view kHost = "api.example.com";

/// How a client signs: with hmac-sha256, and all that must be covered unless told otherwise.
struct Signing {
    std::string key_id = "shop";
    std::string secret{kSigningSecret};
    std::int64_t created =
        1'767'254'400;  ///< 2026-01-01T08:00:00Z, when the fixture's clock begins
    std::string nonce = "n-1";
    std::vector<std::string> covered{};  ///< none: all that must be
    std::string parameters{};            ///< empty: created, keyid, nonce
    std::string label = "sig";
    std::string scheme = "https";
};

/// The request with Host, Content-Digest (when there is a body) and a signature. A client of its
/// own: it shares nothing with the code that checks but the hash functions.
Ask signed_by(const Signing& signing, Ask ask);
/// The same without Host and Content-Digest: for what has them already.
Ask with_signature(const Signing& signing, Ask ask);

/// "sha-256=:...:" of the text.
std::string sha256_digest(std::string_view body);
gateway::SignatureRule signing_rule();

}  // namespace sluice::testing
