// Channel accounts over real processes: what an operator does counts on all nodes without a
// restart, and what an account began is finished whatever becomes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/account_office.hpp"
#include "support/process_wait.hpp"
#include "support/tunnel_proxy.hpp"

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class ChannelAccounts : public AccountOffice {
  protected:
    explicit ChannelAccounts(std::size_t nodes = 2) : AccountOffice(nodes) {}

    /// The channel account over which a payment that begins now collects.
    std::string next_account() {
        last_ = shop_.begin(shop_.next_order());
        const std::string account = cluster_.query_one(
            "SELECT channel_account FROM sluice.instruction WHERE kind = 'external' AND run_id = "
            "'" +
            PaymentId::parse(last_.id())->raw().to_uuid() + "'"
        );
        return account;
    }

    PaymentView last_{Value()};
};

TEST_F(ChannelAccounts, OfTheConfigurationAreLiveAndShowFingerprintsOfTheirSecrets) {
    const Reply shown = operator_at(1).get(path_of("wx-main"));

    ASSERT_EQ(shown.status, 200) << shown.why;
    EXPECT_EQ(shown.text("state"), "live");
    EXPECT_EQ(shown.body.find("secrets")->as_array()->size(), 3U);
    EXPECT_EQ(shown.body.find("history")->as_array()->size(), 1U);
    EXPECT_THAT(to_json(shown.body), Not(HasSubstr("PRIVATE KEY")));
    EXPECT_EQ(cluster_.api().get(path_of("wx-main")).status, 403) << "not for business systems";
}

TEST_F(ChannelAccounts, GoLiveOnAllNodesWithoutARestart) {
    const Reply made = operator_at(0).post("/v1/channel_accounts", wechat("wx-new"));
    ASSERT_EQ(made.status, 201) << made.why;
    EXPECT_EQ(made.text("state"), "draft");
    EXPECT_EQ(next_account(), "wx-main");

    const Reply tried = operator_at(0).post(path_of("wx-new") + "/test");
    EXPECT_EQ(tried.text("outcome"), "not_found") << to_json(tried.body);
    EXPECT_EQ(*tried.body.find("works"), Value(true));
    EXPECT_EQ(do_to("wx-new", "go_live"), "live");

    // Orders fall on both nodes: many in a row mean that both know.
    int in_a_row = 0;
    EXPECT_TRUE(eventually([&] {
        in_a_row = next_account() == "wx-new" ? in_a_row + 1 : 0;
        return in_a_row == 8;
    }));
    EXPECT_TRUE(cluster_.psp().pay(last_.channel_number()));
    EXPECT_EQ(shop_.wait_for_status(last_.id(), "succeeded").status(), "succeeded");
}

TEST_F(ChannelAccounts, ThatAreRetiredFinishWhatTheyBegan) {
    ASSERT_EQ(next_account(), "wx-main");
    const PaymentView begun = last_;
    EXPECT_EQ(do_to("wx-main", "retire"), "retired");
    EXPECT_TRUE(eventually([&] { return next_account() == "wx-backup"; }));
    EXPECT_TRUE(eventually([&] { return next_account() == "wx-backup"; }));

    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));

    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    EXPECT_TRUE(eventually([&] {
        return cluster_.psp().order(begun.channel_number()).callbacks_acknowledged == 1;
    }));
    EXPECT_EQ(operator_at(1).post(path_of("wx-main") + "/resume").status, 409);
}

