#include "gateway/signature_base.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/crypto.hpp"
#include "gateway/content_digest.hpp"
#include "gateway/signature.hpp"

namespace sluice::testing {
namespace {

using gateway::Scheme;
namespace structured = gateway::structured;

/// The request of RFC 9421, B.2.
http::Request published_request() {
    return {
        .method = "POST",
        .target = "/foo?param=Value&Pet=dog",
        .path = "/foo",
        .query = "param=Value&Pet=dog",
        .headers =
            {{"Host", "example.com"},
             {"Date", "Tue, 20 Apr 2021 02:07:55 GMT"},
             {"Content-Type", "application/json"},
             {"Content-Digest",
              "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVL"
              "vRwEmTHWXvJwew==:"},
             {"Content-Length", "18"}},
        .body = R"({"hello": "world"})",
        .remote_address = {}
    };
}

/// The base for a Signature-Input, or why there is none.
std::string base_of(
    const http::Request& request, const std::string& input, Scheme scheme = Scheme::https
) {
    const auto inputs = structured::parse_dictionary("s=" + input);
    EXPECT_TRUE(inputs.has_value()) << inputs.error().message;
    const auto& list = std::get<structured::InnerList>(inputs->front().value);
    const auto base = gateway::signature_base(request, list, scheme);
    return base ? *base : "refused: " + base.error().message;
}

/// Without the last line, which repeats the input.
std::string lines_of(
    const http::Request& request, const std::string& input, Scheme scheme = Scheme::https
) {
    const std::string base = base_of(request, input, scheme);
    return base.substr(0, base.find("\n\"@signature-params\""));
}

TEST(SignatureBase, OfThePublishedRequestCarriesThePublishedHmac) {
    const gateway::SignatureRule rule(
        Secret<std::string>(channel::base64_decode("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XBy"
                                                   "zNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ="
                                                   "=")
                                .value())
    );
    const std::string signature =
        channel::base64_decode("pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=").value();

    const std::string base = base_of(
        published_request(),
        R"(("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret")"
    );

    EXPECT_TRUE(rule.has_signed({base, signature})) << base;
    EXPECT_FALSE(rule.has_signed({base + " ", signature}));
    EXPECT_FALSE(rule.has_signed({base, signature.substr(1)}));
}

TEST(SignatureBase, OfThePublishedRequestCarriesThePublishedEd25519Signature) {
    const gateway::SignatureRule rule(
        channel::Ed25519PublicKey::from_pem(
            "-----BEGIN PUBLIC KEY-----\n"
            "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n"
            "-----END PUBLIC KEY-----\n"
        )
            .value()
    );
    const std::string signature = channel::base64_decode(
                                      "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgw"
                                      "UPiu4A0w6vuQv5lIp5WPpBKRCw="
                                      "="
    )
                                      .value();

    const std::string base = base_of(
        published_request(),
        R"(("date" "@method" "@path" "@authority" "content-type" "content-length"))"
        R"(;created=1618884473;keyid="test-key-ed25519")"
    );

    EXPECT_TRUE(rule.has_signed({base, signature})) << base;
    EXPECT_FALSE(rule.has_signed({base + " ", signature}));
}

TEST(SignatureBase, HasALineForEachDerivedComponent) {
    const http::Request request = published_request();

    EXPECT_EQ(lines_of(request, R"(("@method"))"), "\"@method\": POST");
    EXPECT_EQ(lines_of(request, R"(("@path"))"), "\"@path\": /foo");
    EXPECT_EQ(lines_of(request, R"(("@query"))"), "\"@query\": ?param=Value&Pet=dog");
    EXPECT_EQ(
        lines_of(request, R"(("@request-target"))"), "\"@request-target\": /foo?param=Value&Pet=dog"
    );
    EXPECT_EQ(
        lines_of(request, R"(("@target-uri"))"),
        "\"@target-uri\": https://example.com/foo?param=Value&Pet=dog"
    );
    EXPECT_EQ(
        lines_of(request, R"(("@target-uri"))", Scheme::http),
        "\"@target-uri\": http://example.com/foo?param=Value&Pet=dog"
    );
    EXPECT_EQ(lines_of(request, R"(("@scheme"))", Scheme::http), "\"@scheme\": http");
}

TEST(SignatureBase, HasAQuestionMarkWhereThereIsNoQuery) {
    http::Request request = published_request();
    request.query = "";

    EXPECT_EQ(lines_of(request, R"(("@query"))"), "\"@query\": ?");
}

TEST(SignatureBase, NamesTheServerInLowerCaseWithoutTheSchemesPort) {
    const auto authority = [](const std::string& host, Scheme scheme) {
        http::Request request = published_request();
        request.headers.set({"Host", host});
        return lines_of(request, R"(("@authority"))", scheme);
    };

    EXPECT_EQ(authority("Example.COM:443", Scheme::https), "\"@authority\": example.com");
    EXPECT_EQ(authority("example.com:80", Scheme::https), "\"@authority\": example.com:80");
    EXPECT_EQ(authority("example.com:80", Scheme::http), "\"@authority\": example.com");
    EXPECT_EQ(authority("example.com:8080", Scheme::http), "\"@authority\": example.com:8080");
}

TEST(SignatureBase, JoinsTheLinesOfOneField) {
    http::Request request = published_request();
    request.headers.add({"X-Part", "  one\t"});
    request.headers.add({"x-part", ""});
    request.headers.add({"X-PART", "two"});

    EXPECT_EQ(lines_of(request, R"(("x-part"))"), "\"x-part\": one, , two");
}

struct Refused {
    std::string input;
    std::string why;
};

TEST(SignatureBase, RefusesComponentsItCannotStandFor) {
    const std::vector<Refused> rows{
        {R"(("x-none"))", "component 'x-none' is covered, but the request has no such field"},
        {R"(("Date"))", "component 'Date' is not in lower case"},
        {R"(("date" "@path" "date"))", "component 'date' is covered twice"},
        {R"(("@status"))", "component '@status' is not known here"},
        {R"(("@query-param";name="Pet"))", "without parameters"},
        {R"(("date";bs))", "component \"date\";bs is not known here, wanted a name in quotes"},
        {R"((date))", "component date is not known here, wanted a name in quotes"},
        {R"(("@signature-params"))", "component '@signature-params' is not known here"},
    };
    for (const Refused& row : rows) {
        const std::string base = base_of(published_request(), row.input);
        EXPECT_THAT(base, ::testing::StartsWith("refused: ")) << row.input;
        EXPECT_THAT(base, ::testing::HasSubstr(row.why)) << row.input;
    }
}

TEST(SignatureBase, RefusesTwoHostsAndNone) {
    http::Request two = published_request();
    two.headers.add({"Host", "example.com"});
    http::Request none;

    EXPECT_EQ(base_of(two, R"(("@authority"))"), "refused: Host stands 2 times, wanted once");
    EXPECT_EQ(base_of(none, R"(("@target-uri"))"), "refused: Host stands 0 times, wanted once");
}

/// "" when the digest fits.
std::string digest_fault(const std::string& field, const std::string& body) {
    http::Request request;
    request.body = body;
    request.headers.add({"Content-Digest", field});
    const auto fits = gateway::check_content_digest(request);
    return fits ? "" : fits.error().message;
}

const std::string kSha256 = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
const std::string kBody = R"({"hello": "world"})";

TEST(ContentDigest, FitsThePublishedBody) {
    EXPECT_TRUE(gateway::check_content_digest(published_request()).has_value());
    EXPECT_EQ(digest_fault(kSha256, kBody), "");
    EXPECT_EQ(digest_fault("unixsum=:AAE=:, " + kSha256, kBody), "");
}

TEST(ContentDigest, IsOfTheBytesAsTheyCame) {
    EXPECT_EQ(
        digest_fault(kSha256, kBody + "\n"),
        "Content-Digest sha-256 is of another body than the one received, which has 19 bytes"
    );
}

TEST(ContentDigest, MustFitWithEachAlgorithmItHas) {
    const std::string wrong = "sha-512=:" + channel::base64_encode(channel::sha512("x")) + ":";

    EXPECT_THAT(
        digest_fault(kSha256 + ", " + wrong, kBody),
        ::testing::StartsWith("Content-Digest sha-512 is of another body")
    );
}

TEST(ContentDigest, NeedsAnAlgorithmThatIsKnown) {
    const std::string none =
        "Content-Digest has no algorithm known here, wanted sha-256 or sha-512";

    EXPECT_EQ(digest_fault("md5=:XrY7u+Ae7tCTyyK7j1rNww==:", kBody), none);
    EXPECT_EQ(digest_fault("", kBody), none);
    EXPECT_EQ(
        gateway::check_content_digest({}).error().message,
        "Content-Digest is missing, wanted sha-256 or sha-512"
    );
}

TEST(ContentDigest, IsAByteSequence) {
    for (const std::string field : {"sha-256=X48E", "sha-256", "sha-256=()", "sha-256=\"X48E\""}) {
        EXPECT_EQ(
            digest_fault(field, kBody),
            "Content-Digest sha-256 is no byte sequence, wanted :base64:"
        );
    }
    EXPECT_THAT(
        digest_fault("sha-256=:X48:", kBody), ::testing::StartsWith("Content-Digest at byte ")
    );
    EXPECT_THAT(
        digest_fault(kSha256 + ", " + kSha256, kBody), ::testing::HasSubstr("stands twice")
    );
}

}  // namespace
}  // namespace sluice::testing
