#include "gateway/signature.hpp"

#include "gateway/signature_base.hpp"
#include "unit/gateway/signing.hpp"

namespace sluice::testing {
namespace {

const Time kNow = *parse_rfc3339("2026-01-01T08:00:00Z");

/// A request with all that can be covered.
Ask full_request() {
    return {
        .method = "POST",
        .target = "/v1/payments?a=b",
        .body = R"({"amount":1})",
        .headers = {{"Idempotency-Key", "k-1"}}
    };
}

Ask plain_request() { return {.target = "/v1/orders/ord_1"}; }

/// "good", or "fault: detail".
std::string verdict(const Ask& ask, Time now = kNow) {
    const gateway::SignatureRule rule = signing_rule();
    const auto good = gateway::check_signature(request_of(ask), {"shop", rule}, now);
    if (good) {
        return "good";
    }
    return std::string(to_string(good.error().fault)) + ": " + good.error().detail;
}

std::string verdict(const Signing& signing, Ask ask = full_request()) {
    return verdict(signed_by(signing, std::move(ask)));
}

struct SignatureCase {
    std::string name;
    std::string expected;  ///< how the verdict begins
    Ask ask;
};

void expect_all(const std::vector<SignatureCase>& rows) {
    for (const SignatureCase& row : rows) {
        EXPECT_THAT(verdict(row.ask), ::testing::StartsWith(row.expected)) << row.name;
    }
}

TEST(Signature, OfAllThatMustBeCoveredIsGood) {
    EXPECT_EQ(verdict(Signing{}), "good");
    EXPECT_EQ(verdict(Signing{}, plain_request()), "good");
    EXPECT_EQ(verdict(Signing{.scheme = "http"}), "good");
}

TEST(Signature, TellsItsNonceAndHowLongItIsGood) {
    const gateway::SignatureRule rule = signing_rule();
    const auto good =
        gateway::check_signature(request_of(signed_by({}, full_request())), {"shop", rule}, kNow);

    ASSERT_TRUE(good.has_value());
    EXPECT_EQ(good->nonce, "n-1");
    EXPECT_EQ(good->good_until, kNow + std::chrono::seconds(301));
}

TEST(Signature, MayNameAuthorityPathAndQueryInsteadOfTheTarget) {
    const std::vector<std::string> halves{
        "@method", "@authority", "@path", "@query", "content-digest", "idempotency-key"
    };
    EXPECT_EQ(verdict({.covered = halves}), "good");
    EXPECT_EQ(verdict({.covered = {"@method", "@authority", "@path"}}, plain_request()), "good");
}

TEST(Signature, MustCoverWhatMatters) {
    const std::string lacks = "coverage: the signature does not cover ";
    const auto all = [](std::vector<std::string> names) {
        return signed_by({.covered = std::move(names)}, full_request());
    };
    expect_all({
        {"method", lacks + "\"@method\",", all({"@target-uri", "content-digest", "idempotency-key"})
        },
        {"target", lacks + "\"@target-uri\",", all({"@method", "content-digest", "idempotency-key"})
        },
        {"path",
         lacks + "\"@path\",",
         all({"@method", "@authority", "@query", "content-digest", "idempotency-key"})},
        {"query",
         lacks + "\"@query\",",
         all({"@method", "@authority", "@path", "content-digest", "idempotency-key"})},
        {"authority",
         lacks + "\"@target-uri\",",
         all({"@method", "@path", "@query", "content-digest", "idempotency-key"})},
        {"digest", lacks + "\"content-digest\",", all({"@method", "@target-uri", "idempotency-key"})
        },
        {"key", lacks + "\"idempotency-key\",", all({"@method", "@target-uri", "content-digest"})},
        {"all at once", lacks + "\"@method\", \"@target-uri\", \"content-digest\", ", all({"host"})
        },
        {"what is not there",
         "coverage: component 'x-none' is covered, but",
         signed_by({.covered = {"@method", "@target-uri", "x-none"}}, plain_request())},
        {"with a parameter it is another component",
         lacks + "\"@method\",",
         signed_by({.covered = {"@method\";x;y=\"", "@target-uri"}}, plain_request())},
    });
}

TEST(Signature, IsOfThisRequestOnly) {
    const auto changed = [](auto change) {
        Ask ask = signed_by({}, full_request());
        change(ask);
        return ask;
    };
    const std::string wrong = "wrong: the signature is not of this request by this key";
    expect_all({
        {"method", wrong, changed([](Ask& ask) { ask.method = "PUT"; })},
        {"target", wrong, changed([](Ask& ask) { ask.target = "/v1/payments?a=c"; })},
        {"host", wrong, changed([](Ask& ask) { ask.headers.set({"Host", "other.com"}); })},
        {"key", wrong, changed([](Ask& ask) { ask.headers.set({"Idempotency-Key", "k-2"}); })},
        {"body", "digest: Content-Digest sha-256 is of another body", changed([](Ask& ask) {
             ask.body = R"({"amount":2})";
         })},
        {"body with its digest", wrong, changed([](Ask& ask) {
             ask.body = R"({"amount":2})";
             ask.headers.set({"Content-Digest", sha256_digest(ask.body)});
         })},
    });
    EXPECT_THAT(verdict({.secret = "another"}), ::testing::StartsWith(wrong));
}

TEST(Signature, DigestsTheBodyAsItWasReceived) {
    const auto with_digest = [](const std::string& digest) {
        Ask ask = full_request();
        ask.headers.add({"Host", std::string(kHost)});
        ask.headers.add({"Content-Digest", digest});
        return with_signature({}, std::move(ask));
    };
    expect_all({
        {"unknown algorithm",
         "digest: Content-Digest has no algorithm known here",
         with_digest("md5=:XrY7u+Ae7tCTyyK7j1rNww==:")},
        {"broken", "digest: Content-Digest at byte", with_digest("sha-256=:a:")},
        {"of another body", "digest: Content-Digest sha-256", with_digest(sha256_digest("x"))},
        {"beside an unknown one", "good", with_digest("x=1, " + sha256_digest(full_request().body))
        },
    });
}

TEST(Signature, ChecksADigestThatNobodyAskedFor) {
    Ask ask = plain_request();
    ask.headers.add({"Content-Digest", sha256_digest("something")});

    EXPECT_THAT(
        verdict(Signing{}, ask),
        ::testing::StartsWith("digest: Content-Digest sha-256 is of another body")
    );
}

TEST(Signature, IsTakenWithinFiveMinutesOfOurClock) {
    const auto at = [](std::int64_t seconds) {
        return verdict(signed_by({}, full_request()), kNow + std::chrono::seconds(seconds));
    };

    EXPECT_EQ(at(300), "good");
    EXPECT_EQ(at(-300), "good");
    EXPECT_EQ(
        at(301),
        "clock: signature parameter created is 1767254400, wanted within 300 s of our clock, which "
        "is at 1767254701"
    );
    EXPECT_THAT(at(-301), ::testing::StartsWith("clock: signature parameter created"));
}

TEST(Signature, EndsWhereItSaysSo) {
    const auto expiring = [](std::int64_t at) {
        return verdict(
            {.parameters =
                 ";created=1767254400;expires=" + std::to_string(at) + R"(;keyid="shop";nonce="n")"}
        );
    };

    EXPECT_EQ(expiring(1'767'254'400), "good");
    EXPECT_EQ(
        expiring(1'767'254'399),
        "clock: signature parameter expires is 1767254399, and our clock is at 1767254400"
    );
}

TEST(Signature, NeedsItsParameters) {
    const std::string created = ";created=1767254400";
    const std::string rest = R"(;keyid="shop";nonce="n")";
    const auto with = [](const std::string& parameters) {
        return signed_by({.parameters = parameters}, full_request());
    };
    const auto nonce = [&](const std::string& text) {
        return with(created + R"(;keyid="shop";nonce=")" + text + "\"");
    };
    const std::string place = "parameters: signature parameter ";
    expect_all({
        {"alg that fits", "good", with(created + rest + R"(;alg="hmac-sha256")")},
        {"a tag and others are signed too", "good", with(created + rest + R"(;tag="x";y=?0)")},
        {"no created", place + "created is missing or wrong", with(rest)},
        {"created is a text", place + "created", with(R"(;created="1767254400")" + rest)},
        {"no nonce", place + "nonce is missing", with(created + R"(;keyid="shop")")},
        {"nonce is a token", place + "nonce", with(created + R"(;keyid="shop";nonce=n)")},
        {"nonce is empty", place + "nonce", nonce("")},
        {"nonce is long", "good", nonce(std::string(128, 'n'))},
        {"nonce is too long", place + "nonce", nonce(std::string(129, 'n'))},
        {"another alg", place + "alg is", with(created + rest + R"(;alg="ed25519")")},
        {"alg is a token", place + "alg is", with(created + rest + ";alg=hmac-sha256")},
        {"expires is a text", place + "expires", with(created + rest + R"(;expires="x")")},
        {"a parameter twice", "malformed: Signature-Input at byte", with(created + created + rest)},
    });
}

TEST(Signature, IsLookedForByOurKeyid) {
    Ask both = signed_by({.key_id = "other", .secret = "x", .label = "a"}, full_request());
    both = with_signature({.label = "b"}, std::move(both));
    EXPECT_EQ(verdict(both), "good");

    Ask one_line = both;
    one_line.headers.set(
        {"Signature-Input", *gateway::combined_field(request_of(both), "signature-input")}
    );
    one_line.headers.set({"Signature", *gateway::combined_field(request_of(both), "signature")});
    EXPECT_EQ(one_line.headers.size() + 2, both.headers.size());
    EXPECT_EQ(verdict(one_line), "good");

    Ask first_is_wrong = signed_by({.secret = "x", .label = "a"}, full_request());
    first_is_wrong = with_signature({.label = "b"}, std::move(first_is_wrong));
    EXPECT_THAT(verdict(first_is_wrong), ::testing::StartsWith("wrong: "));

    EXPECT_EQ(
        verdict(Signing{.key_id = "other"}),
        "missing: Signature-Input has no signature with keyid \"shop\", which is the key's id"
    );
    EXPECT_THAT(
        verdict(Signing{.parameters = ";created=1767254400;nonce=\"n\";keyid=shop"}),
        ::testing::StartsWith("missing: Signature-Input has no signature with keyid")
    );
}

TEST(Signature, ThatStandsTwiceOrAloneIsRefused) {
    Ask twice = with_signature({}, signed_by({}, full_request()));
    Ask unnamed = signed_by({}, full_request());
    unnamed.headers.set({"Signature", "other=:AAAA:"});
    Ask text = signed_by({}, full_request());
    text.headers.set({"Signature", "sig=\"AAAA\""});
    Ask no_list = signed_by({}, full_request());
    no_list.headers.set({"Signature-Input", "sig=\"@method\""});

    expect_all({
        {"twice", "malformed: Signature-Input at byte", twice},
        {"under another label", "malformed: Signature has no byte sequence sig", unnamed},
        {"a text", "malformed: Signature has no byte sequence sig", text},
        {"no list", "malformed: Signature-Input sig is no list", no_list},
    });
}

TEST(Signature, TellsTheFirstThingThatIsWrong) {
    Ask ask = full_request();
    EXPECT_THAT(verdict(ask), ::testing::StartsWith("missing: Signature-Input is missing"));
    ask.headers.add({"Signature-Input", "sig=("});
    EXPECT_THAT(verdict(ask), ::testing::StartsWith("malformed: Signature-Input at byte"));
    ask.headers.set({"Signature-Input", "sig=()"});
    EXPECT_THAT(verdict(ask), ::testing::StartsWith("missing: Signature is missing"));
    ask.headers.add({"Signature", "sig=:A:"});
    EXPECT_THAT(verdict(ask), ::testing::StartsWith("malformed: Signature at byte"));
    ask.headers.set({"Signature", "x=:AAAA:"});
    EXPECT_THAT(verdict(ask), ::testing::StartsWith("missing: Signature-Input has no"));
    ask.headers.set({"Signature-Input", R"(sig=();keyid="shop")"});
    EXPECT_THAT(verdict(ask), ::testing::StartsWith("malformed: Signature has no"));
    ask.headers.set({"Signature", "sig=:AAAA:"});
    EXPECT_THAT(verdict(ask), ::testing::StartsWith("parameters: "));
    ask.headers.set({"Signature-Input", R"(sig=();keyid="shop";created=1;nonce="n")"});
    EXPECT_THAT(verdict(ask), ::testing::StartsWith("clock: "));
    ask.headers.set({"Signature-Input", R"(sig=();keyid="shop";created=1767254400;nonce="n")"});
    EXPECT_THAT(verdict(ask), ::testing::StartsWith("coverage: "));
    ask.headers.set(
        {"Signature-Input",
         R"(sig=("@method" "@target-uri" "content-digest" "idempotency-key");keyid="shop";)"
         R"(created=1767254400;nonce="n")"}
    );
    EXPECT_THAT(verdict(ask), ::testing::StartsWith("digest: Content-Digest is missing"));
    ask.headers.set({"Content-Digest", sha256_digest(ask.body)});
    EXPECT_THAT(verdict(ask), ::testing::StartsWith("coverage: Host stands 0 times"));
    ask.headers.set({"Host", std::string(kHost)});
    EXPECT_THAT(verdict(ask), ::testing::StartsWith("wrong: "));
}

}  // namespace
}  // namespace sluice::testing
