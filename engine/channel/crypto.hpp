#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "channel/keys.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace sluice::channel {

/// RSASSA-PKCS1-v1_5 over SHA-256, base64. Costs about a millisecond of CPU.
[[nodiscard]] std::string rsa_sha256_sign(const PrivateKey& key, std::string_view message);

struct SignedText {
    std::string_view message;
    std::string_view signature;  ///< base64
};
/// False for a wrong signature and for one that is not base64.
[[nodiscard]] bool rsa_sha256_verify(const PublicKey& key, const SignedText& text);

inline constexpr std::size_t kAeadKeyBytes = 32;
/// The nonce of AES-256-GCM, fresh for every message.
inline constexpr std::size_t kAeadNonceBytes = 12;

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
/// 32 and 64 bytes as they are.
[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string sha512(std::string_view bytes);
/// 32 bytes as they are.
[[nodiscard]] std::string hmac_sha256(const Secret<std::string>& key, std::string_view message);
/// 64 lower-case hexadecimal characters.
[[nodiscard]] std::string hmac_sha256_hex(const Secret<std::string>& key, std::string_view message);

/// How older protocols sign a text with a key that both sides have: they put it at the text's end.
/// With `hmac_sha256` it is the HMAC's key too.
enum class KeyedSign { md5, hmac_sha256 };
/// "MD5" and "HMAC-SHA256", as the protocols write them; `invalid` for others.
Result<KeyedSign> parse_keyed_sign(std::string_view text);
/// 32 (`md5`) or 64 lower-case hexadecimal characters.
[[nodiscard]] std::string sign_with_key(
    KeyedSign sign, const Secret<std::string>& key, std::string_view text
);
/// Compares every character whatever the first ones are: how long it takes tells nothing.
[[nodiscard]] bool is_same_text(std::string_view a, std::string_view b);

}  // namespace sluice::channel
