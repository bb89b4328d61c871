#include "channel/aes_cbc.hpp"

#include <array>
#include <optional>

#include <openssl/err.h>

#include "channel/crypto.hpp"
#include "channel/crypto_native.hpp"
#include "core/invariant.hpp"

namespace sluice::channel {
namespace {

constexpr std::size_t kBlockBytes = 16;
constexpr std::array<unsigned char, kBlockBytes> kZeroes{};

enum class Direction { decrypt = 0, encrypt = 1 };

Result<std::string> key_of(const Secret<std::string>& key_base64) {
    auto key = base64_decode(key_base64.reveal());
    if (!key || key->size() != kBlockBytes) {
        return fail(ErrorCode::invalid, "the content key is not base64 of 16 bytes");
    }
    return key;
}

/// nullopt when the padding does not fit.
std::optional<std::string> run(Direction direction, std::string_view key, std::string_view text) {
    const CipherPtr context(EVP_CIPHER_CTX_new());
    std::string out(text.size() + kBlockBytes, '\0');
    int first = 0;
    int last = 0;
    const bool is_done =
        EVP_CipherInit_ex(
            context.get(),
            EVP_aes_128_cbc(),
            nullptr,
            bytes_of(key),
            kZeroes.data(),
            static_cast<int>(direction)
        ) == 1 &&
        EVP_CipherUpdate(
            context.get(), bytes_of(out), &first, bytes_of(text), static_cast<int>(text.size())
        ) == 1 &&
        EVP_CipherFinal_ex(context.get(), bytes_of(out) + first, &last) == 1;
    ERR_clear_error();
    if (!is_done) {
        return std::nullopt;
    }
    out.resize(static_cast<std::size_t>(first) + static_cast<std::size_t>(last));
    return out;
}

}  // namespace

Result<std::string> aes_128_cbc_encrypt(
    const Secret<std::string>& key_base64, std::string_view plaintext
) {
    SLUICE_ASSIGN(const std::string key, key_of(key_base64));
    const auto cipher = run(Direction::encrypt, key, plaintext);
    SLUICE_INVARIANT(cipher.has_value());
    return base64_encode(*cipher);
}

Result<std::string> aes_128_cbc_decrypt(
    const Secret<std::string>& key_base64, std::string_view ciphertext_base64
) {
    SLUICE_ASSIGN(const std::string key, key_of(key_base64));
    SLUICE_ASSIGN(const std::string cipher, base64_decode(ciphertext_base64));
    if (cipher.empty() || cipher.size() % kBlockBytes != 0) {
        return fail(
            ErrorCode::invalid,
            "the ciphertext has " + std::to_string(cipher.size()) + " bytes, wanted whole blocks"
        );
    }
    auto plain = run(Direction::decrypt, key, cipher);
    if (!plain) {
        return fail(ErrorCode::refused, "the padding does not fit: wrong key, or a changed text");
    }
    return *std::move(plain);
}

}  // namespace sluice::channel
