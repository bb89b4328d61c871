#include "unit/gateway/signing.hpp"

namespace sluice::testing {
namespace {

/// Three keys of one merchant: one that must sign, one that must not, one that must and may only
/// read.
class SignedRequests : public GatewayFixture {
  protected:
    SignedRequests() {
        gateway::ApiKey shop{"alpha", Secret<std::string>("sk_signed")};
        shop.id = "shop";
        shop.signature = signing_rule();
        gateway::ApiKey read_only = shop;
        read_only.key = Secret<std::string>("sk_reader");
        read_only.id = "reader";
        read_only.scopes = gateway::Scopes().add(gateway::Scope::read);
        settings.keys.push_back(shop);
        settings.keys.push_back(read_only);
    }

    static Ask order(const std::string& number) {
        return {
            .method = "POST",
            .target = "/v1/orders",
            .body = order_json(number),
            .headers = {{"Idempotency-Key", "k-" + number}},
            .key = "sk_signed"
        };
    }
    static Ask payment(const std::string& number) {
        return {
            .method = "POST",
            .target = "/v1/payments",
            .body = qr_payment_json(order_json(number)),
            .key = "sk_signed"
        };
    }
    std::string metric(const std::string& fault) {
        const std::string text = get("/metrics").body;
        const std::string name = "sluice_refused_signatures_total{fault=\"" + fault + "\"} ";
        const auto at = text.find(name);
        EXPECT_NE(at, std::string::npos) << text;
        return text.substr(at + name.size(), text.find('\n', at) - at - name.size());
    }
};

TEST_F(SignedRequests, AreServed) {
    EXPECT_EQ(summary(send(signed_by({}, order("A-1")))), "201");
    EXPECT_EQ(summary(send(signed_by({.nonce = "n-2"}, payment("A-2")))), "201");
    const Ask find{.target = "/v1/orders?merchant_order_number=A-1", .key = "sk_signed"};
    EXPECT_EQ(summary(send(signed_by({.nonce = "n-3"}, find))), "200");
    EXPECT_EQ(signatures.size(), 3U);
}

TEST_F(SignedRequests, AreRefusedWithoutASignatureAndNothingHappens) {
    for (const Ask& ask : {order("A-1"), payment("A-2")}) {
        const auto response = send(ask);

        EXPECT_EQ(summary(response), "401 bad_signature Signature");
        EXPECT_EQ(
            text_of(response, "detail"),
            "Signature-Input is missing: requests of this key must be signed (RFC 9421)"
        );
        EXPECT_EQ(response.headers.get_or_empty("WWW-Authenticate"), R"(Bearer realm="sluice")");
    }
    EXPECT_EQ(orders.size(), 0U);
    EXPECT_TRUE(intake.starts.empty());
    EXPECT_EQ(signatures.size(), 0U);
    EXPECT_EQ(metric("missing"), "2");
}

TEST_F(SignedRequests, AreTakenOnce) {
    const Ask ask = signed_by({}, order("A-1"));
    EXPECT_EQ(summary(send(ask)), "201");

    EXPECT_EQ(summary(send(ask)), "401 bad_signature Signature");
    EXPECT_EQ(summary(send(signed_by({}, order("A-2")))), "401 bad_signature Signature");
    EXPECT_EQ(summary(send(signed_by({.nonce = "n-2"}, order("A-1")))), "200");
    EXPECT_EQ(orders.size(), 1U);
    EXPECT_EQ(metric("replayed"), "2");
    EXPECT_EQ(metric("wrong"), "0");
}

TEST_F(SignedRequests, OfAnotherKeyMayHaveTheSameNonce) {
    EXPECT_EQ(summary(send(signed_by({}, order("A-1")))), "201");
    const Ask find{.target = "/v1/orders?merchant_order_number=A-1", .key = "sk_reader"};

    EXPECT_EQ(summary(send(signed_by({.key_id = "reader"}, find))), "200");
}

TEST_F(SignedRequests, UseUpNoNonceWhenTheyAreWrong) {
    EXPECT_EQ(
        summary(send(signed_by({.secret = "x"}, order("A-1")))), "401 bad_signature Signature"
    );
    EXPECT_EQ(signatures.size(), 0U);
    EXPECT_EQ(metric("wrong"), "1");

    EXPECT_EQ(summary(send(signed_by({}, order("A-1")))), "201");
}

TEST_F(SignedRequests, AreCheckedOnThreadsThatMayBlock) {
    send(signed_by({}, payment("A-1")));

    EXPECT_NE(signatures.asked_on, std::this_thread::get_id());
    EXPECT_NE(signatures.asked_on, std::thread::id());
}

TEST_F(SignedRequests, LeaveKeysWithoutSignatureAsTheyWere) {
    const auto response = send(
        {.method = "POST", .target = "/v1/payments", .body = qr_payment_json(order_json("A-1"))}
    );

    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(intake.asked_on, std::this_thread::get_id());
    EXPECT_EQ(signatures.asked_on, std::thread::id());
}

TEST_F(SignedRequests, MayBeSignedByKeysThatNeedNoSignature) {
    Ask ask = order("A-1");
    ask.key = kMerchantKey;

    EXPECT_EQ(summary(send(signed_by({.secret = "whatever"}, ask))), "201");
}

TEST_F(SignedRequests, AreTriedAgainWhenTheirNonceCannotBeKept) {
    signatures.next_error = Error{ErrorCode::unknown, "session lost", {}};

    const auto response = send(signed_by({}, order("A-1")));

    EXPECT_EQ(summary(response), "503 unavailable");
    EXPECT_EQ(orders.size(), 0U);
}

TEST_F(SignedRequests, AreTakenOnceByTheNodesTogether) {
    intake.owner = "10.0.0.2:80";
    http::Request passed_on;
    forwarder = [&](const std::string&, const http::Request& request, const auto& done) {
        passed_on = request;
        done(fail(ErrorCode::unavailable, "nobody there"));
    };
    send(signed_by({}, payment("A-1")));
    EXPECT_EQ(passed_on.headers.get_or_empty("Sluice-Forwarded"), "nodes only");
    EXPECT_EQ(signatures.size(), 1U);

    // The other node, which shares the table of nonces.
    intake.owner.reset();
    restart();
    Ask received = payment("A-1");
    received.headers = passed_on.headers;
    received.key = "";
    received.content_type = "";

    EXPECT_EQ(summary(send(received)), "201");
    EXPECT_EQ(signatures.size(), 1U);
}

TEST_F(SignedRequests, AreNotExcusedByAnOutsidersMark) {
    Ask ask = payment("A-1");
    ask.headers.add({"Sluice-Forwarded", "guess"});

    EXPECT_EQ(summary(send(ask)), "401 bad_signature Signature");
}

TEST_F(SignedRequests, AreRefusedForTheFirstThingThatIsWrong) {
    Ask ask = order("A-1");
    ask.target = "/v1/orders?x=1";
    ask.body = "{";
    ask.key = "sk_reader";
    ask.headers.add({"Idempotency-Key", "again"});
    EXPECT_EQ(summary(send(ask)), "400 invalid_request Idempotency-Key");

    ask.headers = {};
    ask.key = "sk_unknown";
    EXPECT_EQ(summary(send(ask)), "401 unauthorized Authorization");

    ask.key = "sk_reader";
    EXPECT_EQ(summary(send(ask)), "401 bad_signature Signature");
    EXPECT_EQ(summary(send(signed_by({.key_id = "reader"}, ask))), "403 forbidden");

    ask.key = "sk_signed";
    EXPECT_EQ(summary(send(signed_by({}, ask))), "400 invalid_request x");

    ask.target = "/v1/orders";
    EXPECT_EQ(summary(send(signed_by({.nonce = "n-2"}, ask))), "400 invalid_json ");
    ask.body = order_json("A-1");
    EXPECT_EQ(summary(send(signed_by({.nonce = "n-3"}, ask))), "201");
}

}  // namespace
}  // namespace sluice::testing
