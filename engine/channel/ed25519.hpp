#pragma once

#include <memory>
#include <string_view>

#include "core/result.hpp"

namespace sluice::channel {

/// A message and the 64 bytes that are said to sign it.
struct SignedBytes {
    std::string_view message;
    std::string_view signature;
};

/// The public half of an Ed25519 key (RFC 8032): tells whether its owner signed a message.
/// Immutable and cheap to copy; any thread. It holds no secret.
class Ed25519PublicKey {
  public:
    /// `invalid` for what is no PEM public key ("BEGIN PUBLIC KEY") of this kind.
    static Result<Ed25519PublicKey> from_pem(std::string_view pem);
    /// False for a signature of any other length too. Costs about a tenth of a millisecond of CPU.
    [[nodiscard]] bool has_signed(const SignedBytes& bytes) const;

  private:
    struct Native;
    explicit Ed25519PublicKey(std::shared_ptr<const Native> native) : native_(std::move(native)) {}

    std::shared_ptr<const Native> native_;
};

}  // namespace sluice::channel