TEST_F(ChannelAccounts, ThatAreRetiredOrPausedGiveBackWhatTheyCollected) {
    const auto collect_by = [&](const std::string& account) {
        EXPECT_TRUE(eventually([&] { return next_account() == account; }));
        const PaymentView begun = last_;
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
        EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
        return begun;
    };
    const PaymentView by_main = collect_by("wx-main");
    EXPECT_EQ(do_to("wx-main", "retire"), "retired");
    const PaymentView by_backup = collect_by("wx-backup");
    EXPECT_EQ(do_to("wx-backup", "pause"), "paused");
    // Orders fall on both nodes: many in a row mean that both know.
    int in_a_row = 0;
    EXPECT_TRUE(eventually([&] {
        const Reply begun = cluster_.api().post("/v1/payments", body_of(shop_.next_order()));
        in_a_row = begun.status == 422 ? in_a_row + 1 : 0;
        return in_a_row == 8;
    }));

    for (const auto& [paid, account] : {std::pair(by_main, "wx-main"), {by_backup, "wx-backup"}}) {
        const Value body(ValueObject{
            {"merchant_refund_number", std::string("R-") + account},
            {"payment_id", paid.id()},
            {"amount", kWhole},
            {"currency", "CNY"},
            {"reason", "the goods came back"}
        });
        const Reply done = cluster_.api().post("/v1/refunds", body, {{"Prefer", "wait=30"}});

        ASSERT_EQ(done.text("status"), "succeeded") << done.status << to_json(done.body);
        const ValueArray& ways = *done.body.find("ways")->as_array();
        ASSERT_THAT(ways, SizeIs(2)) << "each leg at its first way: " << to_json(done.body);
        EXPECT_EQ(ways.front().text_or_empty("to"), "original");
        EXPECT_EQ(ways.front().text_or_empty("channel_account"), account);
        const auto refunds = cluster_.psp().refunds(paid.channel_number());
        ASSERT_THAT(refunds, SizeIs(1));
        EXPECT_EQ(refunds.front().status, "SUCCESS");
        EXPECT_EQ(refunds.front().amount, kChannelPart);
    }
}

TEST_F(ChannelAccounts, AllPausedLeaveNothingThatIsOffered) {
    EXPECT_EQ(do_to("wx-main", "pause"), "paused");
    EXPECT_EQ(do_to("wx-backup", "pause"), "paused");

    Reply refused;
    EXPECT_TRUE(eventually([&] {
        refused = cluster_.api().post("/v1/payments", body_of(shop_.next_order()));
        return refused.status == 422;
    }));
    EXPECT_EQ(refused.text("code"), "not_offered");
    EXPECT_EQ(
        refused.text("detail"),
        "method is wechatpay, wanted one that a channel account collects by: there is none"
    );
    EXPECT_EQ(do_to("wx-main", "resume"), "live");
    EXPECT_TRUE(eventually([&] {
        return cluster_.api().post("/v1/payments", body_of(shop_.next_order())).status == 201;
    }));
}

TEST_F(ChannelAccounts, KeepWhatWasChangedOverARestartUntilTheConfigurationChanges) {
    Value change;
    change.set("routing", Value(ValueObject{{"cost_basis_points", 99}}));
    const Reply changed = operator_at(0).patch(path_of("wx-main"), change);
    ASSERT_EQ(changed.status, 200) << changed.why;
    EXPECT_EQ(*changed.body.find("version"), Value(2));

    ASSERT_EQ(cluster_.stop_node(0), 0);
    cluster_.start_node(0);

    EXPECT_EQ(*operator_at(0).get(path_of("wx-main")).body.find("version"), Value(2));
    EXPECT_EQ(next_account(), "wx-backup");
}

TEST_F(ChannelAccounts, ReachTheirChannelByTheProxyThatAnOperatorNames) {
    const std::string& channel = cluster_.psp().url();
    TunnelProxy proxy(
        {.leads_to = static_cast<std::uint16_t>(std::stoi(channel.substr(channel.rfind(':') + 1))),
         .credentials = "c2hvcDpvcGVuIHNlc2FtZQ=="}
    );
    Value change;
    change.set("egress", Value(ValueObject{{"proxy", proxy.url()}, {"proxy_user", "shop"}}));
    change.set("secrets", Value(ValueObject{{"proxy_password", "open sesame"}}));
    const Reply changed = operator_at(0).patch(path_of("wx-main"), change);
    ASSERT_EQ(changed.status, 200) << changed.why;
    EXPECT_EQ(changed.body.find("egress")->text_or_empty("proxy"), proxy.url());
    EXPECT_THAT(to_json(changed.body), Not(HasSubstr("open sesame")));

    EXPECT_EQ(operator_at(0).post(path_of("wx-main") + "/test").text("outcome"), "not_found");
    EXPECT_TRUE(eventually([&] { return next_account() == "wx-main" && proxy.heads().size() >= 2; })
    ) << "each node asks by itself";
    EXPECT_TRUE(cluster_.psp().pay(last_.channel_number()));
    EXPECT_EQ(shop_.wait_for_status(last_.id(), "succeeded").status(), "succeeded");
}

