#include "channel/crypto.hpp"

#include <algorithm>
#include <array>

#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "channel/crypto_native.hpp"
#include "core/invariant.hpp"

namespace sluice::channel {
namespace {

constexpr std::size_t kTagBytes = 16;

std::string hex(std::string_view bytes) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text.push_back(kDigits[byte >> 4U]);
        text.push_back(kDigits[byte & 0xFU]);
    }
    return text;
}

/// A digest looked up once in the library's tables: by itself it would do so at every use.
using FetchedDigest = std::unique_ptr<EVP_MD, Freed<EVP_MD_free>>;

FetchedDigest fetch_digest(const char* name) {
    FetchedDigest kind(EVP_MD_fetch(nullptr, name, nullptr));
    SLUICE_INVARIANT(kind != nullptr);
    return kind;
}

/// A digest where it was made: look-ups of keys take one for each request.
struct Digest {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;

    [[nodiscard]] std::string_view view() const {
        return {reinterpret_cast<const char*>(bytes.data()), size};
    }
};

Digest digest_of(const EVP_MD* kind, std::string_view bytes) {
    thread_local DigestPtr context(EVP_MD_CTX_new());
    Digest digest;
    const bool is_done = EVP_DigestInit_ex2(context.get(), kind, nullptr) == 1 &&
                         EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
                         EVP_DigestFinal_ex(context.get(), digest.bytes.data(), &digest.size) == 1;
    SLUICE_INVARIANT(is_done);
    return digest;
}

const EVP_MD* sha256_kind() {
    static const FetchedDigest kKind = fetch_digest("SHA256");
    return kKind.get();
}

int as_int(std::size_t size) { return static_cast<int>(size); }

bool has_sizes(const AeadBox& box) {
    return box.key.size() == kAeadKeyBytes && box.nonce.size() == kAeadNonceBytes;
}

bool set_oaep_sha1(EVP_PKEY_CTX* context) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha1()) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha1()) == 1;
}

/// The value of one base64 character, 64 for any other.
unsigned int sextet(char c) {
    if (c >= 'A' && c <= 'Z') {
        return static_cast<unsigned int>(c - 'A');
    }
    if (c >= 'a' && c <= 'z') {
        return static_cast<unsigned int>(c - 'a') + 26U;
    }
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned int>(c - '0') + 52U;
    }
    if (c == '+') {
        return 62U;
    }
    return c == '/' ? 63U : 64U;
}

std::unexpected<Error> not_base64(std::string_view why) {
    return fail(ErrorCode::invalid, "the text is not base64: " + std::string(why));
}

}  // namespace

std::string rsa_sha256_sign(const PrivateKey& key, std::string_view message) {
    const DigestPtr context(EVP_MD_CTX_new());
    std::string signature(static_cast<std::size_t>(EVP_PKEY_size(key.native().key.get())), '\0');
    std::size_t size = signature.size();
    const bool is_signed =
        EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.native().key.get()) ==
            1 &&
        EVP_DigestSign(
            context.get(), bytes_of(signature), &size, bytes_of(message), message.size()
        ) == 1;
    SLUICE_INVARIANT(is_signed);
    signature.resize(size);
    return base64_encode(signature);
}

bool rsa_sha256_verify(const PublicKey& key, const SignedText& text) {
    const auto signature = base64_decode(text.signature);
    if (!signature) {
        return false;
    }
    const DigestPtr context(EVP_MD_CTX_new());
    const bool is_good = EVP_DigestVerifyInit(
                             context.get(), nullptr, EVP_sha256(), nullptr, key.native().key.get()
                         ) == 1 &&
                         EVP_DigestVerify(
                             context.get(),
                             bytes_of(std::string_view(*signature)),
                             signature->size(),
                             bytes_of(text.message),
                             text.message.size()
                         ) == 1;
    ERR_clear_error();
    return is_good;
}

