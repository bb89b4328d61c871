#pragma once

#include <compare>
#include <memory>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace sluice::channel {

/// An RSA private key that signs for a merchant or a platform. Immutable and cheap to copy; any
/// thread may use it. It never prints itself.
class PrivateKey {
  public:
    /// PKCS#8 or PKCS#1 PEM without a pass phrase, RSA of at least 2048 bits; `invalid` otherwise
    /// (the text is not repeated).
    static Result<PrivateKey> from_pem(std::string_view pem);
    [[nodiscard]] Secret<std::string> to_pem() const;

    struct Native;
    [[nodiscard]] const Native& native() const { return *native_; }
    explicit PrivateKey(std::shared_ptr<const Native> native) : native_(std::move(native)) {}

  private:
    std::shared_ptr<const Native> native_;
};

/// An RSA public key. Immutable and cheap to copy; any thread may use it.
class PublicKey {
  public:
    /// A PEM public key, or a PEM certificate, whose key is taken. RSA of at least 2048 bits.
    static Result<PublicKey> from_pem(std::string_view pem);
    [[nodiscard]] std::string to_pem() const;

    struct Native;
    [[nodiscard]] const Native& native() const { return *native_; }
    explicit PublicKey(std::shared_ptr<const Native> native) : native_(std::move(native)) {}

  private:
    std::shared_ptr<const Native> native_;
};

/// Both halves of one key.
struct RsaKeyPair {
    PrivateKey private_key;
    PublicKey public_key;
};

/// 2048 bits, fresh from the system's entropy; takes some tenths of a second.
[[nodiscard]] RsaKeyPair make_rsa_key_pair();

/// What a self-signed certificate shall say.
struct CertificateOrder {
    std::string common_name;
    Time valid_from;
    Time valid_until;
};

/// A certificate and how the channel names it.
struct Certificate {
    std::string pem;
    std::string serial;  ///< upper-case hexadecimal, 40 characters
};

/// A self-signed certificate for the key, with a random serial: for demos and simulators.
[[nodiscard]] Certificate make_self_signed_certificate(
    const PrivateKey& key, const CertificateOrder& order
);
/// The serial of a PEM certificate, upper-case hexadecimal.
Result<std::string> certificate_serial(std::string_view pem);
/// Whether the first certificate of a PEM text is about this key.
[[nodiscard]] bool is_certificate_of(const PrivateKey& key, std::string_view pem);
/// When a certificate is good. Ordered by what makes one newer than another.
struct Validity {
    Time from;
    Time until;  ///< not any more
    auto operator<=>(const Validity&) const = default;
};
Result<Validity> certificate_validity(std::string_view pem);
/// The last moment that a PEM certificate is good for.
Result<Time> certificate_valid_until(std::string_view pem);

}  // namespace sluice::channel
