#include <gtest/gtest.h>

#include "unit/config/settings_file.hpp"

namespace sluice::config {
namespace {

/// A file and the whole message, without the folder.
struct Refusal {
    const char* text;
    const char* message;
};

class Refusals : public SettingsFile {
  protected:
    void expect(const std::vector<Refusal>& rows) const {
        for (const Refusal& row : rows) {
            EXPECT_EQ(refusal(row.text), row.message) << row.text;
        }
    }
};

TEST_F(Refusals, NameFileLineKeyValueAndWhatWasWanted) {
    expect({
        {"[http]\nthreads = 0",
         "sluice.toml:2: http.threads is 0, wanted a whole number from 1 to 10000"},
        {"[http]\nthreads = \"3\"",
         "sluice.toml:2: http.threads is \"3\", wanted a whole number from 1 to 10000"},
        {"[http]\nthreads = 3.5",
         "sluice.toml:2: http.threads is 3.5, wanted a whole number from 1 to 10000"},
        {"[http]\nthreads = [3]",
         "sluice.toml:2: http.threads is a list, wanted a whole number from 1 to 10000"},
        {"[http]\nread_timeout_ms = 2026-01-01",
         "sluice.toml:2: http.read_timeout_ms is 2026-01-01, wanted a whole number from 100 to "
         "600000"},
        {"[http]\nlisten = \"8080\"",
         "sluice.toml:2: http.listen is \"8080\", wanted HOST:PORT like 127.0.0.1:8080 or "
         "[::1]:8080, the port 0 to 65535"},
        {"[http]\nlisten = 8080", "sluice.toml:2: http.listen is 8080, wanted a text in quotes"},
        {"[node]\nlog_level = \"inof\"",
         "sluice.toml:2: node.log_level is \"inof\", wanted one of debug, info, warn, error - did "
         "you mean 'info'?"},
        {"[node]\nlog_format = \"xml\"",
         "sluice.toml:2: node.log_format is \"xml\", wanted one of text, json"},
        {"[database]\nshared_buffers = \"lots\"",
         "sluice.toml:2: database.shared_buffers is \"lots\", wanted a size like 256MB (kB, MB, GB "
         "or TB)"},
    });
}

TEST_F(Refusals, OfCallbacksAndOfTheWayOut) {
    const std::string account = "[[channel_account]]\nname = \"a\"\nchannel = \"c\"\n";
    expect({
        {"[callbacks]\nper_second = 0",
         "sluice.toml:2: callbacks.per_second is 0, wanted a whole number from 1 to 100000"},
        {"[http]\nbody_max_bytes = 2048\n[callbacks]\nbody_max_bytes = 4096",
         "sluice.toml:4: callbacks.body_max_bytes is 4096, wanted a whole number from 1024 to "
         "2048"},
        {"[egress]\nproxy_user = \"node\"",
         "sluice.toml:2: egress.proxy_user is \"node\", wanted none without proxy"},
        {"[egress]\nproxy = \"http://p:1\"\nproxy_user = \"a:b\"",
         "sluice.toml:3: egress.proxy_user is \"a:b\", wanted at most 256 visible ASCII characters "
         "without a colon"},
    });
    for (const char* proxy :
         {"p:3128",
          "https://p:1",
          "http://p",
          "http://p:0",
          "http://p:99999",
          "http://p:1/",
          "http://P:1",
          "http://u:sk_hidden@p:1",
          "none"}) {
        const std::string message = refusal("[egress]\nproxy = \"" + std::string(proxy) + "\"");
        EXPECT_NE(message.find("wanted http://HOST:PORT"), std::string::npos) << proxy << message;
        EXPECT_EQ(message.find("sk_hidden"), std::string::npos) << message;
    }
    const std::string with_user = account + "egress = { proxy = \"none\", proxy_user = \"u\" }";
    EXPECT_NE(refusal(with_user).find("none without proxy"), std::string::npos);
    const std::string with_password = account + "egress = { proxy = \"http://u:sk_hidden@p:1\" }";
    EXPECT_EQ(refusal(with_password).find("sk_hidden"), std::string::npos);
    EXPECT_NE(refusal(with_password).find("wanted none, or http://HOST:PORT"), std::string::npos);
}

TEST_F(Refusals, ALongValueIsCutAndKeptOnOneLine) {
    const std::string message = refusal("[http]\nlisten = \"a\\nb" + std::string(1000, 'x') + "\"");

    EXPECT_NE(message.find("a\\nb"), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    EXPECT_LT(message.size(), 250U);
}

TEST_F(Refusals, ListenNeedsAHostAndAPort) {
    for (const char* listen : {":8080", "a:70000", "a:", "a:8x", "::1:80", "[]:80", ""}) {
        const std::string message = refusal("[http]\nlisten = \"" + std::string(listen) + "\"");
        EXPECT_NE(message.find("wanted HOST:PORT"), std::string::npos) << listen << message;
    }
}

TEST_F(Refusals, AnUnknownKeyIsToldWithWhatWasProbablyMeant) {
    expect({
        {"[htpp]\nthreads = 3",
         "sluice.toml:1: htpp is not known, wanted one of api_key, callbacks, channel_account, "
         "channels, database, egress, http, node, root, secrets, webhooks - did you mean 'http'?"},
        {"[webhooks]\nallow_http_loopback = \"yes\"",
         "sluice.toml:2: webhooks.allow_http_loopback is \"yes\", wanted true or false"},
        {"[http]\nthread = 3",
         "sluice.toml:2: http.thread is not known, wanted one of body_max_bytes, listen, "
         "read_timeout_ms, threads - did you mean 'threads'?"},
        {"[database]\n\nurl = \"x\"",
         "sluice.toml:3: database.url is not known, wanted one of conninfo, data_dir, "
         "max_wal_size, readers, shared_buffers"},
    });
}

TEST_F(Refusals, ATableWhereAListOfTablesIsMeantIsNotIgnored) {
    expect({
        {"api_key = 3", "sluice.toml:1: api_key is 3, wanted a list of tables: write [[api_key]]"},
        {"[api_key]\nkey = \"k\"\nmerchant_id = \"m\"",
         "sluice.toml:1: api_key is a table, wanted a list of tables: write [[api_key]]"},
        {"\n[channel_account]\nname = \"a\"",
         "sluice.toml:2: channel_account is a table, wanted a list of tables: write "
         "[[channel_account]]"},
        {"api_key = [\"sk_1\"]",
         "sluice.toml:1: api_key[0] is \"sk_1\", wanted a table: write [[api_key]]"},
        {"http = 3", "sluice.toml:1: http is 3, wanted a table: write [http]"},
        {"[[http]]\nthreads = 3", "sluice.toml:1: http is a list, wanted a table: write [http]"},
    });
}

TEST_F(Refusals, WhatIsMissingIsToldWithTheLineOfItsTable) {
    expect({
        {"[[api_key]]\nkey = \"k\"",
         "sluice.toml:1: api_key[0].merchant_id is missing, wanted 1 to 64 of A-Z a-z 0-9 '.' '_' "
         "'-'"},
        {"\n[[api_key]]\nmerchant_id = \"m\"",
         "sluice.toml:2: api_key[0].key is missing, wanted 1 to 256 visible ASCII characters"},
        {"[[channel_account]]\nname = \"a\"",
         "sluice.toml:1: channel_account[0].channel is missing, wanted a text that is not empty"},
    });
}

TEST_F(Refusals, ASecretIsNeverRepeated) {
    write("empty", "\n");
    const std::vector<const char*> texts = {
        "[[api_key]]\nkey = \"sk_hidden\"\nmerchant = \"m\"",
        "[[api_key]]\nkey = \"sk_hidden with blanks\"\nmerchant_id = \"m\"",
        "[[api_key]]\nkey = [\"sk_hidden\"]\nmerchant_id = \"m\"",
        "[[api_key]]\nkey = { value = \"sk_hidden\" }\nmerchant_id = \"m\"",
        "[[api_key]]\nkye = \"sk_hidden\"\nmerchant_id = \"m\"",
        ("[[api_key]]\nkey = \"sk_hidden\"\nmerchant_id = \"m\"\n"
         "[[api_key]]\nkey = \"sk_hidden\"\nmerchant_id = \"n\""),
        "[database]\nconninfo = [\"password=sk_hidden\"]",
        "[database]\nconinfo = \"password=sk_hidden\"",
    };
    for (const char* text : texts) {
        const std::string message = refusal(text);
        EXPECT_NE(message, "accepted") << text;
        EXPECT_EQ(message.find("sk_hidden"), std::string::npos) << message;
    }
    expect({
        {"[[api_key]]\nkey = 3\nmerchant_id = \"m\"",
         "sluice.toml:2: api_key[0].key is *** (a number), wanted a text in quotes or { file = "
         "\"path\" }"},
    });
}

TEST_F(Refusals, ASecretsFileMustHaveAText) {
    write("empty", "\n");
    const auto message = [&](const std::string& name) {
        return refusal("[database]\nconninfo = { file = \"" + name + "\" }");
    };

    EXPECT_TRUE(message("none").starts_with("sluice.toml:2: database.conninfo names the file "));
    EXPECT_NE(message("none").find("/none, wanted one that can be read"), std::string::npos);
    EXPECT_NE(message("empty").find("/empty, wanted one that can be read"), std::string::npos);
    EXPECT_NE(message(".").find("wanted one that can be read"), std::string::npos);
}

TEST_F(Refusals, TwoOfOneNameAreAmbiguous) {
    const std::string account = "[[channel_account]]\nname = \"a\"\nchannel = \"c\"\n";

    EXPECT_EQ(
        refusal(account + account),
        "sluice.toml:5: channel_account[1].name is \"a\", wanted one that no other account of c has"
    );
    EXPECT_EQ(refusal(account + "[[channel_account]]\nname = \"a\"\nchannel = \"d\""), "accepted");
    EXPECT_NE(
        refusal("[[api_key]]\nkey = \"k\"\nmerchant_id = \"m\"\n"
                "[[api_key]]\nkey = \"k\"\nmerchant_id = \"n\"")
            .find("api_key[1].key is *** (a text), wanted one that no other"),
        std::string::npos
    );
}

TEST_F(Refusals, OtherNodesNeedAnAddressTheyCanReach) {
    const std::string text =
        "[http]\nlisten = \"0.0.0.0:8080\"\n[node]\ninternal_secret = \"between us\"\n";

    EXPECT_NE(refusal(text).find("node.address is missing"), std::string::npos) << refusal(text);
    EXPECT_EQ(refusal(text + "address = \"10.0.0.7:8080\""), "accepted");
    EXPECT_EQ(refusal("[http]\nlisten = \"0.0.0.0:8080\""), "accepted");
}

TEST_F(Refusals, BrokenTomlNamesItsLine) {
    EXPECT_TRUE(refusal("\n[http\n").starts_with("sluice.toml:2: ")) << refusal("\n[http\n");
}

class AccountRefusals : public Refusals {
  protected:
    [[nodiscard]] std::string account(const std::string& rest) const {
        return refusal("[[channel_account]]\nname = \"a\"\nchannel = \"c\"\n" + rest);
    }
};

TEST_F(AccountRefusals, AHostIsANameOrAnAddressAndNothingElse) {
    const std::vector<std::string> wrong = {
        "https://a.com",
        "a.com:443",
        "a.com/",
        "*.a.com",
        "A.com",
        "",
        "a..com",
        "-a.com",
        "a b",
        "2001:db8::7",
        "[nonsense]",
        "user@a.com",
        std::string(300, 'a'),
    };
    for (const std::string& host : wrong) {
        const std::string message = account("hosts_allowed = [\"ok.com\", \"" + host + "\"]");
        const std::string expected =
            "sluice.toml:4: channel_account[0].hosts_allowed[1] is \"" + host.substr(0, 20);
        EXPECT_TRUE(message.starts_with(expected)) << message;
        EXPECT_NE(message.find("wanted a host like api.example.com"), std::string::npos) << host;
    }
    EXPECT_EQ(
        account("hosts_allowed = \"a.com\""),
        "sluice.toml:4: channel_account[0].hosts_allowed is \"a.com\", wanted a list of texts"
    );
    EXPECT_EQ(account("hosts_allowed = [\"a.com\", \"10.0.0.7\", \"[2001:db8::7]\"]"), "accepted");
}

TEST_F(AccountRefusals, ATimeOutIsNeitherZeroNorTooLong) {
    const auto timeouts = [&](const std::string& text) {
        return account("timeouts = { " + text + " }");
    };

    EXPECT_EQ(
        timeouts("connect_ms = 0"),
        "sluice.toml:4: channel_account[0].timeouts.connect_ms is 0, wanted a whole number from 50 "
        "to 30000"
    );
    EXPECT_NE(timeouts("collect_ms = 0").find("from 100 to 120000"), std::string::npos);
    EXPECT_NE(timeouts("query_ms = 120001").find("from 100 to 120000"), std::string::npos);
    EXPECT_NE(timeouts("close_ms = -1").find("from 100 to 120000"), std::string::npos);
    EXPECT_NE(timeouts("closing_ms = 5").find("is not known"), std::string::npos);
    EXPECT_EQ(
        timeouts("connect_ms = 5000, query_ms = 4999"),
        "sluice.toml:4: channel_account[0].timeouts.connect_ms is 5000, wanted at most every other "
        "of these"
    );
    for (const std::string key : {"refund", "refund_query", "payout", "payout_query"}) {
        EXPECT_NE(timeouts(key + "_ms = 99").find("from 100 to 120000"), std::string::npos) << key;
        const std::string connect = "connect_ms = 3000, " + key;
        EXPECT_NE(timeouts(connect + "_ms = 2999").find("connect_ms is 3000"), std::string::npos)
            << key;
        EXPECT_EQ(timeouts(connect + "_ms = 3000"), "accepted") << key;
    }
    EXPECT_EQ(timeouts("connect_ms = 5000, query_ms = 5000"), "accepted");
}

TEST_F(AccountRefusals, RoutingKnowsItsLimits) {
    EXPECT_NE(
        account("routing = { cost_basis_points = 10001 }").find("0 to 10000"), std::string::npos
    );
    EXPECT_EQ(
        account("routing = { amount_min = 200, amount_max = 100 }"),
        "sluice.toml:4: channel_account[0].routing.amount_min is 200, wanted at most amount_max, "
        "100"
    );
}

TEST_F(AccountRefusals, TablesOfTextsNameTheMember) {
    EXPECT_EQ(
        account("settings = { mchid = 1900 }"),
        "sluice.toml:4: channel_account[0].settings.mchid is 1900, wanted a text in quotes"
    );
    EXPECT_EQ(
        account("secrets = { api_key = 5 }"),
        "sluice.toml:4: channel_account[0].secrets.api_key is *** (a number), wanted a text in "
        "quotes or { file = \"path\" }"
    );
}

}  // namespace
}  // namespace sluice::config
