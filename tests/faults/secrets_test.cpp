// What is secret stands nowhere: a whole run over real processes, with everything that goes wrong,
// and then a look at all that was written and answered.
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/people.hpp"
#include "faults/scene_shop.hpp"
#include "faults/teller.hpp"
#include "faults/written.hpp"
#include "simulator/demo_keys.hpp"
#include "support/node_shop.hpp"
#include "support/process_child.hpp"
#include "support/process_postgres.hpp"
#include "support/process_wait.hpp"
#include "support/webhook_receiver.hpp"

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kPayee = "marked payee 李";
constexpr const char* kPayeeAccount = "6222029988776655443";
constexpr const char* kPayer = "oMarkedPayer0123456789abcdef";
/// Plain letters, which a form, JSON and XML write alike; the names go on in Chinese.
constexpr const char* kNameAtAlipay = "MarkedForAlipay";
constexpr const char* kNameAtWechat = "MarkedForWechat";
constexpr const char* kAccountAtAlipay = "markedaccount@example.com";
constexpr const char* kPayeeOpenid = "oAnotherMarkedPayee012345678";
constexpr const char* kCodeOfWechat = "134071982653907154";
constexpr const char* kCodeOfAlipay = "284071982653907155";
constexpr const char* kOfTheProxy = "marked-password-of-the-proxy";

fs::path keys_folder() { return DurableServer::instance().folder() / "keys"; }

std::string line_of(const std::string& file, int number = 1) {
    std::ifstream in(keys_folder() / file);
    std::string line;
    for (int i = 0; i < number; ++i) {
        std::getline(in, line);
    }
    return line;
}

Value payee() {
    Value payee;
    payee.set("name", kPayee);
    payee.set("account_number", kPayeeAccount);
    payee.set("bank_code", "102100099996");
    return payee;
}

/// Who gets a payout, and by which method.
struct Outgoing {
    std::string method;
    Value payee;
};

Outgoing to_the_bank() { return {"bank_account", payee()}; }

Outgoing to_alipay() {
    return {
        "alipay",
        Value(ValueObject{
            {"account_number", kAccountAtAlipay}, {"name", std::string(kNameAtAlipay) + " 李"}
        })
    };
}

Outgoing to_wechat() {
    return {
        "wechatpay",
        Value(ValueObject{{"openid", kPayeeOpenid}, {"name", std::string(kNameAtWechat) + " 李"}})
    };
}

