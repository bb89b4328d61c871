#include "app/key_wiring.hpp"

#include <utility>

#include "channel/ed25519.hpp"

namespace sluice::app {
namespace {

Result<gateway::Scopes> scopes_of(const std::vector<std::string>& names) {
    gateway::Scopes scopes;
    for (const std::string& name : names) {
        const auto scope = gateway::parse_scope(name);
        if (!scope) {
            return fail(ErrorCode::invalid, "scope '" + name + "' is not known to the gateway");
        }
        scopes.add(*scope);
    }
    return scopes;
}

Result<gateway::SignatureRule> rule_of(const config::SignatureSettings& signature) {
    if (signature.algorithm != "ed25519") {
        return gateway::SignatureRule(signature.secret);
    }
    SLUICE_ASSIGN(auto key, channel::Ed25519PublicKey::from_pem(signature.public_key));
    return gateway::SignatureRule(std::move(key));
}

Result<gateway::ApiKey> api_key_of(const config::ApiKeySettings& settings) {
    gateway::ApiKey key;
    key.merchant_id = settings.merchant_id;
    key.key = settings.key;
    key.id = settings.id;
    key.operator_name = settings.operator_name;
    key.roles = settings.roles;
    if (!settings.scopes.empty()) {
        SLUICE_ASSIGN(key.scopes, scopes_of(settings.scopes));
    }
    if (settings.signature) {
        SLUICE_ASSIGN(key.signature, rule_of(*settings.signature));
    }
    return key;
}

}  // namespace

Result<std::vector<gateway::ApiKey>> api_keys_of(const config::Settings& settings) {
    std::vector<gateway::ApiKey> keys;
    for (const config::ApiKeySettings& one : settings.api_keys) {
        auto key = api_key_of(one);
        if (!key) {
            const std::string name = one.id.empty() ? "of " + one.merchant_id : one.id;
            return fail(ErrorCode::invalid, "api_key " + name + ": " + key.error().message);
        }
        keys.push_back(*std::move(key));
    }
    return keys;
}

}  // namespace sluice::app