TEST_F(ChannelAccounts, ThatAreWrongAreRefusedByTheirForm) {
    struct Case {
        std::string member;
        Value value;
        std::string pointer;
    };
    const Value nothing;
    for (const Case& row :
         {Case{"secrets", Value(ValueObject{{"merchant_key", nothing}}), "/secrets/merchant_key"},
          Case{"secrets", Value(ValueObject{{"api_v3_kye", "x"}}), "/secrets/api_v3_kye"},
          Case{"settings", Value(ValueObject{{"appid", nothing}}), "/settings/appid"},
          Case{"settings", Value(ValueObject{{"mchid", "1900000110"}}), "/settings/mchid"},
          Case{
              "settings", Value(ValueObject{{"base_url", "http://a.example"}}), "/settings/base_url"
          },
          Case{"routing", Value(ValueObject{{"amount_min", 0}}), "/routing/amount_min"},
          Case{"not_found_after_seconds", Value(5), "/not_found_after_seconds"},
          Case{"timeouts", Value(ValueObject{{"refund_ms", 7001}}), "/not_found_after_seconds"},
          Case{"egress", Value(ValueObject{{"proxy", "http://a:b@p:1"}}), "/egress/proxy"},
          Case{"egress", Value(ValueObject{{"proxy_user", "shop"}}), "/egress/proxy_user"},
          Case{"egress", Value(ValueObject{{"ca_certificates", "x"}}), "/egress/ca_certificates"},
          Case{"egress", Value(ValueObject{{"ca", "x"}}), "/egress/ca"},
          Case{"secrets", Value(ValueObject{{"proxy_password", "x"}}), "/secrets/proxy_password"},
          Case{"colour", Value("blue"), "/colour"}}) {
        Value change;
        change.set(row.member, row.value);
        const Reply refused = operator_at(0).patch(path_of("wx-main"), change);

        EXPECT_EQ(refused.status, 400) << row.pointer;
        const Value* errors = refused.body.find("errors");
        ASSERT_NE(errors, nullptr) << to_json(refused.body);
        EXPECT_EQ(errors->as_array()->front().text_or_empty("pointer"), row.pointer);
    }
    EXPECT_EQ(*operator_at(0).get(path_of("wx-main")).body.find("version"), Value(1));
}

TEST_F(ChannelAccounts, ForCodesOverTheOldApiNeedItsKeyAndCertificate) {
    Value body = wechat("wx-till");
    Value settings = *body.find("settings");
    settings.set("barcode_api", "v2");
    body.set("settings", std::move(settings));
    const auto create = [&] { return operator_at(0).post("/v1/channel_accounts", body); };
    const auto add = [&](const std::string& secret, const std::string& file) {
        Value secrets = *body.find("secrets");
        secrets.set(secret, key_text(file));
        body.set("secrets", std::move(secrets));
    };
    const auto missing = [&](const std::string& secret) {
        const Reply refused = create();
        EXPECT_EQ(refused.status, 400) << refused.why;
        const std::string said = to_json(refused.body);
        EXPECT_THAT(said, HasSubstr("/secrets/" + secret));
        EXPECT_THAT(said, HasSubstr(secret + " is missing"));
    };

    missing("api_v2_key");
    add("api_v2_key", "api_v2_key.txt");
    missing("client_certificate");
    add("client_certificate", "merchant_certificate.pem");
    missing("client_key");
    add("client_key", "merchant_private.pem");
    EXPECT_EQ(create().status, 201);

    const auto tried = [&] { return operator_at(0).post(path_of("wx-till") + "/test"); };
    const Reply good = tried();
    EXPECT_EQ(*good.body.find("works"), Value(true)) << to_json(good.body);
    EXPECT_EQ(to_json(*good.body.find("not_proved")), R"(["client_certificate","client_key"])")
        << "nobody asked for them";
    const ValueObject other_key{{"api_v2_key", std::string(32, 'x')}};
    const Reply changed =
        operator_at(0).patch(path_of("wx-till"), Value(ValueObject{{"secrets", Value(other_key)}}));
    ASSERT_EQ(changed.status, 200) << changed.why;
    const Reply wrong = tried();
    EXPECT_EQ(*wrong.body.find("works"), Value(false)) << "its key of v3 alone is right";
}

