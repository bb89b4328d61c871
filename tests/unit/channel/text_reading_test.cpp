// How texts of older protocols are read: exactly, or not at all.
#include <gtest/gtest.h>

#include "channel/charset.hpp"
#include "channel/crypto.hpp"
#include "channel/form_body.hpp"
#include "channel/json_source.hpp"
#include "channel/script_api.hpp"
#include "channel/script_text.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel {
namespace {

constexpr std::chrono::seconds kSecond{1};

TEST(JsonSource, IsTheTextAsItIsWritten) {
    constexpr std::string_view text =
        R"( { "a" : {"x":"}\"\/",  "y":[1,{"z":2}]} ,"b":"q\"r", "c": -1.50 , "d":null} )";

    EXPECT_EQ(json_source(text, "a"), R"({"x":"}\"\/",  "y":[1,{"z":2}]})");
    EXPECT_EQ(json_source(text, "b"), R"("q\"r")");
    EXPECT_EQ(json_source(text, "c"), "-1.50");
    EXPECT_EQ(json_source(text, "d"), "null");
}

TEST(JsonSource, IsNothingWhereItCouldBeTwoThings) {
    EXPECT_FALSE(json_source(R"({"a":1,"a":2})", "a").has_value());
    EXPECT_FALSE(json_source(R"({"b":{"a":1}})", "a").has_value()) << "not at the top";
    EXPECT_FALSE(json_source(R"({"b":"\"a\":1"})", "a").has_value()) << "within a text";
    EXPECT_FALSE(json_source(R"({"a":1)", "a").has_value()) << "no JSON";
    EXPECT_FALSE(json_source(R"(["a"])", "a").has_value()) << "no record";
    EXPECT_FALSE(json_source("{}", "a").has_value());
    EXPECT_FALSE(json_source("", "a").has_value());
}

TEST(FormBody, IsReadInItsCharset) {
    const Value form = form_decode("b=1+2%2B3&a=%B2%E2%CA%D4&c=", Charset::gbk).value();

    EXPECT_EQ(form.text_or_empty("a"), "测试");
    EXPECT_EQ(form.text_or_empty("b"), "1 2+3");
    EXPECT_EQ(form_encode(form).value(), "a=%E6%B5%8B%E8%AF%95&b=1%202%2B3&c=");
}

TEST(FormBody, IsRefusedWhereItSaysTwoThingsOrNothing) {
    EXPECT_FALSE(form_decode("a=1&a=1", Charset::utf8).has_value());
    EXPECT_FALSE(form_decode("a=%zz", Charset::utf8).has_value());
    EXPECT_FALSE(form_decode("a=%B2%E2", Charset::utf8).has_value()) << "GBK";
    EXPECT_FALSE(form_decode("a=%00", Charset::utf8).has_value());
    EXPECT_FALSE(form_encode(Value(ValueObject{{"a", 1}})).has_value());
    EXPECT_FALSE(form_encode(Value("a=1")).has_value());
}

TEST(Charset, IsKnownByItsNames) {
    EXPECT_EQ(parse_charset("UTF-8"), Charset::utf8);
    EXPECT_EQ(parse_charset("gbk"), Charset::gbk);
    EXPECT_EQ(parse_charset("GB18030"), Charset::gbk);
    EXPECT_FALSE(parse_charset("latin1").has_value());
    EXPECT_FALSE(parse_charset("").has_value());
}

/// What json.decode gives of the text, with these members that may be absent.
Value decoded(const std::vector<Value>& arguments) {
    for (const lua::HostTable& table : text_host_tables()) {
        for (const auto& [name, call] : table.functions) {
            if (table.name == "json" && name == "decode") {
                return call(arguments).value;
            }
        }
    }
    return Value("there is none");
}

TEST(JsonOfScripts, MayLackMembersAlsoInEachElementOfAList) {
    const Value value =
        decoded({R"({"lines":[{"a":1},{"b":2},7],"x":{"y":{}}})", "lines.a", "x.y.z", "gone"});

    EXPECT_EQ(
        to_json(value), R"({"lines":[{"a":1},{"b":2,"a":null},7],"x":{"y":{"z":null}},"gone":null})"
    );
}

ChannelAccountSettings account_with_secret() {
    ChannelAccountSettings settings = testing::toy_account();
    settings.secrets.emplace("api_key", Secret<std::string>("0123456789abcdef0123456789ABCDEF"));
    return settings;
}

/// What a host function of scripts says to these arguments, for an account with one secret.
lua::HostReply crypto_reply(
    std::string_view function,
    const std::vector<Value>& arguments,
    const ChannelAccountSettings& settings = account_with_secret()
) {
    const RegistryPtr registry = testing::toy_registry(testing::toy_adapter(), settings);
    ScriptCalls calls{registry->accounts().front()};
    for (const lua::HostTable& table : script_host_tables(calls)) {
        for (const auto& [name, call] : table.functions) {
            if (table.name == "crypto" && name == function) {
                return call(arguments);
            }
        }
    }
    return {lua::HostReply::Kind::error, {}, "there is none"};
}

