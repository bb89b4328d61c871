#include "notify/signature.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "channel/crypto.hpp"

namespace sluice::notify {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kSecretBytesMin = 24;
constexpr std::size_t kSecretBytesMax = 64;

Result<Secret<std::string>> key_of(const Secret<std::string>& secret) {
    const std::string_view text = secret.reveal();
    const auto key =
        channel::base64_decode(text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : "-");
    if (!key || key->size() < kSecretBytesMin || key->size() > kSecretBytesMax) {
        return fail(
            ErrorCode::invalid, "a webhook secret is not 'whsec_' and base64 of 24 to 64 bytes"
        );
    }
    return Secret<std::string>(*key);
}

int digit_of(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

std::string bytes_of_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<char>(digit_of(hex[i]) * 16 + digit_of(hex[i + 1])));
    }
    return bytes;
}

}  // namespace

std::string timestamp_text(Time time) {
    return std::to_string(
        std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count()
    );
}

Secret<std::string> make_secret(Random& random) {
    const std::string bytes = bytes_of_hex(random_hex(random, kSecretBytes));
    return Secret<std::string>(std::string(kPrefix) + channel::base64_encode(bytes));
}

Result<std::string> sign(
    const SignedMessage& message, std::span<const Secret<std::string>> secrets
) {
    std::string text(message.id);
    text.append(".").append(timestamp_text(message.timestamp)).append(".").append(message.body);
    std::string signatures;
    for (const Secret<std::string>& secret : secrets) {
        SLUICE_ASSIGN(const Secret<std::string> key, key_of(secret));
        signatures += signatures.empty() ? "v1," : " v1,";
        signatures += channel::base64_encode(bytes_of_hex(channel::hmac_sha256_hex(key, text)));
    }
    return signatures;
}

}  // namespace sluice::notify
