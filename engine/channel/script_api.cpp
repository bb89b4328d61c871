#include "channel/script_api.hpp"

#include <string>

#include "channel/aes_cbc.hpp"
#include "channel/certificate_number.hpp"
#include "channel/charset.hpp"
#include "channel/crypto.hpp"
#include "channel/script_arguments.hpp"
#include "channel/script_text.hpp"
#include "core/value.hpp"

namespace sluice::channel {
namespace {

HostReply no_such_key(const ScriptCalls& calls, const std::string& name) {
    const std::string account = calls.account != nullptr ? calls.account->name() : "";
    return mistake("channel account '" + account + "' has no key '" + name + "'");
}

/// nullptr when the account has none of the name in the first argument.
const Secret<std::string>* secret_named(const ScriptCalls& calls, Arguments arguments) {
    return calls.account != nullptr ? calls.account->secret(*text_at(arguments, 0)) : nullptr;
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
    if (name == nullptr && calls.account != nullptr && calls.missed_key) {
        calls.missed_key(*calls.account);
    }
    return give(name != nullptr ? Value(*name) : Value());
}

/// Whether a certificate is good yet depends on the moment, which the script has been given.
HostReply newest_certificate(const ScriptCalls& calls, Arguments arguments) {
    const auto* seconds = !arguments.empty() ? arguments[0].as_int() : nullptr;
    if (seconds == nullptr || *seconds < 0 || *seconds > kSecondsMax) {
        return mistake("crypto.newest_certificate wants Unix seconds");
    }
    const Time time{std::chrono::seconds(*seconds)};
    const std::string* serial =
        calls.account != nullptr ? calls.account->newest_certificate_at(time) : nullptr;
    return give(serial != nullptr ? Value(*serial) : Value());
}

/// In order of name, so that every node tries them alike.
HostReply public_keys(const ScriptCalls& calls, Arguments /*arguments*/) {
    ValueArray names;
    if (calls.account != nullptr) {
        for (const std::string& name : calls.account->public_key_names()) {
            names.emplace_back(name);
        }
    }
    return give(Value(std::move(names)));
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
    std::string message = *text_at(arguments, 1);
    if (arguments.size() > 3) {
        const std::string* name = text_at(arguments, 3);
        const auto charset = name != nullptr ? parse_charset(*name) : std::nullopt;
        auto bytes = charset ? from_utf8(message, *charset)
                             : fail(ErrorCode::invalid, "crypto.verify_rsa_sha256 wants a charset");
        if (!bytes) {
            return mistake(std::move(bytes.error().message));
        }
        message = *std::move(bytes);
    }
    return give(rsa_sha256_verify(*key, {message, *text_at(arguments, 2)}));
}

/// Random, but whoever has the private key reads the same: a request that is sent again says the
/// same.
HostReply encrypt_oaep(const ScriptCalls& calls, Arguments arguments) {
    if (!are_texts(arguments, 2)) {
        return mistake("crypto.encrypt_rsa_oaep wants the name of a public key and a text");
    }
    const PublicKey* key =
        calls.account != nullptr ? calls.account->public_key(*text_at(arguments, 0)) : nullptr;
    if (key == nullptr) {
        return no_such_key(calls, *text_at(arguments, 0));
    }
    auto cipher = rsa_oaep_sha1_encrypt(*key, *text_at(arguments, 1));
    return cipher ? give(Value(*std::move(cipher))) : mistake(std::move(cipher.error().message));
}

HostReply decrypt(const ScriptCalls& calls, Arguments arguments) {
    if (!are_texts(arguments, 4)) {
        return mistake(
            "crypto.decrypt_aes_256_gcm wants the name of a secret, a nonce, the associated data "
            "and a ciphertext"
        );
    }
    const Secret<std::string>* key = secret_named(calls, arguments);
    if (key == nullptr) {
        return no_such_key(calls, *text_at(arguments, 0));
    }
    const AeadBox box{key->reveal(), *text_at(arguments, 1), *text_at(arguments, 2)};
    auto plain = aes_256_gcm_decrypt(box, *text_at(arguments, 3));
    return give(plain ? Value(std::move(*plain)) : Value());
}

/// The sender gives the nonce: it knows which ones it has used.
HostReply encrypt(const ScriptCalls& calls, Arguments arguments) {
    if (!are_texts(arguments, 4)) {
        return mistake(
            "crypto.encrypt_aes_256_gcm wants the name of a secret, a nonce, the associated data "
            "and a text"
        );
    }
    const Secret<std::string>* key = secret_named(calls, arguments);
    if (key == nullptr) {
        return no_such_key(calls, *text_at(arguments, 0));
    }
    const AeadBox box{key->reveal(), *text_at(arguments, 1), *text_at(arguments, 2)};
    if (box.key.size() != kAeadKeyBytes || box.nonce.size() != kAeadNonceBytes) {
        return mistake("crypto.encrypt_aes_256_gcm wants a secret of 32 and a nonce of 12 bytes");
    }
    return give(aes_256_gcm_encrypt(box, *text_at(arguments, 3)));
}

HostReply has_secret(const ScriptCalls& calls, Arguments arguments) {
    if (!are_texts(arguments, 1)) {
        return mistake("crypto.has_secret wants the name of a secret");
    }
    return give(secret_named(calls, arguments) != nullptr);
}

/// `work` with the secret of the first argument and the text of the second.
HostReply cipher_with(
    const ScriptCalls& calls,
    Arguments arguments,
    Result<std::string> (*work)(const Secret<std::string>&, std::string_view)
) {
    if (!are_texts(arguments, 2)) {
        return mistake("crypto's AES-128-CBC wants the name of a secret and a text");
    }
    const Secret<std::string>* key = secret_named(calls, arguments);
    if (key == nullptr) {
        return no_such_key(calls, *text_at(arguments, 0));
    }
    auto text = work(*key, *text_at(arguments, 1));
    return give(text ? Value(*std::move(text)) : Value());
}

HostReply encrypt_cbc(const ScriptCalls& calls, Arguments arguments) {
    return cipher_with(calls, arguments, aes_128_cbc_encrypt);
}

HostReply decrypt_cbc(const ScriptCalls& calls, Arguments arguments) {
    return cipher_with(calls, arguments, aes_128_cbc_decrypt);
}

/// How a certificate among the account's secrets is named.
HostReply number_with(
    const ScriptCalls& calls,
    Arguments arguments,
    Result<std::string> (*number_of)(std::string_view)
) {
    if (!are_texts(arguments, 1)) {
        return mistake("crypto's certificate numbers want the name of a secret");
    }
    const Secret<std::string>* pem = secret_named(calls, arguments);
    if (pem == nullptr) {
        return no_such_key(calls, *text_at(arguments, 0));
    }
    auto number = number_of(pem->reveal());
    return number ? give(Value(*std::move(number))) : mistake(std::move(number.error().message));
}

HostReply number_of_certificate(const ScriptCalls& calls, Arguments arguments) {
    return number_with(calls, arguments, certificate_number);
}

HostReply number_of_roots(const ScriptCalls& calls, Arguments arguments) {
    return number_with(calls, arguments, root_certificate_number);
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
    const Secret<std::string>* key = secret_named(calls, arguments);
    if (key == nullptr) {
        return no_such_key(calls, *text_at(arguments, 0));
    }
    return give(hmac_sha256_hex(*key, *text_at(arguments, 1)));
}

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
    return give(is_same_text(*text_at(arguments, 2), *right));
}

/// The key stands in the text that is signed, and still not in the script.
HostReply sign_keyed(const ScriptCalls& calls, Arguments arguments) {
    if (!are_texts(arguments, 3)) {
        return mistake(
            "crypto.sign_with_key wants the name of a secret, a text and MD5 or HMAC-SHA256"
        );
    }
    const auto sign = parse_keyed_sign(*text_at(arguments, 2));
    if (!sign) {
        return mistake("crypto.sign_with_key: " + sign.error().message);
    }
    const Secret<std::string>* key = secret_named(calls, arguments);
    if (key == nullptr) {
        return no_such_key(calls, *text_at(arguments, 0));
    }
    return give(sign_with_key(*sign, *key, *text_at(arguments, 1)));
}

HostReply verify_keyed(const ScriptCalls& calls, Arguments arguments) {
    if (!are_texts(arguments, 4)) {
        return mistake(
            "crypto.verify_with_key wants the name of a secret, a text, MD5 or HMAC-SHA256 and a "
            "signature"
        );
    }
    HostReply expected = sign_keyed(calls, arguments.first(3));
    const std::string* right = expected.value.as_text();
    return right != nullptr ? give(is_same_text(*text_at(arguments, 3), *right)) : expected;
}

/// Not what failed, proved nothing or did not open.
bool is_of_use(const HostReply& reply) {
    const bool* proved = reply.value.as_bool();
    return reply.kind == HostReply::Kind::value && !reply.value.is_null() &&
           (proved == nullptr || *proved);
}

}  // namespace