/// Of all databases of this program: what a statement said stands there when it was refused.
std::string log_of_the_database() {
    std::ifstream in(DurableServer::instance().folder() / "database" / "server.log");
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string with_its_head(const http::Request& request) {
    std::string text = request.target + "\n";
    for (const auto& [name, value] : request.headers) {
        text += name + ": " + value + "\n";
    }
    return text + "\n" + request.body;
}

class Secrets : public ::testing::Test {
  protected:
    /// What the configuration and callers told, and nobody may find again.
    static std::vector<Marked> marked() {
        const std::string content_key = line_of("alipay_content_key.txt");
        return {
            {"the merchant's private key", line_of("merchant_private.pem", 2)},
            {"the API v3 key", line_of("api_v3_key.txt")},
            {"the APIv2 key", line_of("api_v2_key.txt")},
            // Up to what some would write in another way.
            {"the content key", content_key.substr(0, content_key.find_first_of("+/="))},
            {"the bank's key", line_of("bank_key.txt")},
            {"the master key", line_of("master.key")},
            {"the merchant's API key", "key-of-the-merchant-in-tests"},
            {"the operator's API key", kChannelsKey},
            {"the nodes' secret", "between-the-nodes-of-a-test"},
            {"the payee's name", kPayee},
            {"the payee's account", kPayeeAccount},
            {"the name of the payee at Alipay", kNameAtAlipay},
            {"the account of the payee at Alipay", kAccountAtAlipay},
            {"the name of the payee at WeChat Pay", kNameAtWechat},
            {"the openid of the payee", kPayeeOpenid},
            {"the payer's openid", kPayer},
            {"the code shown at WeChat Pay's till", kCodeOfWechat},
            {"the code shown at Alipay's till", kCodeOfAlipay},
            {"the proxy's password", kOfTheProxy},
        };
    }

    Reply keep(Reply reply) {
        answers_.push_back({"an answer", to_json(reply.body) + reply.why});
        return reply;
    }
    Reply post(const std::string& path, const Value& body, const std::string& prefer = "wait=0") {
        return keep(cluster_.api().post(path, body, {{"Prefer", prefer}}));
    }
    Reply get(const std::string& path) { return keep(cluster_.api().get(path)); }

    std::string given_webhook() {
        Value body;
        body.set("url", receiver_.url());
        const Reply made = cluster_.api().post("/v1/webhook_endpoints", body);
        EXPECT_EQ(made.status, 201) << made.why;
        // The one answer that may show it.
        webhook_secret_ = made.text("secret");
        return made.text("id");
    }

    std::string pay() {
        const PaymentView begun = shop_.begin(shop_.next_order());
        EXPECT_TRUE(cluster_.psp().pay_as(begun.channel_number(), kPayer));
        EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
        get("/v1/payments/" + begun.id() + "/timeline");
        return begun.id();
    }

    /// Inside WeChat, where the channel must know who pays.
    void pay_by_openid() {
        SceneShop shop(cluster_);
        const PaymentView begun = shop.begin(
            {.number = "S-1",
             .scene = "jsapi",
             .payer = Value(ValueObject{{"openid", std::string(kPayer)}})}
        );
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
        EXPECT_EQ(shop.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
        get("/v1/payments/" + begun.id());
        get("/v1/payments/" + begun.id() + "/timeline");
    }

    /// At the till, by the code that the payer shows.
    void pay_by_code(const std::string& method, const std::string& code) {
        SceneShop shop(cluster_);
        const PaymentView begun = shop.begin(
            {.number = "S-" + method,
             .method = method,
             .scene = "barcode",
             .payer = Value(ValueObject{{"auth_code", code}})},
            "wait=0"
        );
        EXPECT_EQ(shop.wait_for_status(begun.id(), "succeeded").status(), "succeeded") << method;
        get("/v1/payments/" + begun.id());
        get("/v1/payments/" + begun.id() + "/timeline");
    }

    /// The seller whose account at Alipay collected.
    std::string pay_at_alipay() {
        SceneShop shop(cluster_);
        const PaymentView begun = shop.begin(
            {.number = "A-" + std::to_string(++alipay_orders_), .method = "alipay", .scene = "qr"}
        );
        EXPECT_TRUE(cluster_.psp().pay_as(begun.channel_number(), kPayer));
        EXPECT_EQ(shop.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
        get("/v1/payments/" + begun.id());
        get("/v1/payments/" + begun.id() + "/timeline");
        return cluster_.psp().order(begun.channel_number()).mchid;
    }

    /// It takes no new orders, once every node knows.
    void pause(const std::string& account) {
        Api api(cluster_.url(), kChannelsKey);
        const Reply listed = keep(api.get("/v1/channel_accounts"));
        const Value* list = listed.body.find("channel_accounts");
        for (const Value& each : list == nullptr ? ValueArray{} : *list->as_array()) {
            if (each.text_or_empty("name") == account) {
                const std::string id(each.text_or_empty("id"));
                const Reply done = keep(api.post("/v1/channel_accounts/" + id + "/pause"));
                EXPECT_EQ(done.text("state"), "paused") << done.why;
            }
        }
    }

    /// Over the account that only signs, and over the one that also encrypts.
    void pay_over_both_accounts_at_alipay() {
        EXPECT_EQ(pay_at_alipay(), simulator::kDemoAlipaySeller);
        pay_by_code("alipay", kCodeOfAlipay);
        pause("ali-key");
        EXPECT_TRUE(eventually([&] {
            return pay_at_alipay() == simulator::kDemoAlipayCertifiedSeller;
        }));
    }

    std::string pay_out(const std::string& number, const Outgoing& to = to_the_bank()) {
        Value body = Teller::body_of({.number = number});
        body.set("currency", "CNY");
        body.set("method", to.method);
        body.set("payee", to.payee);
        const Reply paid = post("/v1/payouts", body, "wait=30");
        get("/v1/payouts/" + paid.text("id"));
        get("/v1/payouts/" + paid.text("id") + "/timeline");
        return paid.text("status");
    }

    std::string refund(const std::string& payment) {
        Value fallback;
        fallback.set("method", "bank_account");
        fallback.set("payee", payee());
        Value body;
        body.set("merchant_refund_number", "R-1");
        body.set("payment_id", payment);
        body.set("amount", kChannelPart);
        body.set("currency", "CNY");
        body.set("reason", "marked");
        body.set("fallback", std::move(fallback));
        const Reply done = post("/v1/refunds", body, "wait=30");
        get("/v1/refunds/" + done.text("id") + "/timeline");
        return done.text("status");
    }

    /// Channels that answer with errors, badly signed answers, forged notices.
    void run_into_trouble() {
        for (const char* kind : {"bad_signature", "garbage", "status_5xx_after"}) {
            cluster_.psp().order_fault({.operation = "create", .kind = kind});
        }
        teller_.bank().order_fault({.operation = "payout", .kind = "bad_signature"});
        const std::string payment = pay();
        EXPECT_EQ(
            cluster_.psp().send_callback(shop_.payment(payment).channel_number(), "forged"), 401
        );
        pay_out("P-trouble");
        for (const Outgoing& to : {to_alipay(), to_wechat()}) {
            cluster_.psp().order_fault({.operation = "payout", .kind = "bad_signature"});
            pay_out("P-trouble-" + to.method, to);
        }
        Value wrong = payee();
        wrong.set("account_number", "");
        Value body = Teller::body_of({.number = "P-wrong"});
        body.set("currency", "CNY");
        body.set("payee", std::move(wrong));
        EXPECT_EQ(post("/v1/payouts", body).status, 400);
    }

    void look_at_everything() {
        Api api(cluster_.url(), kChannelsKey);
        for (const char* path :
             {"/v1/channel_accounts",
              "/v1/events",
              "/v1/payouts",
              "/v1/refunds",
              "/v1/webhook_endpoints",
              "/metrics"}) {
            keep(api.get(path));
        }
        Value wrong(ValueObject{
            {"channel", "bank"},
            {"name", "x"},
            {"secrets", Value(ValueObject{{"bank_keyy", line_of("bank_key.txt")}})},
            {"settings", Value(ValueObject{{"base_url", "https://a.example"}})}
        });
        EXPECT_EQ(keep(api.post("/v1/channel_accounts", wrong)).status, 400);
        look_behind_a_proxy(api);
        keep(cluster_.api().get("/v1/channel_accounts"));
    }

    /// An account whose proxy is not there, and one whose proxy is written as it must not be.
    void look_behind_a_proxy(Api& api) {
        const auto account = [](const std::string& proxy) {
            return Value(ValueObject{
                {"channel", "bank"},
                {"name", "behind"},
                {"settings", ValueObject{{"base_url", "http://127.0.0.1:1"}, {"account", "1"}}},
                {"egress", ValueObject{{"proxy", proxy}, {"proxy_user", "shop"}}},
                {"secrets", ValueObject{{"bank_key", "k"}, {"proxy_password", kOfTheProxy}}}
            });
        };
        const std::string told = "http://shop:" + std::string(kOfTheProxy) + "@127.0.0.1:1";
        EXPECT_EQ(keep(api.post("/v1/channel_accounts", account(told))).status, 400);
        const Reply made = keep(api.post("/v1/channel_accounts", account("http://127.0.0.1:1")));
        EXPECT_EQ(made.status, 201) << made.why;
        const std::string path = "/v1/channel_accounts/" + made.text("id");
        EXPECT_EQ(keep(api.post(path + "/test")).text("outcome"), "not_sent");
        keep(api.get(path));
    }

    [[nodiscard]] std::vector<Written> all() {
        std::vector<Written> all = everything_written(cluster_);
        all.insert(all.end(), answers_.begin(), answers_.end());
        for (const auto& request : receiver_.received()) {
            all.push_back({"a webhook", with_its_head(request)});
        }
        all.push_back({"log of the database", log_of_the_database()});
        return all;
    }

    WebhookReceiver receiver_;
    Cluster cluster_{
        {.nodes = 2,
         .has_alipay = true,
         .barcode_api = "v2",
         .more_configuration = channels_key_table()}
    };
    Shop shop_{cluster_};
    Teller teller_{cluster_, kAvailableUsual};
    std::vector<Written> answers_;
    std::string webhook_secret_;
    int alipay_orders_ = 0;
};

TEST_F(Secrets, StandInNothingThatAWholeRunWrites) {
    given_webhook();
    const std::string payment = pay();
    EXPECT_EQ(refund(payment), "succeeded");
    EXPECT_EQ(pay_out("P-1"), "succeeded");
    EXPECT_EQ(pay_out("P-alipay", to_alipay()), "succeeded");
    EXPECT_EQ(pay_out("P-wechat", to_wechat()), "succeeded");
    pay_by_openid();
    pay_by_code("wechatpay", kCodeOfWechat);
    pay_over_both_accounts_at_alipay();
    run_into_trouble();
    look_at_everything();
    // Each of them ended but for what was troubled, and is told.
    ASSERT_TRUE(eventually([&] { return receiver_.count() >= 10; }));

    std::vector<Marked> secrets = marked();
    secrets.push_back({"the webhook's secret", webhook_secret_});
    EXPECT_THAT(found_in(all(), secrets), IsEmpty());
}

TEST_F(Secrets, WouldBeFoundWhereverTheyStood) {
    const std::vector<Marked> secrets = marked();
    for (const Marked& marked : secrets) {
        ASSERT_GE(marked.secret.size(), 8U) << marked.name;
    }
    EXPECT_THAT(found_in(all(), secrets), IsEmpty());

    ASSERT_TRUE(cluster_.connect().run(
        "INSERT INTO sluice.quarantine (run_id, at, reason) VALUES "
        "('00000000-0000-0000-0000-000000000001', now(), 'because of " +
        line_of("bank_key.txt") + "')"
    ));
    answers_.push_back({"an answer", R"({"key":")" + line_of("api_v3_key.txt") + "\"}"});

    const auto found = found_in(all(), secrets);
    EXPECT_THAT(found, Contains("quarantine has the bank's key"));
    EXPECT_THAT(found, Contains("an answer has the API v3 key"));
    EXPECT_EQ(found.size(), 2U);
    // None of the marks: that log outlives the test.
    ASSERT_FALSE(cluster_.connect().run("SELECT 'told-to-the-database'::int"));
    EXPECT_THAT(
        found_in(all(), {{"what was refused", "told-to-the-database"}}),
        ElementsAre("log of the database has what was refused")
    );
}

TEST(Written, IsFoundHoweverItIsWritten) {
    const std::vector<Marked> secret{{"the name", "marked 张三"}};
    for (const char* text :
         {"marked 张三",
          R"({"name":"marked 张三"})",
          "name=marked%20%e5%bc%a0%e4%b8%89",
          "name=marked%20%E5%BC%A0%E4%B8%89",
          "name=marked+%e5%bc%a0%e4%b8%89&x",
          "name=marked+%E5%BC%A0%E4%B8%89&x",
          "6d61726b656420e5bca0e4b889",
          "6D61726B656420E5BCA0E4B889",
          "bWFya2VkIOW8oOS4"}) {
        EXPECT_THAT(found_in({{"a log", text}}, secret), ElementsAre("a log has the name")) << text;
    }
    EXPECT_THAT(found_in({{"a log", "name=marked+%E5%BC%A0%E5%9B%9B"}}, secret), IsEmpty());
}

/// `sluice secrets rotate` while the nodes work with both keys; then the old key goes.
class Rotation : public Secrets {
  protected:
    void write_key(const std::string& name, char digit) const {
        const fs::path file = folder_ / name;
        std::ofstream(file) << std::string(64, digit) << "\n";
        fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    }
    /// The node's file with other keys in it.
    void configure(const std::string& current, const std::string& old) const {
        std::ofstream(folder_ / "rotate.toml")
            << "[database]\nconninfo = \"" << conninfo_ << "\"\n[secrets]\nmaster_key_file = \""
            << (folder_ / current).string() << "\"\nold_master_key_files = ["
            << (old.empty() ? "" : "\"" + (folder_ / old).string() + "\"") << "]\n";
    }
    std::pair<int, std::string> rotate() {
        ChildProcess verb(
            {.arguments = {SLUICE_BINARY, "secrets", "rotate", "--config", folder_ / "rotate.toml"},
             .log = folder_ / "rotate.log"}
        );
        EXPECT_TRUE(eventually([&] { return !verb.is_running(); }));
        return {verb.stop(std::chrono::seconds(1)), verb.said()};
    }
    std::int64_t sealed_with_the_first() {
        return std::stoll(cluster_.query_one(
            "SELECT (SELECT count(*) FROM sluice.channel_secret WHERE key_id = '" + first_ +
            "') + (SELECT count(*) FROM sluice.webhook_endpoint WHERE secret LIKE '%" + first_ +
            "%' OR array_to_string(old_secrets, ' ') LIKE '%" + first_ +
            "%') + (SELECT count(*) FROM sluice.payment WHERE status = 'pending' AND legs LIKE '%" +
            first_ + "%') + (SELECT count(*) FROM sluice.payout WHERE details LIKE '%" + first_ +
            "%') + (SELECT count(*) FROM sluice.refund WHERE details LIKE '%" + first_ + "%')"
        ));
    }

    const fs::path folder_ = keys_folder();
    std::string conninfo_ =
        DurableServer::instance().conninfo_of(cluster_.query_one("SELECT current_database()"));
    std::string first_ = cluster_.query_one("SELECT min(key_id) FROM sluice.channel_secret");
};

TEST_F(Rotation, SealsEverythingAgainAndTheOldKeyMayGo) {
    const std::string endpoint = given_webhook();
    cluster_.api().post("/v1/webhook_endpoints/" + endpoint + "/rotate_secret");
    EXPECT_EQ(refund(pay()), "succeeded");
    EXPECT_EQ(pay_out("P-1"), "succeeded");
    SceneShop shop(cluster_);
    const PaymentView waiting = shop.begin(
        {.number = "S-1",
         .scene = "jsapi",
         .payer = Value(ValueObject{{"openid", std::string(kPayer)}})}
    );
    const std::int64_t before = sealed_with_the_first();
    EXPECT_GE(before, 9);
    write_key("second.key", '8');

    configure("second.key", "");
    const auto [refused, why] = rotate();
    EXPECT_EQ(refused, 1);
    EXPECT_THAT(why, HasSubstr("is sealed under the master key " + first_));
    EXPECT_EQ(sealed_with_the_first(), before) << "nothing was changed";

    configure("second.key", "master.key");
    const auto [done, said] = rotate();
    EXPECT_EQ(done, 0) << said;
    EXPECT_EQ(sealed_with_the_first(), 0);
    EXPECT_THAT(rotate().second, HasSubstr("sealed again: 0 secrets of channel accounts, 0 web"));

    // Nodes that know the second key alone pay and tell by what was sealed under the first.
    EXPECT_THAT(found_in(all(), marked()), IsEmpty());
    write_key("master.key", '8');
    for (const std::size_t node : {0U, 1U}) {
        ASSERT_EQ(cluster_.stop_node(node), 0);
        cluster_.start_node(node);
    }
    ASSERT_TRUE(cluster_.serves_everything());
    EXPECT_TRUE(cluster_.psp().pay(waiting.channel_number()));
    EXPECT_EQ(shop.wait_for_status(waiting.id(), "succeeded").status(), "succeeded");
    const std::size_t told = receiver_.count();
    pay();
    EXPECT_EQ(pay_out("P-2"), "succeeded");
    EXPECT_TRUE(eventually([&] { return receiver_.count() >= told + 2; }));
}

}  // namespace
}  // namespace sluice::testing
