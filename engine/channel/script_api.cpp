#include "channel/script_api.hpp"

#include <string>

#include "channel/crypto.hpp"
#include "core/clock.hpp"
#include "core/value.hpp"
#include "json/json.hpp"

namespace sluice::channel {
namespace {

using lua::HostReply;
using Arguments = std::span<const Value>;

constexpr std::int64_t kDayMinutes = std::int64_t{24} * 60;
constexpr std::int64_t kSecondsMax = 253'402'300'799;  // the end of the year 9999

HostReply give(Value value) { return {HostReply::Kind::value, std::move(value), {}}; }
HostReply mistake(std::string message) { return {HostReply::Kind::error, {}, std::move(message)}; }

const std::string* text_at(Arguments arguments, std::size_t index) {
    return index < arguments.size() ? arguments[index].as_text() : nullptr;
}

/// Whether the first `count` arguments are texts.
bool are_texts(Arguments arguments, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        if (text_at(arguments, i) == nullptr) {
            return false;
        }
    }
    return true;
}

HostReply no_such_key(const ScriptCalls& calls, const std::string& name) {
    const std::string account = calls.account != nullptr ? calls.account->name() : "";
    return mistake("channel account '" + account + "' has no key '" + name + "'");
}

HostReply encode(Arguments arguments) {
    if (arguments.empty()) {
        return mistake("json.encode wants a value");
    }
    return give(to_json(arguments[0]));
}

/// Lists from outside hold no null in a script; in a message one means a member that is not there.
void drop_nulls(Value& value) {
    if (ValueArray* list = value.as_array()) {
        std::erase_if(*list, [](const Value& element) { return element.is_null(); });
        for (Value& element : *list) {
            drop_nulls(element);
        }
    } else if (ValueObject* members = value.as_object()) {
        for (auto& [name, member] : *members) {
            drop_nulls(member);
        }
    }
}

/// Makes the member at a path like "amount.currency" readable as nil when it is not there.
void allow_absent(Value& value, std::string_view path) {
    const std::size_t dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    if (value.as_object() == nullptr) {
        return;
    }
    if (dot == std::string_view::npos) {
        if (value.find(name) == nullptr) {
            value.set(name, Value());
        }
        return;
    }
    for (auto& [key, member] : *value.as_object()) {
        if (key == name) {
            allow_absent(member, path.substr(dot + 1));
        }
    }
}

HostReply decode(Arguments arguments) {
    const std::string* text = text_at(arguments, 0);
    if (text == nullptr) {
        return mistake("json.decode wants a text");
    }
    auto value = json::parse(*text);
    if (!value || value->as_object() == nullptr) {
        return give({});
    }
    drop_nulls(*value);
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        if (text_at(arguments, i) == nullptr) {
            return mistake("json.decode wants the names of members that may be absent");
        }
        allow_absent(*value, *text_at(arguments, i));
    }
    return give(std::move(*value));
}

HostReply sign(const ScriptCalls& calls, Arguments arguments) {
    if (!are_texts(arguments, 2)) {
        return mistake("crypto.sign_rsa_sha256 wants the name of a private key and a text");
    }
    const PrivateKey* key =
        calls.account != nullptr ? calls.account->private_key(*text_at(arguments, 0)) : nullptr;
    if (key == nullptr) {
        return no_such_key(calls, *text_at(arguments, 0));
    }
    return give(rsa_sha256_sign(*key, *text_at(arguments, 1)));
}

HostReply key_of_serial(const ScriptCalls& calls, Arguments arguments) {
    if (!are_texts(arguments, 1)) {
        return mistake("crypto.key_of_serial wants a serial");
    }
    const std::string* name =
        calls.account != nullptr ? calls.account->key_of_serial(*text_at(arguments, 0)) : nullptr;
    return give(name != nullptr ? Value(*name) : Value());
}

HostReply verify(const ScriptCalls& calls, Arguments arguments) {
    if (!are_texts(arguments, 3)) {
        return mistake(
            "crypto.verify_rsa_sha256 wants the name of a public key, a text and a signature"
        );
    }
    const PublicKey* key =
        calls.account != nullptr ? calls.account->public_key(*text_at(arguments, 0)) : nullptr;
    if (key == nullptr) {
        return no_such_key(calls, *text_at(arguments, 0));
    }
    return give(rsa_sha256_verify(*key, {*text_at(arguments, 1), *text_at(arguments, 2)}));
}