std::vector<lua::HostTable> script_host_tables(ScriptCalls& calls) {
    using Function = HostReply (*)(const ScriptCalls&, Arguments);
    const auto about_keys = [&calls](Function function) {
        return [&calls, function](Arguments arguments) { return function(calls, arguments); };
    };
    // The first argument names the key.
    const auto with_key = [&calls](Function function) {
        return [&calls, function](Arguments arguments) {
            HostReply reply = function(calls, arguments);
            if (calls.used_key && is_of_use(reply)) {
                calls.used_key(*text_at(arguments, 0));
            }
            return reply;
        };
    };
    std::vector<lua::HostTable> tables = text_host_tables();
    tables.push_back(
        {"crypto",
         {{"sign_rsa_sha256", with_key(sign)},
          {"verify_rsa_sha256", with_key(verify)},
          {"key_of_serial", about_keys(key_of_serial)},
          {"newest_certificate", about_keys(newest_certificate)},
          {"public_keys", about_keys(public_keys)},
          {"has_secret", about_keys(has_secret)},
          {"certificate_number", with_key(number_of_certificate)},
          {"root_certificate_number", with_key(number_of_roots)},
          {"encrypt_aes_128_cbc", with_key(encrypt_cbc)},
          {"decrypt_aes_128_cbc", with_key(decrypt_cbc)},
          {"decrypt_aes_256_gcm", with_key(decrypt)},
          {"encrypt_aes_256_gcm", with_key(encrypt)},
          {"encrypt_rsa_oaep", with_key(encrypt_oaep)},
          {"sha256", digest},
          {"hmac_sha256", with_key(authenticate)},
          {"verify_hmac_sha256", with_key(verify_hmac)},
          {"sign_with_key", with_key(sign_keyed)},
          {"verify_with_key", with_key(verify_keyed)}}}
    );
    return tables;
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
