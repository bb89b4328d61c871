#pragma once

#include <array>
#include <chrono>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

#include "channel/ed25519.hpp"
#include "core/clock.hpp"
#include "core/secret.hpp"
#include "http/message.hpp"

namespace sluice::gateway {

/// With what the requests of a key are signed (RFC 9421). Immutable; any thread.
class SignatureRule {
  public:
    /// hmac-sha256, with the bytes of the text as they stand.
    explicit SignatureRule(Secret<std::string> secret) : key_(std::move(secret)) {}
    /// ed25519.
    explicit SignatureRule(channel::Ed25519PublicKey key) : key_(std::move(key)) {}

    /// As the parameter `alg` calls it.
    [[nodiscard]] std::string_view algorithm() const;
    [[nodiscard]] bool has_signed(const channel::SignedBytes& bytes) const;

  private:
    std::variant<Secret<std::string>, channel::Ed25519PublicKey> key_;
};

/// Why a signature does not count; what the metrics tell apart.
enum class SignatureFault {
    missing,     ///< there is none by this key
    malformed,   ///< a field is not of the grammar
    parameters,  ///< created, nonce, alg or expires is missing or not as it must be
    clock,       ///< made too long ago or too far ahead
    coverage,    ///< it does not cover all that it must
    digest,      ///< Content-Digest is missing or of another body
    wrong,       ///< the key did not sign this request
    replayed,    ///< it came before
};
constexpr std::array<std::string_view, 8> kSignatureFaultNames{
    "missing",
    "malformed",
    "parameters",
    "clock",
    "coverage",
    "digest",
    "wrong",
    "replayed",
};
[[nodiscard]] std::string_view to_string(SignatureFault fault);

struct SignatureRefusal {
    SignatureFault fault = SignatureFault::missing;
    std::string detail;  ///< names thing, value and expectation; no secret
};

/// A signature that is right. Whether it came before is not known yet.
struct GoodSignature {
    std::string nonce;
    Time good_until{};  ///< from then on it is too old to be taken again
};

/// Whose signature is wanted.
struct Signer {
    std::string_view key_id;
    const SignatureRule& rule;
};

/// How far `created` may be from our clock, either way.
inline constexpr std::chrono::seconds kSignatureWindow{300};

/// Checks the first signature of the request whose keyid is the signer's: form, parameters, clock,
/// coverage, digest of the body, and the signature itself, in this order. Takes the request as it
/// was received. Pure; costs a hash over the body.
std::expected<GoodSignature, SignatureRefusal> check_signature(
    const http::Request& request, const Signer& signer, Time now
);

}  // namespace sluice::gateway
