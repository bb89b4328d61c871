#include "simulator/platform_keys.hpp"

#include <algorithm>

namespace sluice::simulator {

PlatformKeys::PlatformKeys(const PlatformIdentity& first)
    : keys_{{first.private_key, {first.certificate_pem, first.certificate_serial}}} {}

PlatformKey PlatformKeys::newest() const {
    const MutexLock lock(mutex_);
    return keys_.back();
}

std::vector<PlatformKey> PlatformKeys::all() const {
    const MutexLock lock(mutex_);
    return keys_;
}

bool PlatformKeys::has(std::string_view serial) const {
    const MutexLock lock(mutex_);
    return std::ranges::any_of(keys_, [&](const PlatformKey& key) {
        return key.certificate.serial == serial;
    });
}

std::optional<channel::PrivateKey> PlatformKeys::private_key_of(std::string_view serial) const {
    const MutexLock lock(mutex_);
    for (const PlatformKey& key : keys_) {
        if (key.certificate.serial == serial) {
            return key.private_key;
        }
    }
    return std::nullopt;
}

std::string PlatformKeys::rotate(Time now) {
    channel::RsaKeyPair pair = channel::make_rsa_key_pair();
    channel::Certificate certificate = channel::make_self_signed_certificate(
        pair.private_key,
        {.common_name = "Simulated payment platform",
         .valid_from = now - std::chrono::days(1),
         .valid_until = now + std::chrono::days(365)}
    );
    std::string serial = certificate.serial;
    const MutexLock lock(mutex_);
    keys_.push_back({std::move(pair.private_key), std::move(certificate)});
    return serial;
}

}  // namespace sluice::simulator