TEST(CryptoOfScripts, SealsWhatItOpens) {
    const auto sealed = crypto_reply(
        "encrypt_aes_256_gcm", {"api_key", "fdasflkja484", "transaction", "seventy yuan"}
    );
    ASSERT_NE(sealed.value.as_text(), nullptr) << sealed.message;

    const auto opened = crypto_reply(
        "decrypt_aes_256_gcm", {"api_key", "fdasflkja484", "transaction", sealed.value}
    );

    EXPECT_EQ(opened.value, Value("seventy yuan"));
    EXPECT_EQ(sealed.value.as_text()->find("seventy"), std::string::npos);
}

TEST(CryptoOfScripts, TellsItsAuthorHowSealingIsCalled) {
    struct Row {
        std::vector<Value> arguments;
        std::string why;
    };
    for (const Row& row : {
             Row{{"api_key", "fdasflkja484", "transaction"},
                 "crypto.encrypt_aes_256_gcm wants the name of a secret, a nonce, the associated "
                 "data and a text"},
             Row{{"no_key", "fdasflkja484", "", "x"}, "channel account 'one' has no key 'no_key'"},
             Row{{"api_key", "short", "", "x"},
                 "crypto.encrypt_aes_256_gcm wants a secret of 32 and a nonce of 12 bytes"},
         }) {
        EXPECT_EQ(crypto_reply("encrypt_aes_256_gcm", row.arguments).message, row.why);
    }
}

TEST(CryptoOfScripts, NamesTheNewestCertificateOfTheMoment) {
    const RsaKeyPair pair = make_rsa_key_pair();
    const Time start{std::chrono::seconds(1'000)};
    ChannelAccountSettings settings = account_with_secret();
    const auto add = [&](Time from) {
        const Certificate made = make_self_signed_certificate(
            pair.private_key,
            {.common_name = "channel", .valid_from = from, .valid_until = from + 100 * kSecond}
        );
        settings.secrets.emplace("of_" + made.serial, Secret<std::string>(made.pem));
        settings.keys_by_serial.emplace(made.serial, "of_" + made.serial);
        return made.serial;
    };
    const std::string first = add(start);
    const std::string next = add(start + 50 * kSecond);
    const auto newest_at = [&](std::int64_t seconds) {
        return crypto_reply("newest_certificate", {seconds}, settings).value;
    };

    EXPECT_EQ(newest_at(999), Value());
    EXPECT_EQ(newest_at(1'049), Value(first));
    EXPECT_EQ(newest_at(1'050), Value(next));
    EXPECT_EQ(newest_at(1'150), Value());
    EXPECT_EQ(crypto_reply("newest_certificate", {1'000}).value, Value()) << "it knows none";
}

TEST(CryptoOfScripts, TellsItsAuthorHowTheNewestCertificateIsAskedFor) {
    const std::vector<std::vector<Value>> calls = {{}, {"now"}, {-1}, {INT64_MAX}};
    for (const std::vector<Value>& arguments : calls) {
        EXPECT_EQ(
            crypto_reply("newest_certificate", arguments).message,
            "crypto.newest_certificate wants Unix seconds"
        );
    }
}

TEST(CryptoOfScripts, SignsWithAKeyThatItPutsAtTheTextsEnd) {
    const Value text = "a=1&key=";
    const std::string whole = "a=1&key=0123456789abcdef0123456789ABCDEF";
    const Secret<std::string> key("0123456789abcdef0123456789ABCDEF");

    EXPECT_EQ(crypto_reply("sign_with_key", {"api_key", text, "MD5"}).value, Value(md5_hex(whole)));
    EXPECT_EQ(
        crypto_reply("sign_with_key", {"api_key", text, "HMAC-SHA256"}).value,
        Value(hmac_sha256_hex(key, whole))
    );
    for (const char* kind : {"MD5", "HMAC-SHA256"}) {
        const Value sign = crypto_reply("sign_with_key", {"api_key", text, kind}).value;
        const auto fits = [&](const Value& of, const Value& given) {
            return crypto_reply("verify_with_key", {"api_key", of, kind, given}).value;
        };
        EXPECT_EQ(fits(text, sign), Value(true));
        EXPECT_EQ(fits("a=2&key=", sign), Value(false));
        EXPECT_EQ(fits(text, sign.as_text()->substr(1)), Value(false));
        EXPECT_EQ(fits(text, ""), Value(false));
    }
}

TEST(CryptoOfScripts, TellsItsAuthorHowAKeyedSignIsCalled) {
    const std::string wanted =
        "crypto.sign_with_key wants the name of a secret, a text and MD5 or "
        "HMAC-SHA256";
    EXPECT_EQ(crypto_reply("sign_with_key", {"api_key", "x"}).message, wanted);
    EXPECT_EQ(
        crypto_reply("sign_with_key", {"api_key", "x", "SHA1"}).message,
        "crypto.sign_with_key: the sign is 'SHA1', wanted MD5 or HMAC-SHA256"
    );
    EXPECT_EQ(
        crypto_reply("verify_with_key", {"no_key", "x", "MD5", "y"}).message,
        "channel account 'one' has no key 'no_key'"
    );
}

}  // namespace
}  // namespace sluice::channel
