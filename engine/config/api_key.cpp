#include "config/api_key.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "config/rules.hpp"
#include "core/nearest_name.hpp"

namespace sluice::config {
namespace {

constexpr std::string_view kTokenWanted = "1 to 64 of A-Z a-z 0-9 '.' '_' '-'";
constexpr std::string_view kBearerWanted = "1 to 256 visible ASCII characters";
constexpr std::string_view kHmacWanted = "32 to 256 visible ASCII characters";
constexpr std::string_view kPemWanted = "a PEM public key";
constexpr std::string_view kAllMerchants = "*";
constexpr std::size_t kRolesMax = 32;
constexpr std::size_t kHmacBytesMin = 32;

void refuse_doubles(Section& section, std::string_view key, const std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto end = texts.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::find(texts.begin(), end, texts[i]) != end) {
            section.refuse_item({key, i}, "each only once");
        }
    }
}

void read_scopes(Section& section, ApiKeySettings& key) {
    section.read("scopes", key.scopes);
    std::string names;
    for (const std::string_view name : kScopes) {
        names += (names.empty() ? "" : ", ") + std::string(name);
    }
    for (std::size_t i = 0; i < key.scopes.size(); ++i) {
        if (std::ranges::find(kScopes, key.scopes[i]) == kScopes.end()) {
            section.refuse_item(
                {"scopes", i}, "one of " + names + did_you_mean(key.scopes[i], kScopes)
            );
        }
    }
    refuse_doubles(section, "scopes", key.scopes);
    if (key.scopes.empty()) {
        section.refuse("scopes", "at least one of " + names);
    }
    if (!key.operator_name.empty()) {
        section.refuse("scopes", "none: an operator's key reads everything and decides tasks");
    }
}

void read_operator(Section& section, ApiKeySettings& key) {
    section.read("operator", key.operator_name);
    if (!is_token(key.operator_name)) {
        section.refuse("operator", kTokenWanted);
    }
    section.read("roles", key.roles);
    for (std::size_t i = 0; i < key.roles.size(); ++i) {
        if (!is_token(key.roles[i])) {
            section.refuse_item({"roles", i}, kTokenWanted);
        }
    }
    refuse_doubles(section, "roles", key.roles);
    if (key.operator_name.empty()) {
        section.refuse("roles", "none without operator, whose roles they are");
    } else {
        section.require("roles", "at least one role of the operator");
    }
    if (key.roles.empty() || key.roles.size() > kRolesMax) {
        section.refuse("roles", "1 to " + std::to_string(kRolesMax) + " roles of the operator");
    }
}

void read_merchant(Section& section, ApiKeySettings& key) {
    section.read("merchant_id", key.merchant_id);
    section.require("merchant_id", kTokenWanted);
    if (key.merchant_id == kAllMerchants) {
        if (key.operator_name.empty()) {
            section.refuse(
                "merchant_id", std::string(kTokenWanted) + "; all merchants are for operators"
            );
        }
    } else if (!is_token(key.merchant_id)) {
        section.refuse("merchant_id", kTokenWanted);
    }
}

bool is_pem(const std::string& text) { return text.starts_with("-----BEGIN PUBLIC KEY-----"); }

/// The half of the table that the algorithm needs, and not the other one.
void read_signature(Section section, ApiKeySettings& key) {
    if (!section.is_present()) {
        return;
    }
    SignatureSettings signature;
    section.read_word("algorithm", signature.algorithm, kSignatureAlgorithms);
    section.require("algorithm", "hmac-sha256 or ed25519");
    section.read("secret", signature.secret);
    Secret<std::string> pem;
    section.read("public_key", pem);
    signature.public_key = pem.reveal();
    if (signature.algorithm == "hmac-sha256") {
        section.require("secret", kHmacWanted);
        const std::string& secret = signature.secret.reveal();
        if (!is_bearer(secret) || secret.size() < kHmacBytesMin) {
            section.refuse_secret("secret", kHmacWanted);
        }
        section.refuse_secret("public_key", "none: hmac-sha256 has a secret");
    } else if (signature.algorithm == "ed25519") {
        section.require("public_key", kPemWanted);
        if (!is_pem(signature.public_key)) {
            section.refuse_secret("public_key", kPemWanted);
        }
        section.refuse_secret("secret", "none: ed25519 has a public_key");
    }
    section.finish();
    key.signature = std::move(signature);
}

void refuse_repeats(
    Section& section, const ApiKeySettings& key, const std::vector<ApiKeySettings>& keys
) {
    if (std::ranges::find(keys, key.key, &ApiKeySettings::key) != keys.end()) {
        section.refuse_secret("key", "one that no other [[api_key]] has");
    }
    if (std::ranges::find(keys, key.id, &ApiKeySettings::id) != keys.end()) {
        section.refuse("id", "one that no other [[api_key]] has");
    }
}

}  // namespace

void read_api_key(Section& section, std::vector<ApiKeySettings>& keys) {
    ApiKeySettings key;
    section.read("key", key.key);
    section.require("key", kBearerWanted);
    if (!is_bearer(key.key.reveal())) {
        section.refuse_secret("key", kBearerWanted);
    }
    section.read("id", key.id);
    if (!is_token(key.id)) {
        section.refuse("id", kTokenWanted);
    }
    read_operator(section, key);
    read_merchant(section, key);
    read_scopes(section, key);
    read_signature(section.below("signature"), key);
    section.finish();
    refuse_repeats(section, key, keys);
    keys.push_back(std::move(key));
}

}  // namespace sluice::config