TEST_F(ChannelAccounts, KeepTheApiThatOrdersBeganWith) {
    const auto change = [&](const Value& api) {
        return operator_at(0).patch(
            path_of("wx-main"), Value(ValueObject{{"settings", ValueObject{{"barcode_api", api}}}})
        );
    };

    for (const Value& api : {Value("v2"), Value()}) {
        const Reply refused = change(api);
        EXPECT_EQ(refused.status, 400) << to_json(api);
        EXPECT_THAT(to_json(refused.body), HasSubstr("/settings/barcode_api"));
    }
    EXPECT_EQ(change("v3").status, 200);
}

/// One node, as each judges for itself who answers.
class SilentChannel : public ChannelAccounts {
  protected:
    SilentChannel() : ChannelAccounts(1) {}

    void point_to(const std::string& url) {
        Value change;
        change.set("settings", Value(ValueObject{{"base_url", url}}));
        const Reply changed = operator_at(0).patch(path_of("wx-main"), change);
        EXPECT_EQ(changed.status, 200) << changed.why;
    }
    std::string breaker() {
        const Reply shown = operator_at(0).get(path_of("wx-main"));
        const Value* health = shown.body.find("health");
        return health == nullptr ? shown.why : std::string(health->text_or_empty("breaker"));
    }
    /// The accounts that a payment which begins now is tried at, in their order.
    std::string tried() {
        last_ = shop_.begin(shop_.next_order());
        return cluster_.query_one(
            "SELECT string_agg(channel_account, ' ' ORDER BY created_at, id) FROM "
            "sluice.instruction WHERE kind = 'external' AND run_id = '" +
            PaymentId::parse(last_.id())->raw().to_uuid() + "'"
        );
    }
};

TEST_F(SilentChannel, IsPassedOverUntilItAnswersAgain) {
    const std::string nobody_listens = "http://127.0.0.1:1";
    ASSERT_EQ(tried(), "wx-main");
    point_to(nobody_listens);
    EXPECT_TRUE(eventually([&] { return tried() == "wx-main wx-backup"; }));

    EXPECT_TRUE(eventually([&] {
        // More than a breaker wants to see within its ten seconds, on a slow machine too.
        for (int i = 0; i < 12; ++i) {
            const Value body = body_of(shop_.next_order());
            (void)cluster_.api().post("/v1/payments", body, {{"Prefer", "wait=0"}});
        }
        return breaker() == "open";
    }));

    EXPECT_TRUE(eventually([&] { return tried() == "wx-backup"; }));
    const Reply why = cluster_.api().get("/v1/payments/" + last_.id() + "/timeline");
    EXPECT_THAT(to_json(why.body), HasSubstr("basis points, does not answer now"));
    EXPECT_TRUE(cluster_.psp().pay(last_.channel_number()));
    EXPECT_EQ(shop_.wait_for_status(last_.id(), "succeeded").status(), "succeeded");

    point_to(cluster_.psp().url());
    EXPECT_TRUE(eventually([&] { return breaker() == "closed"; }));
    EXPECT_TRUE(eventually([&] { return tried() == "wx-main"; }));
    EXPECT_TRUE(cluster_.psp().pay(last_.channel_number()));
    EXPECT_EQ(shop_.wait_for_status(last_.id(), "succeeded").status(), "succeeded");
}

}  // namespace
}  // namespace sluice::testing
