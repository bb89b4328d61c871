#include "gateway/auth.hpp"

#include <algorithm>
#include <stdexcept>

#include "channel/crypto.hpp"
#include "http/message.hpp"

namespace sluice::gateway {
namespace {

constexpr std::string_view kScheme = "Bearer ";
constexpr std::size_t kKeyBytesMax = 512;

}  // namespace

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) {
        return false;
    }
    unsigned int difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference |= static_cast<unsigned int>(static_cast<unsigned char>(a[i])) ^
                      static_cast<unsigned int>(static_cast<unsigned char>(b[i]));
    }
    return difference == 0;
}

KeyRing::KeyRing(const std::vector<MerchantKey>& keys) {
    for (const MerchantKey& key : keys) {
        if (key.merchant_id.empty() || key.key.reveal().empty()) {
            throw std::invalid_argument(
                "a key of merchant '" + key.merchant_id + "' is empty, wanted merchant and key"
            );
        }
        std::string digest = channel::sha256_hex(key.key.reveal());
        if (std::ranges::find(entries_, digest, &Entry::digest) != entries_.end()) {
            throw std::invalid_argument(
                "a key of merchant '" + key.merchant_id + "' is given twice, wanted distinct keys"
            );
        }
        entries_.push_back({key.merchant_id, std::move(digest)});
    }
}

std::optional<std::string> KeyRing::find_merchant(std::string_view authorization) const {
    if (authorization.size() <= kScheme.size() ||
        !http::equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) {
        return std::nullopt;
    }
    const std::string_view key = authorization.substr(kScheme.size());
    if (key.size() > kKeyBytesMax) {
        return std::nullopt;
    }
    const std::string digest = channel::sha256_hex(key);
    const Entry* found = nullptr;
    for (const Entry& entry : entries_) {
        if (equal_in_constant_time(entry.digest, digest)) {
            found = &entry;
        }
    }
    if (found == nullptr) {
        return std::nullopt;
    }
    return found->merchant_id;
}

}  // namespace sluice::gateway
