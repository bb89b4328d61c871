#include "gateway/auth.hpp"

#include <algorithm>
#include <stdexcept>

#include "channel/crypto.hpp"
#include "gateway/member_rules.hpp"
#include "gateway/text_rule.hpp"
#include "http/message.hpp"
#include "log/log.hpp"

namespace sluice::gateway {
namespace {

constexpr std::string_view kScheme = "Bearer ";
constexpr std::size_t kApiKeyBytesMax = 512;
constexpr std::size_t kIdDigits = 8;

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

KeyRing::KeyRing(const std::vector<ApiKey>& keys) {
    for (const ApiKey& key : keys) {
        add(key);
    }
}

void KeyRing::add(const ApiKey& key) {
    const std::string name = "a key of merchant '" + key.merchant_id + "'";
    const bool of_all = key.merchant_id == kAllMerchants;
    if (key.key.reveal().empty()) {
        throw std::invalid_argument(name + " is empty, wanted merchant and key");
    }
    if (of_all && key.operator_name.empty()) {
        throw std::invalid_argument(name + " is no operator's, wanted the key of one merchant");
    }
    if (const auto fault = find_fault(key.merchant_id, kMerchantIdRule); fault && !of_all) {
        throw std::invalid_argument("merchant id '" + key.merchant_id + "' " + *fault);
    }
    std::string digest = channel::sha256_hex(key.key.reveal());
    if (std::ranges::find(entries_, digest, &Entry::digest) != entries_.end()) {
        throw std::invalid_argument(name + " is given twice, wanted distinct keys");
    }
    Caller caller;
    caller.key_id = key.id.empty() ? "key-" + digest.substr(0, kIdDigits) : key.id;
    const auto same_id = [&](const Entry& entry) { return entry.caller.key_id == caller.key_id; };
    if (std::ranges::any_of(entries_, same_id)) {
        throw std::invalid_argument(
            name + " has the id '" + caller.key_id + "' of another key, wanted one of its own"
        );
    }
    caller.merchant_id = of_all ? std::string() : key.merchant_id;
    caller.of_all_merchants = of_all;
    caller.operator_name = key.operator_name;
    caller.roles = key.roles;
    caller.scopes = key.operator_name.empty() ? key.scopes.value_or(Scopes::of_business())
                                              : Scopes::of_operator();
    if (!key.operator_name.empty() &&
        std::ranges::find(key.roles, to_string(Scope::channels)) != key.roles.end()) {
        caller.scopes.add(Scope::channels);
    }
    caller.signature = key.signature;
    entries_.push_back({std::move(caller), std::move(digest)});
}

const Caller* KeyRing::find(std::string_view authorization) const {
    if (authorization.size() <= kScheme.size() ||
        !http::equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) {
        return nullptr;
    }
    const std::string_view key = authorization.substr(kScheme.size());
    if (key.size() > kApiKeyBytesMax) {
        return nullptr;
    }
    const std::string digest = channel::sha256_hex(key);
    const Entry* found = nullptr;
    for (const Entry& entry : entries_) {
        if (equal_in_constant_time(entry.digest, digest)) {
            found = &entry;
        }
    }
    return found == nullptr ? nullptr : &found->caller;
}

void KeyRing::log_keys() const {
    for (const Entry& entry : entries_) {
        const Caller& caller = entry.caller;
        log::info(
            "api_key",
            {{"key", caller.key_id},
             {"merchant", caller.of_all_merchants ? kAllMerchants : caller.merchant_id},
             {"of_operator", !caller.operator_name.empty()},
             {"scopes", caller.scopes.list()},
             {"signed", caller.signature.has_value()}}
        );
    }
}

}  // namespace sluice::gateway
