// Two nodes and a key that must sign: what one node passes on to the other is served, and no
// nonce is taken twice. The client is the example of openapi/, run as it stands.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/id.hpp"
#include "support/node_cluster.hpp"
#include "support/process_child.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSecret = "the-secret-a-test-signs-with-32-bytes";
constexpr int kSignedPayments = 8;

std::string configuration() {
    return std::string("[[api_key]]\nkey = \"signing-key-of-a-test\"\nid = \"signer\"\n") +
           "merchant_id = \"m2\"\nsignature = { algorithm = \"hmac-sha256\", secret = \"" +
           kSecret + "\" }\n";
}

std::string payment_json(const std::string& number) {
    return R"({"order":{"merchant_order_number":")" + number +
           R"(","amount":100,"currency":"CNY","description":"x"},"legs":[{"kind":"external",)"
           R"("method":"wechatpay","scene":"qr","amount":100}]})";
}

class SignedRequest : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(cluster_.serves_everything()); }

    /// What the example prints: the answer and, on the last line, its status.
    std::string run(std::size_t node, const std::string& body, const std::string& nonce = "") {
        const auto log = std::filesystem::temp_directory_path() /
                         ("sluice-signed-" + std::to_string(getpid()) + ".log");
        ChildProcess client(
            {.arguments =
                 {"/usr/bin/env",
                  "SLUICE_KEY=signing-key-of-a-test",
                  "SLUICE_KEY_ID=signer",
                  std::string("SLUICE_SIGNING_SECRET=") + kSecret,
                  "SLUICE_NONCE=" + nonce,
                  "sh",
                  std::string(SLUICE_SOURCE_DIR) + "/openapi/signed_request.sh",
                  "POST",
                  cluster_.node(node).url() + "/v1/payments",
                  body},
             .log = log}
        );
        EXPECT_TRUE(eventually([&] { return !client.is_running(); }));
        std::string said = client.said();
        std::filesystem::remove(log);
        return said;
    }
    std::string count(const std::string& from) {
        return cluster_.query_one("SELECT count(*) FROM " + from);
    }

    Cluster cluster_{{.nodes = 2, .more_configuration = configuration()}};
};

TEST_F(SignedRequest, IsServedByWhicheverNodeItReaches) {
    for (int i = 0; i < kSignedPayments; ++i) {
        EXPECT_THAT(run(0, payment_json("S-" + std::to_string(i))), HasSubstr("\n201\n"));
    }

    // Some were passed on: all were asked for at the first node.
    EXPECT_EQ(
        count("(SELECT DISTINCT b.address FROM sluice.payment p JOIN sluice.bucket_owner b "
              "ON b.bucket = get_byte(uuid_send(p.id), 6) WHERE p.merchant_id = 'm2') t"),
        "2"
    );
    EXPECT_EQ(count("sluice.payment WHERE merchant_id = 'm2'"), std::to_string(kSignedPayments));
    EXPECT_EQ(count("sluice.seen_signature"), std::to_string(kSignedPayments));
}

TEST_F(SignedRequest, UsesANonceUpForAllNodes) {
    EXPECT_THAT(run(0, payment_json("S-1"), "once"), HasSubstr("\n201\n"));

    const std::string again = run(1, payment_json("S-2"), "once");

    EXPECT_THAT(again, HasSubstr("\n401\n"));
    EXPECT_THAT(again, HasSubstr("nonce 'once' of key signer was used before, wanted a new one"));
    EXPECT_EQ(count("sluice.payment WHERE merchant_id = 'm2'"), "1");
}

TEST_F(SignedRequest, IsWhatThisKeyMustSend) {
    Api unsigned_caller(cluster_.node(0).url(), "signing-key-of-a-test");

    const Reply reply = unsigned_caller.get("/v1/orders?merchant_order_number=S-1");

    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.text("code"), "bad_signature");
}

}  // namespace
}  // namespace sluice::testing