HostReply decrypt(const ScriptCalls& calls, Arguments arguments) {
    if (!are_texts(arguments, 4)) {
        return mistake(
            "crypto.decrypt_aes_256_gcm wants the name of a secret, a nonce, the associated data "
            "and a ciphertext"
        );
    }
    const Secret<std::string>* key =
        calls.account != nullptr ? calls.account->secret(*text_at(arguments, 0)) : nullptr;
    if (key == nullptr) {
        return no_such_key(calls, *text_at(arguments, 0));
    }
    const AeadBox box{key->reveal(), *text_at(arguments, 1), *text_at(arguments, 2)};
    auto plain = aes_256_gcm_decrypt(box, *text_at(arguments, 3));
    return give(plain ? Value(std::move(*plain)) : Value());
}

HostReply digest(Arguments arguments) {
    if (!are_texts(arguments, 1)) {
        return mistake("crypto.sha256 wants a text");
    }
    return give(sha256_hex(*text_at(arguments, 0)));
}

HostReply authenticate(const ScriptCalls& calls, Arguments arguments) {
    if (!are_texts(arguments, 2)) {
        return mistake("crypto.hmac_sha256 wants the name of a secret and a text");
    }
    const Secret<std::string>* key =
        calls.account != nullptr ? calls.account->secret(*text_at(arguments, 0)) : nullptr;
    if (key == nullptr) {
        return no_such_key(calls, *text_at(arguments, 0));
    }
    return give(hmac_sha256_hex(*key, *text_at(arguments, 1)));
}

/// Compares every character whatever the first ones are: how long it takes tells nothing.
HostReply verify_hmac(const ScriptCalls& calls, Arguments arguments) {
    if (!are_texts(arguments, 3)) {
        return mistake(
            "crypto.verify_hmac_sha256 wants the name of a secret, a text and a signature"
        );
    }
    HostReply expected = authenticate(calls, arguments.first(2));
    const std::string* right = expected.value.as_text();
    if (right == nullptr) {
        return expected;
    }
    const std::string& given = *text_at(arguments, 2);
    unsigned difference = given.size() == right->size() ? 0 : 1;
    for (std::size_t i = 0; i < right->size() && i < given.size(); ++i) {
        difference |= static_cast<unsigned>(given[i] ^ (*right)[i]);
    }
    return give(difference == 0);
}

HostReply rfc3339(Arguments arguments) {
    const auto* seconds = !arguments.empty() ? arguments[0].as_int() : nullptr;
    const auto* offset = arguments.size() > 1 ? arguments[1].as_int() : nullptr;
    const bool is_good = seconds != nullptr && offset != nullptr && *seconds >= 0 &&
                         *seconds <= kSecondsMax && *offset > -kDayMinutes && *offset < kDayMinutes;
    if (!is_good) {
        return mistake("time.rfc3339 wants Unix seconds and an offset in minutes");
    }
    const Time time{std::chrono::seconds(*seconds)};
    return give(format_rfc3339_offset(time, std::chrono::minutes(*offset)));
}

}  // namespace

std::vector<lua::HostTable> script_host_tables(ScriptCalls& calls) {
    const auto with_keys = [&calls](HostReply (*function)(const ScriptCalls&, Arguments)) {
        return [&calls, function](Arguments arguments) { return function(calls, arguments); };
    };
    return {
        {"json", {{"encode", encode}, {"decode", decode}}},
        {"crypto",
         {{"sign_rsa_sha256", with_keys(sign)},
          {"verify_rsa_sha256", with_keys(verify)},
          {"key_of_serial", with_keys(key_of_serial)},
          {"decrypt_aes_256_gcm", with_keys(decrypt)},
          {"sha256", digest},
          {"hmac_sha256", with_keys(authenticate)},
          {"verify_hmac_sha256", with_keys(verify_hmac)}}},
        {"time", {{"rfc3339", rfc3339}}},
    };
}

lua::Limits adapter_limits() {
    lua::Limits limits;
    limits.instructions = 200'000;
    // Several signatures fit; the instruction meter is the one that stops a loop.
    limits.wall = std::chrono::milliseconds(200);
    limits.heap_bytes = 4U << 20U;
    return limits;
}

}  // namespace sluice::channel
