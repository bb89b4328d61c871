#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace sluice::channel {

/// Where a sealed text stands. It opens nowhere else: a text that somebody moves to another owner
/// or another field is refused.
struct SealPlace {
    std::string_view table;  ///< "channel_secret"
    std::string_view owner;  ///< the id of what it belongs to, as text
    std::string_view field;  ///< its name there
};

/// The master keys of this process: what may not lie open in the database is sealed under the
/// current one with AES-256-GCM; older ones still open what was sealed under them. A sealed text
/// is "s1.<id of the key>.<base64 of nonce, ciphertext and tag>". Immutable; any thread. It never
/// prints a key.
class SealingKeys {
  public:
    /// Each key is 32 bytes as 64 hexadecimal characters or as base64. `invalid`, without the key.
    static Result<SealingKeys> make(
        const Secret<std::string>& current, const std::vector<Secret<std::string>>& old = {}
    );

    /// A fresh key as make() reads it, from the system's entropy.
    [[nodiscard]] static Secret<std::string> new_key();

    [[nodiscard]] std::string seal(const SealPlace& place, std::string_view plaintext) const;
    /// `not_found` when no key of this process has the id that the text names, `corrupt` when it
    /// was changed, or sealed for another place.
    [[nodiscard]] Result<Secret<std::string>> open(const SealPlace& place, std::string_view sealed)
        const;
    /// The same text under the current key.
    [[nodiscard]] Result<std::string> reseal(const SealPlace& place, std::string_view sealed) const;

    /// 16 hexadecimal characters of the current key, which tell nothing of it.
    [[nodiscard]] const std::string& current_id() const { return keys_.front().id; }
    /// 12 hexadecimal characters by which people see whether a secret is the one they know. Nobody
    /// without the key can try secrets against it.
    [[nodiscard]] std::string fingerprint(std::string_view secret) const;

  private:
    struct Key {
        std::string id;
        Secret<std::string> sealing;
        Secret<std::string> printing;
    };
    SealingKeys() = default;
    [[nodiscard]] const Key* find(std::string_view id) const;

    std::vector<Key> keys_;  ///< the current one first
};

/// Whether the text has the form of a sealed one.
[[nodiscard]] bool is_sealed(std::string_view text);
/// The id of the key that a sealed text names; empty for any other text.
[[nodiscard]] std::string_view sealed_under(std::string_view text);

}  // namespace sluice::channel
