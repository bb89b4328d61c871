#pragma once

#include <cstdint>
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

/// RSASSA-PKCS1-v1_5 over SHA-256, base64. Costs about a millisecond of CPU.
[[nodiscard]] std::string rsa_sha256_sign(const PrivateKey& key, std::string_view message);

struct SignedText {
    std::string_view message;
    std::string_view signature;  ///< base64
};
/// False for a wrong signature and for one that is not base64.
[[nodiscard]] bool rsa_sha256_verify(const PublicKey& key, const SignedText& text);

/// AES-256-GCM as the channels use it: 32 bytes of key, 12 bytes of nonce, the 16-byte tag at the
/// end of the ciphertext.
struct AeadBox {
    std::string_view key;
    std::string_view nonce;
    std::string_view associated_data;
};
/// base64 of ciphertext and tag. The box must have the sizes above.
[[nodiscard]] std::string aes_256_gcm_encrypt(const AeadBox& box, std::string_view plaintext);
/// `invalid` for wrong sizes or base64, `refused` when the tag does not fit (wrong key, or
/// changed).
Result<std::string> aes_256_gcm_decrypt(const AeadBox& box, std::string_view ciphertext_base64);

[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// Strict: padding required, no blanks or line ends.
Result<std::string> base64_decode(std::string_view text);

/// RSA-OAEP with SHA-1 and MGF1-SHA-1, base64: personal data on its way to a channel. `limit` when
/// the text is longer than the key allows (214 bytes for 2048 bits).
Result<std::string> rsa_oaep_sha1_encrypt(const PublicKey& key, std::string_view plaintext);
/// `invalid` for text that is not base64, `refused` when this key does not open it.
Result<std::string> rsa_oaep_sha1_decrypt(const PrivateKey& key, std::string_view cipher_base64);

/// 64, 40 and 32 lower-case hexadecimal characters. SHA-1 and MD5 only where a channel's old
/// protocol wants them.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
[[nodiscard]] std::string sha1_hex(std::string_view bytes);
[[nodiscard]] std::string md5_hex(std::string_view bytes);
/// 64 lower-case hexadecimal characters.
[[nodiscard]] std::string hmac_sha256_hex(const Secret<std::string>& key, std::string_view message);

struct RsaKeyPair {
    PrivateKey private_key;
    PublicKey public_key;
};
/// 2048 bits, fresh from the system's entropy; takes some tenths of a second.
[[nodiscard]] RsaKeyPair make_rsa_key_pair();

struct CertificateOrder {
    std::string common_name;
    Time valid_from;
    Time valid_until;
};
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

}  // namespace sluice::channel
