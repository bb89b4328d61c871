#include "gateway/signature.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "channel/crypto.hpp"
#include "gateway/auth.hpp"
#include "gateway/content_digest.hpp"
#include "gateway/signature_base.hpp"
#include "gateway/structured_field.hpp"
#include "gateway/text_rule.hpp"

namespace sluice::gateway {
namespace {

using structured::InnerList;

constexpr std::size_t kNonceMax = 128;

std::unexpected<SignatureRefusal> refuse(SignatureFault fault, std::string detail) {
    return std::unexpected(SignatureRefusal{fault, std::move(detail)});
}

std::expected<structured::Dictionary, SignatureRefusal> read_field(
    const http::Request& request, std::string_view name
) {
    const auto field = combined_field(request, name);
    if (!field) {
        return refuse(
            SignatureFault::missing,
            std::string(name) + " is missing: requests of this key must be signed (RFC 9421)"
        );
    }
    auto dictionary = structured::parse_dictionary(*field);
    if (!dictionary) {
        return refuse(
            SignatureFault::malformed, std::string(name) + " " + dictionary.error().message
        );
    }
    return *std::move(dictionary);
}

/// What is signed, and the bytes that sign it.
struct Chosen {
    InnerList covered;
    std::string signature;
};

/// The label of the first list with our keyid; `inputs` are lists only.
std::expected<std::string, SignatureRefusal> find_label(
    const structured::Dictionary& inputs, std::string_view key_id
) {
    for (const structured::Member& member : inputs) {
        const auto* list = std::get_if<InnerList>(&member.value);
        if (list == nullptr) {
            return refuse(
                SignatureFault::malformed,
                "Signature-Input " + member.key + " is no list, wanted (\"@method\" ...)"
            );
        }
        const auto* given = structured::find(list->parameters, "keyid");
        const auto* text = given == nullptr ? nullptr : std::get_if<std::string>(given);
        if (text != nullptr && *text == key_id) {
            return member.key;
        }
    }
    return refuse(
        SignatureFault::missing,
        "Signature-Input has no signature with keyid \"" + std::string(key_id) +
            "\", which is the key's id"
    );
}

std::expected<Chosen, SignatureRefusal> choose(
    const http::Request& request, std::string_view key_id
) {
    auto inputs = read_field(request, "Signature-Input");
    if (!inputs) {
        return std::unexpected(std::move(inputs).error());
    }
    auto signatures = read_field(request, "Signature");
    if (!signatures) {
        return std::unexpected(std::move(signatures).error());
    }
    auto label = find_label(*inputs, key_id);
    if (!label) {
        return std::unexpected(std::move(label).error());
    }
    const auto* member = structured::find(*signatures, *label);
    const auto* item = member == nullptr ? nullptr : std::get_if<structured::Item>(&member->value);
    const auto* bytes = item == nullptr ? nullptr : std::get_if<structured::Bytes>(&item->value);
    if (bytes == nullptr) {
        return refuse(
            SignatureFault::malformed,
            "Signature has no byte sequence " + *label + ", wanted " + *label + "=:base64:"
        );
    }
    return Chosen{std::get<InnerList>(structured::find(*inputs, *label)->value), bytes->bytes};
}

template <class T>
std::optional<T> parameter(const InnerList& list, std::string_view name) {
    const auto* given = structured::find(list.parameters, name);
    const T* value = given == nullptr ? nullptr : std::get_if<T>(given);
    return value == nullptr ? std::nullopt : std::optional<T>(*value);
}

bool has_parameter(const InnerList& list, std::string_view name) {
    return structured::find(list.parameters, name) != nullptr;
}

std::int64_t seconds_of(Time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// What the parameters say, apart from whether the clock allows it.
struct Made {
    std::int64_t created = 0;
    std::string nonce;
};

std::expected<Made, SignatureRefusal> read_parameters(
    const InnerList& list, std::string_view algorithm
) {
    const auto wrong = [](std::string_view name, std::string_view wanted) {
        return refuse(
            SignatureFault::parameters,
            "signature parameter " + std::string(name) + " is missing or wrong, wanted " +
                std::string(wanted)
        );
    };
    const auto created = parameter<std::int64_t>(list, "created");
    if (!created) {
        return wrong("created", "seconds since 1970");
    }
    if (has_parameter(list, "expires") && !parameter<std::int64_t>(list, "expires")) {
        return wrong("expires", "seconds since 1970");
    }
    auto nonce = parameter<std::string>(list, "nonce");
    if (!nonce || nonce->empty() || nonce->size() > kNonceMax) {
        return wrong("nonce", "a text of 1 to 128 characters, another one for each request");
    }
    if (has_parameter(list, "alg") && parameter<std::string>(list, "alg") != algorithm) {
        return wrong("alg", "\"" + std::string(algorithm) + "\" or none");
    }
    return Made{*created, *std::move(nonce)};
}

std::optional<SignatureRefusal> check_clock(const InnerList& list, const Made& made, Time now) {
    const std::int64_t seconds = seconds_of(now);
    if (std::abs(seconds - made.created) > kSignatureWindow.count()) {
        return SignatureRefusal{
            SignatureFault::clock,
            "signature parameter created is " + std::to_string(made.created) +
                ", wanted within 300 s of our clock, which is at " + std::to_string(seconds)
        };
    }
    const auto expires = parameter<std::int64_t>(list, "expires");
    if (expires && *expires < seconds) {
        return SignatureRefusal{
            SignatureFault::clock,
            "signature parameter expires is " + std::to_string(*expires) +
                ", and our clock is at " + std::to_string(seconds)
        };
    }
    return std::nullopt;
}

bool covers(const InnerList& list, std::string_view name) {
    return std::ranges::any_of(list.items, [&](const structured::Item& item) {
        const auto* text = std::get_if<std::string>(&item.value);
        return text != nullptr && *text == name && item.parameters.empty();
    });
}

std::optional<SignatureRefusal> check_coverage(
    const InnerList& list, const http::Request& request
) {
    std::string lacking;
    const auto want = [&](std::string_view name) {
        if (!covers(list, name)) {
            lacking += (lacking.empty() ? "\"" : ", \"") + std::string(name) + "\"";
        }
    };
    want("@method");
    if (!covers(list, "@target-uri") && covers(list, "@authority")) {
        want("@path");
        if (!request.query.empty()) {
            want("@query");
        }
    } else {
        want("@target-uri");
    }
    if (!request.body.empty()) {
        want("content-digest");
    }
    if (request.headers.has("Idempotency-Key")) {
        want("idempotency-key");
    }
    if (lacking.empty()) {
        return std::nullopt;
    }
    return SignatureRefusal{
        SignatureFault::coverage, "the signature does not cover " + lacking + ", wanted it covered"
    };
}

std::optional<SignatureRefusal> check_body(const http::Request& request) {
    if (request.body.empty() && !request.headers.has("Content-Digest")) {
        return std::nullopt;
    }
    const auto fits = check_content_digest(request);
    if (fits) {
        return std::nullopt;
    }
    return SignatureRefusal{SignatureFault::digest, fits.error().message};
}

std::optional<SignatureRefusal> check_bytes(
    const http::Request& request, const Chosen& chosen, const SignatureRule& rule
) {
    for (const Scheme scheme : {Scheme::https, Scheme::http}) {
        const auto base = signature_base(request, chosen.covered, scheme);
        if (!base) {
            return SignatureRefusal{SignatureFault::coverage, base.error().message};
        }
        if (rule.has_signed({*base, chosen.signature})) {
            return std::nullopt;
        }
    }
    return SignatureRefusal{
        SignatureFault::wrong,
        "the signature is not of this request by this key, wanted " + std::string(rule.algorithm())
    };
}

}  // namespace

std::string_view SignatureRule::algorithm() const {
    return std::holds_alternative<Secret<std::string>>(key_) ? "hmac-sha256" : "ed25519";
}

bool SignatureRule::has_signed(const channel::SignedBytes& bytes) const {
    if (const auto* secret = std::get_if<Secret<std::string>>(&key_)) {
        return equal_in_constant_time(
            channel::hmac_sha256(*secret, bytes.message), bytes.signature
        );
    }
    return std::get<channel::Ed25519PublicKey>(key_).has_signed(bytes);
}

std::string_view to_string(SignatureFault fault) {
    return kSignatureFaultNames[static_cast<std::size_t>(fault)];
}

std::expected<GoodSignature, SignatureRefusal> check_signature(
    const http::Request& request, const Signer& signer, Time now
) {
    const auto chosen = choose(request, signer.key_id);
    if (!chosen) {
        return std::unexpected(chosen.error());
    }
    auto made = read_parameters(chosen->covered, signer.rule.algorithm());
    if (!made) {
        return std::unexpected(std::move(made).error());
    }
    auto refusal = check_clock(chosen->covered, *made, now);
    if (!refusal) {
        refusal = check_coverage(chosen->covered, request);
    }
    if (!refusal) {
        refusal = check_body(request);
    }
    if (!refusal) {
        refusal = check_bytes(request, *chosen, signer.rule);
    }
    if (refusal) {
        return std::unexpected(*std::move(refusal));
    }
    // A second more: the clock is compared in whole seconds.
    const std::chrono::seconds last{made->created + kSignatureWindow.count() + 1};
    return GoodSignature{std::move(made->nonce), Time(last)};
}

}  // namespace sluice::gateway