Result<std::string> rsa_oaep_sha1_encrypt(const PublicKey& key, std::string_view plaintext) {
    const KeyContextPtr context(EVP_PKEY_CTX_new(key.native().key.get(), nullptr));
    std::string cipher(static_cast<std::size_t>(EVP_PKEY_size(key.native().key.get())), '\0');
    std::size_t size = cipher.size();
    const bool is_done =
        EVP_PKEY_encrypt_init(context.get()) == 1 && set_oaep_sha1(context.get()) &&
        EVP_PKEY_encrypt(
            context.get(), bytes_of(cipher), &size, bytes_of(plaintext), plaintext.size()
        ) == 1;
    ERR_clear_error();
    if (!is_done) {
        return fail(
            ErrorCode::limit,
            "a text of " + std::to_string(plaintext.size()) +
                " bytes is too long for one RSA-OAEP block"
        );
    }
    cipher.resize(size);
    return base64_encode(cipher);
}

Result<std::string> rsa_oaep_sha1_decrypt(const PrivateKey& key, std::string_view cipher_base64) {
    SLUICE_ASSIGN(const std::string cipher, base64_decode(cipher_base64));
    const KeyContextPtr context(EVP_PKEY_CTX_new(key.native().key.get(), nullptr));
    std::string plain(static_cast<std::size_t>(EVP_PKEY_size(key.native().key.get())), '\0');
    std::size_t size = plain.size();
    const bool is_done =
        EVP_PKEY_decrypt_init(context.get()) == 1 && set_oaep_sha1(context.get()) &&
        EVP_PKEY_decrypt(
            context.get(), bytes_of(plain), &size, bytes_of(std::string_view(cipher)), cipher.size()
        ) == 1;
    ERR_clear_error();
    if (!is_done) {
        return fail(ErrorCode::refused, "the text was not encrypted for this RSA key");
    }
    plain.resize(size);
    return plain;
}

std::string aes_256_gcm_encrypt(const AeadBox& box, std::string_view plaintext) {
    SLUICE_INVARIANT(has_sizes(box));
    const CipherPtr context(EVP_CIPHER_CTX_new());
    std::string cipher(plaintext.size() + kTagBytes, '\0');
    int size = 0;
    const bool is_done =
        EVP_EncryptInit_ex(
            context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(box.key), bytes_of(box.nonce)
        ) == 1 &&
        EVP_EncryptUpdate(
            context.get(),
            nullptr,
            &size,
            bytes_of(box.associated_data),
            as_int(box.associated_data.size())
        ) == 1 &&
        EVP_EncryptUpdate(
            context.get(), bytes_of(cipher), &size, bytes_of(plaintext), as_int(plaintext.size())
        ) == 1 &&
        EVP_EncryptFinal_ex(context.get(), bytes_of(cipher) + size, &size) == 1 &&
        EVP_CIPHER_CTX_ctrl(
            context.get(),
            EVP_CTRL_GCM_GET_TAG,
            as_int(kTagBytes),
            bytes_of(cipher) + plaintext.size()
        ) == 1;
    SLUICE_INVARIANT(is_done);
    return base64_encode(cipher);
}

Result<std::string> aes_256_gcm_decrypt(const AeadBox& box, std::string_view ciphertext_base64) {
    if (!has_sizes(box)) {
        return fail(
            ErrorCode::invalid,
            "a key of " + std::to_string(box.key.size()) + " and a nonce of " +
                std::to_string(box.nonce.size()) + " bytes, wanted 32 and 12"
        );
    }
    SLUICE_ASSIGN(std::string cipher, base64_decode(ciphertext_base64));
    if (cipher.size() < kTagBytes) {
        return fail(ErrorCode::invalid, "the ciphertext is shorter than its tag of 16 bytes");
    }
    const std::size_t text_size = cipher.size() - kTagBytes;
    const CipherPtr context(EVP_CIPHER_CTX_new());
    std::string plain(text_size + 1, '\0');
    int size = 0;
    const bool is_done =
        EVP_DecryptInit_ex(
            context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(box.key), bytes_of(box.nonce)
        ) == 1 &&
        EVP_DecryptUpdate(
            context.get(),
            nullptr,
            &size,
            bytes_of(box.associated_data),
            as_int(box.associated_data.size())
        ) == 1 &&
        EVP_DecryptUpdate(
            context.get(),
            bytes_of(plain),
            &size,
            bytes_of(std::string_view(cipher)),
            as_int(text_size)
        ) == 1 &&
        EVP_CIPHER_CTX_ctrl(
            context.get(), EVP_CTRL_GCM_SET_TAG, as_int(kTagBytes), bytes_of(cipher) + text_size
        ) == 1 &&
        EVP_DecryptFinal_ex(context.get(), bytes_of(plain) + size, &size) == 1;
    ERR_clear_error();
    if (!is_done) {
        return fail(ErrorCode::refused, "the tag does not fit: wrong key, or a changed text");
    }
    plain.resize(text_size);
    return plain;
}

