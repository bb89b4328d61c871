// The test call of a channel account over real sockets: who may pass it, and what it says of each
// of the account's secrets.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/account_office.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AccountTrial : public AccountOffice {
  protected:
    AccountTrial() : AccountOffice(1) {}

    /// The same with other settings and secrets, and certificates that are downloaded.
    Value downloading(const std::string& name, const std::string& certificate) {
        const std::string serial = key_text(certificate + "_serial.txt");
        Value body = with_members(
            wechat(name),
            "settings",
            ValueObject{{"certificates", "download"}, {"platform_serial", Value()}}
        );
        body.set("keys_by_serial", ValueObject{{serial, "platform_key"}});
        return with_secret(body, "platform_key", key_text(certificate + "_certificate.pem"));
    }
    static Value with_secret(
        const Value& body, const std::string& secret, const std::string& text
    ) {
        return with_members(body, "secrets", ValueObject{{secret, text}});
    }

    /// What comes of the test call of a draft that is made so.
    Reply tried(const Value& body) {
        const std::string name(body.text_or_empty("name"));
        const Reply made = operator_at(0).post("/v1/channel_accounts", body);
        EXPECT_EQ(made.status, 201) << name << made.why;
        return tried_again(name);
    }
    Reply tried_again(const std::string& name) {
        Reply tried = operator_at(0).post(path_of(name) + "/test");
        EXPECT_EQ(tried.status, 200) << name << tried.why;
        return tried;
    }
    static bool works(const Reply& tried) {
        const Value* works = tried.body.find("works");
        return works != nullptr && *works == Value(true);
    }
    static std::vector<std::string> names(const Reply& tried, const char* member) {
        std::vector<std::string> all;
        const Value* list = tried.body.find(member);
        for (const Value& name : list == nullptr ? ValueArray{} : *list->as_array()) {
            all.push_back(*name.as_text());
        }
        return all;
    }
};

TEST_F(AccountTrial, IsPassedWithTheRightKeysAndWithNoOther) {
    struct Case {
        Value account;
        const char* secret;
        std::string wrong;
        const char* outcome;
    };
    const std::string foreign = key_text("platform_private.pem");
    const std::string not_theirs = key_text("merchant_public.pem");
    for (const Case& row :
         {Case{wechat("wx-mine"), "merchant_key", foreign, "config"},
          Case{wechat("wx-theirs"), "platform_key", not_theirs, "unknown"},
          Case{alipay("ali-mine"), "app_key", foreign, "config"},
          Case{alipay("ali-theirs"), "platform_key", not_theirs, "unknown"},
          Case{bank("bank-both"), "bank_key", std::string(64, '0'), "config"}}) {
        const std::string name(row.account.text_or_empty("name"));
        const Value right_secrets = *row.account.find("secrets");

        const Reply wrong = tried(with_secret(row.account, row.secret, row.wrong));
        const Reply changed =
            operator_at(0).patch(path_of(name), ValueObject{{"secrets", right_secrets}});
        const Reply right = tried_again(name);

        EXPECT_FALSE(works(wrong)) << name << to_json(wrong.body);
        EXPECT_EQ(wrong.text("outcome"), row.outcome) << name << to_json(wrong.body);
        const auto doubtful = names(wrong, "not_proved");
        EXPECT_THAT(doubtful, ::testing::Contains(row.secret)) << name;
        EXPECT_EQ(changed.status, 200) << name << changed.why;
        EXPECT_TRUE(works(right)) << name << to_json(right.body);
        EXPECT_EQ(names(right, "proved").size(), right_secrets.as_object()->size()) << name;
        EXPECT_THAT(names(right, "not_proved"), IsEmpty()) << name;
    }
}

TEST_F(AccountTrial, OfWechatPayProvesTheKeysThatTheChannelSignsAndSealsWith) {
    struct Case {
        Value account;
        const char* code;
        std::vector<std::string> proved;
    };
    const std::string wrong(32, 'x');
    const std::vector<std::string> all{"api_v3_key", "merchant_key", "platform_key"};
    for (const Case& row :
         {Case{wechat("public-key"), "ORDER_NOT_EXIST", all},
          Case{
              with_secret(wechat("other-v3-key"), "api_v3_key", wrong),
              "NOT_DECRYPTED",
              {"merchant_key"}
          },
          Case{
              with_secret(
                  wechat("other-public-key"), "platform_key", key_text("merchant_public.pem")
              ),
              "SIGNATURE_INVALID",
              {"merchant_key"}
          },
          Case{downloading("certificate", "platform"), "ORDER_NOT_EXIST", all},
          Case{
              with_secret(downloading("certificate-v3", "platform"), "api_v3_key", wrong),
              "NOT_DECRYPTED",
              {"merchant_key"}
          },
          Case{downloading("other-certificate", "merchant"), "keys_differ", {"merchant_key"}}}) {
        const Reply done = tried(row.account);

        EXPECT_EQ(works(done), row.proved == all) << to_json(done.body);
        EXPECT_EQ(done.text("code"), row.code) << to_json(done.body);
        EXPECT_EQ(names(done, "proved"), row.proved) << to_json(done.body);
        std::set<std::string> told(row.proved.begin(), row.proved.end());
        const auto doubtful = names(done, "not_proved");
        told.insert(doubtful.begin(), doubtful.end());
        EXPECT_EQ(told, std::set(all.begin(), all.end())) << "each is one of both";
        EXPECT_EQ(doubtful.size() + row.proved.size(), all.size());
    }
}

/// It goes on to the next certificate by itself as soon as it is live.
TEST_F(AccountTrial, IsPassedWithACertificateThatTheChannelStillShows) {
    const Value before = downloading("wx-before", "platform");
    Api channel(cluster_.psp().url(), "");
    ASSERT_EQ(channel.post("/sim/wechat/rotate", Value(ValueObject{})).status, 200);

    const Reply done = tried(before);

    EXPECT_TRUE(works(done)) << to_json(done.body);
    EXPECT_THAT(names(done, "proved"), ElementsAre("api_v3_key", "merchant_key"));
    EXPECT_THAT(names(done, "not_proved"), ElementsAre("platform_key"))
        << "the next one has signed";
}

TEST_F(AccountTrial, SaysWhichCertificatesTheChannelShows) {
    const Reply done = tried(downloading("wx-other", "merchant"));

    EXPECT_EQ(done.text("outcome"), "config");
    EXPECT_THAT(
        done.text("message"),
        HasSubstr(
            "the channel signs with " + key_text("platform_serial.txt") +
            ", wanted one of them in keys_by_serial"
        )
    );
}

}  // namespace
}  // namespace sluice::testing
