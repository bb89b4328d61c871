#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channel/keys.hpp"
#include "core/clock.hpp"
#include "core/mutex.hpp"
#include "simulator/merchant.hpp"

namespace sluice::simulator {

/// A key of the platform and the certificate that shows it.
struct PlatformKey {
    channel::PrivateKey private_key;
    channel::Certificate certificate;
};

/// A platform's certificates: the first, and those it was ordered to go on to. Answers are signed
/// with the newest; all are shown to whoever asks. Any thread.
class PlatformKeys {
  public:
    explicit PlatformKeys(const PlatformIdentity& first);

    [[nodiscard]] PlatformKey newest() const SLUICE_EXCLUDES(mutex_);
    [[nodiscard]] std::vector<PlatformKey> all() const SLUICE_EXCLUDES(mutex_);
    [[nodiscard]] bool has(std::string_view serial) const SLUICE_EXCLUDES(mutex_);
    /// Who opens what is encrypted for the certificate of this serial; nullopt for another's.
    [[nodiscard]] std::optional<channel::PrivateKey> private_key_of(std::string_view serial) const
        SLUICE_EXCLUDES(mutex_);
    /// Another key from now on; takes some tenths of a second. Its serial.
    std::string rotate(Time now) SLUICE_EXCLUDES(mutex_);

  private:
    mutable Mutex mutex_;
    std::vector<PlatformKey> keys_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::simulator