std::string base64_encode(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), as_int(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

Result<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) {
        return not_base64("its length " + std::to_string(text.size()) + " is no multiple of 4");
    }
    const std::size_t padding = text.size() - (text.find_last_not_of('=') + 1);
    if (padding > 2) {
        return not_base64("more than two '=' at its end");
    }
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    unsigned int buffer = 0;
    unsigned int bits = 0;
    for (const char c : text.substr(0, text.size() - padding)) {
        const unsigned int value = sextet(c);
        if (value > 63U) {
            return not_base64("it has a character outside the alphabet");
        }
        buffer = (buffer << 6U) | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<char>((buffer >> bits) & 0xFFU));
            buffer &= (1U << bits) - 1U;
        }
    }
    // Left-over bits must be zero, or two texts would stand for the same bytes.
    if (buffer != 0) {
        return not_base64("its last character has bits that no byte uses");
    }
    return bytes;
}

std::string sha256(std::string_view bytes) {
    return std::string(digest_of(sha256_kind(), bytes).view());
}

std::string sha512(std::string_view bytes) {
    static const FetchedDigest kKind = fetch_digest("SHA512");
    return std::string(digest_of(kKind.get(), bytes).view());
}

std::string sha256_hex(std::string_view bytes) {
    return hex(digest_of(sha256_kind(), bytes).view());
}

std::string sha1_hex(std::string_view bytes) {
    static const FetchedDigest kKind = fetch_digest("SHA1");
    return hex(digest_of(kKind.get(), bytes).view());
}

std::string md5_hex(std::string_view bytes) {
    static const FetchedDigest kKind = fetch_digest("MD5");
    return hex(digest_of(kKind.get(), bytes).view());
}

std::string hmac_sha256(const Secret<std::string>& key, std::string_view message) {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    const unsigned char* done = HMAC(
        EVP_sha256(),
        key.reveal().data(),
        as_int(key.reveal().size()),
        bytes_of(message),
        message.size(),
        bytes_of(digest),
        &size
    );
    SLUICE_INVARIANT(done != nullptr);
    digest.resize(size);
    return digest;
}

std::string hmac_sha256_hex(const Secret<std::string>& key, std::string_view message) {
    return hex(hmac_sha256(key, message));
}

Result<KeyedSign> parse_keyed_sign(std::string_view text) {
    if (text == "MD5") {
        return KeyedSign::md5;
    }
    if (text == "HMAC-SHA256") {
        return KeyedSign::hmac_sha256;
    }
    return fail(
        ErrorCode::invalid, "the sign is '" + std::string(text) + "', wanted MD5 or HMAC-SHA256"
    );
}

std::string sign_with_key(KeyedSign sign, const Secret<std::string>& key, std::string_view text) {
    const std::string whole = std::string(text) + key.reveal();
    switch (sign) {
        case KeyedSign::md5:
            return md5_hex(whole);
        case KeyedSign::hmac_sha256:
            break;
    }
    return hmac_sha256_hex(key, whole);
}

bool is_same_text(std::string_view a, std::string_view b) {
    unsigned difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
        difference |= static_cast<unsigned>(a[i] ^ b[i]);
    }
    return difference == 0;
}

}  // namespace sluice::channel
