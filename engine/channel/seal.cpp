#include "channel/seal.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "channel/crypto.hpp"
#include "core/invariant.hpp"
#include "core/random.hpp"

namespace sluice::channel {
namespace {

constexpr std::string_view kForm = "s1.";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kIdSize = 16;
constexpr std::size_t kPrintSize = 12;
constexpr std::string_view kWanted = "wanted 32 bytes, as 64 hexadecimal characters or as base64";

std::optional<unsigned> digit_of(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned>(c - '0');
    }
    const char lower = static_cast<char>(c | 0x20);
    if (lower >= 'a' && lower <= 'f') {
        return static_cast<unsigned>(lower - 'a') + 10U;
    }
    return std::nullopt;
}

std::optional<std::string> bytes_of_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        const auto high = digit_of(hex[i]);
        const auto low = digit_of(hex[i + 1]);
        if (!high || !low) {
            return std::nullopt;
        }
        bytes.push_back(static_cast<char>(*high * 16U + *low));
    }
    return bytes;
}

Result<Secret<std::string>> key_bytes(std::string_view text) {
    if (text.size() == 2 * kKeyBytes) {
        if (auto bytes = bytes_of_hex(text)) {
            return Secret<std::string>(*std::move(bytes));
        }
    }
    auto bytes = base64_decode(text);
    if (!bytes || bytes->size() != kKeyBytes) {
        return fail(
            ErrorCode::invalid,
            "a master key is " + std::to_string(text.size()) + " characters of something else, " +
                std::string(kWanted)
        );
    }
    return Secret<std::string>(*std::move(bytes));
}

/// One key for one purpose, so that none of them says anything about another.
Secret<std::string> derived(const Secret<std::string>& master, std::string_view purpose) {
    return Secret<std::string>(hmac_sha256(master, "sluice " + std::string(purpose)));
}

std::string nonce() {
    SystemRandom random;
    std::optional<std::string> bytes = bytes_of_hex(random_hex(random, kAeadNonceBytes));
    SLUICE_INVARIANT(bytes.has_value());
    return *std::move(bytes);
}

/// No part may run into the next one.
std::string bound_to(const SealPlace& place, std::string_view key_id) {
    std::string data(key_id);
    for (const std::string_view part : {place.table, place.owner, place.field}) {
        data += '\n' + std::to_string(part.size()) + ' ' + std::string(part);
    }
    return data;
}

std::string titled(const SealPlace& place) {
    return "the sealed " + std::string(place.field) + " of " + std::string(place.owner);
}

}  // namespace

Result<SealingKeys> SealingKeys::make(
    const Secret<std::string>& current, const std::vector<Secret<std::string>>& old
) {
    std::vector<Secret<std::string>> texts{current};
    texts.insert(texts.end(), old.begin(), old.end());
    SealingKeys keys;
    for (const Secret<std::string>& text : texts) {
        SLUICE_ASSIGN(const Secret<std::string> master, key_bytes(text.reveal()));
        Key key;
        key.id = hmac_sha256_hex(master, "sluice key id").substr(0, kIdSize);
        key.sealing = derived(master, "sealing");
        key.printing = derived(master, "fingerprint");
        if (keys.find(key.id) == nullptr) {
            keys.keys_.push_back(std::move(key));
        }
    }
    return keys;
}

Secret<std::string> SealingKeys::new_key() {
    SystemRandom random;
    return Secret<std::string>(random_hex(random, kKeyBytes));
}

const SealingKeys::Key* SealingKeys::find(std::string_view id) const {
    const auto found = std::ranges::find(keys_, id, &Key::id);
    return found == keys_.end() ? nullptr : &*found;
}

std::string SealingKeys::seal(const SealPlace& place, std::string_view plaintext) const {
    const Key& key = keys_.front();
    const std::string fresh = nonce();
    const std::string bound = bound_to(place, key.id);
    const std::string cipher = aes_256_gcm_encrypt({key.sealing.reveal(), fresh, bound}, plaintext);
    // 12 bytes are 16 characters without padding: the two texts are one base64 text.
    return std::string(kForm) + key.id + "." + base64_encode(fresh) + cipher;
}

Result<Secret<std::string>> SealingKeys::open(const SealPlace& place, std::string_view sealed)
    const {
    const std::string_view id = sealed_under(sealed);
    if (id.empty()) {
        return fail(ErrorCode::corrupt, titled(place) + " has not the form s1.<key id>.<base64>");
    }
    const Key* key = find(id);
    if (key == nullptr) {
        return fail(
            ErrorCode::not_found,
            titled(place) + " is sealed under the master key " + std::string(id) +
                ", which this process does not have, wanted it among its old keys"
        );
    }
    const std::string_view body = sealed.substr(kForm.size() + kIdSize + 1);
    constexpr std::size_t kNonceText = kAeadNonceBytes / 3 * 4;
    const auto fresh = base64_decode(body.substr(0, std::min(kNonceText, body.size())));
    if (!fresh || fresh->size() != kAeadNonceBytes) {
        return fail(ErrorCode::corrupt, titled(place) + " has no nonce of 12 bytes");
    }
    const std::string bound = bound_to(place, key->id);
    auto plain =
        aes_256_gcm_decrypt({key->sealing.reveal(), *fresh, bound}, body.substr(kNonceText));
    if (!plain) {
        return fail(
            ErrorCode::corrupt, titled(place) + " was changed, or sealed for another place"
        );
    }
    return Secret<std::string>(*std::move(plain));
}

Result<std::string> SealingKeys::reseal(const SealPlace& place, std::string_view sealed) const {
    SLUICE_ASSIGN(const Secret<std::string> plain, open(place, sealed));
    return seal(place, plain.reveal());
}

std::string SealingKeys::fingerprint(std::string_view secret) const {
    return hmac_sha256_hex(keys_.front().printing, secret).substr(0, kPrintSize);
}

bool is_sealed(std::string_view text) { return !sealed_under(text).empty(); }

std::string_view sealed_under(std::string_view text) {
    const bool is_long_enough = text.size() > kForm.size() + kIdSize;
    if (!text.starts_with(kForm) || !is_long_enough || text[kForm.size() + kIdSize] != '.') {
        return {};
    }
    const std::string_view id = text.substr(kForm.size(), kIdSize);
    const bool is_id = std::ranges::all_of(id, [](char c) { return digit_of(c).has_value(); });
    return is_id ? id : std::string_view{};
}

}  // namespace sluice::channel
