#include "unit/gateway/signing.hpp"

#include <utility>

#include "channel/crypto.hpp"

namespace sluice::testing {
namespace {

std::string value_of(const std::string& component, const Ask& ask, const Signing& signing) {
    const std::string host(ask.headers.get_or_empty("Host"));
    const std::size_t mark = std::min(ask.target.find('?'), ask.target.size());
    if (component == "@method") {
        return ask.method;
    }
    if (component == "@target-uri") {
        return signing.scheme + "://" + host + ask.target;
    }
    if (component == "@authority") {
        return host;
    }
    if (component == "@path") {
        return ask.target.substr(0, mark);
    }
    if (component == "@query") {
        return mark == ask.target.size() ? "?" : ask.target.substr(mark);
    }
    return std::string(ask.headers.get_or_empty(component));
}

std::vector<std::string> needed(const Ask& ask) {
    std::vector<std::string> names{"@method", "@target-uri"};
    if (!ask.body.empty()) {
        names.emplace_back("content-digest");
    }
    if (ask.headers.has("Idempotency-Key")) {
        names.emplace_back("idempotency-key");
    }
    return names;
}

std::string parameters_of(const Signing& signing) {
    if (!signing.parameters.empty()) {
        return signing.parameters;
    }
    return ";created=" + std::to_string(signing.created) + ";keyid=\"" + signing.key_id +
           "\";nonce=\"" + signing.nonce + "\"";
}

}  // namespace

std::string sha256_digest(std::string_view body) {
    return "sha-256=:" + channel::base64_encode(channel::sha256(body)) + ":";
}

gateway::SignatureRule signing_rule() {
    return gateway::SignatureRule(Secret<std::string>(std::string(kSigningSecret)));
}

Ask signed_by(const Signing& signing, Ask ask) {
    ask.headers.set({"Host", std::string(kHost)});
    if (!ask.body.empty()) {
        ask.headers.set({"Content-Digest", sha256_digest(ask.body)});
    }
    return with_signature(signing, std::move(ask));
}

Ask with_signature(const Signing& signing, Ask ask) {
    std::string list;
    std::string base;
    for (const std::string& name : signing.covered.empty() ? needed(ask) : signing.covered) {
        list += (list.empty() ? "\"" : " \"") + name + "\"";
        base += "\"" + name + "\": " + value_of(name, ask, signing) + "\n";
    }
    const std::string input = "(" + list + ")" + parameters_of(signing);
    base += "\"@signature-params\": " + input;
    const std::string bytes = channel::hmac_sha256(Secret<std::string>(signing.secret), base);
    ask.headers.add({"Signature-Input", signing.label + "=" + input});
    ask.headers.add({"Signature", signing.label + "=:" + channel::base64_encode(bytes) + ":"});
    return ask;
}

}  // namespace sluice::testing
