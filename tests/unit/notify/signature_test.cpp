#include "notify/signature.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "channel/crypto.hpp"

namespace sluice::notify {
namespace {

using Secrets = std::vector<Secret<std::string>>;

Time at(std::int64_t since_1970) { return Time{std::chrono::seconds(since_1970)}; }

/// The vectors that the specification's own libraries are tested with.
TEST(WebhookSignature, IsTheOneOfTheSpecification) {
    const Secrets first{Secret<std::string>("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")};
    const Secrets second{Secret<std::string>("whsec_plJ3nmyCDGBKInavdOK15jsl")};

    // The second has only 18 bytes of secret: not one that this program would make or use.
    EXPECT_EQ(
        *sign(
            {"msg_p5jXN8AQM9LWM0D4loKWxJek", at(1'614'265'330), R"({"test": 2432232314})"}, first
        ),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
    EXPECT_FALSE(sign({"msg_1", at(1'731'705'121), "{}"}, second).has_value());
}

TEST(WebhookSignature, HasOnePartForEachSecret) {
    SeededRandom random(3);
    const Secret<std::string> old = make_secret(random);
    const Secret<std::string> fresh = make_secret(random);
    const SignedMessage message{"evt_1", at(1), "{}"};
    const std::string by_old = *sign(message, Secrets{old});
    const std::string by_fresh = *sign(message, Secrets{fresh});

    EXPECT_EQ(*sign(message, Secrets{fresh, old}), by_fresh + " " + by_old);
    EXPECT_NE(by_old, by_fresh);
}

TEST(WebhookSignature, CoversIdTimeAndBody) {
    SeededRandom random(3);
    const Secrets secrets{make_secret(random)};
    const std::string right = *sign({"evt_1", at(1), "{}"}, secrets);

    EXPECT_NE(*sign({"evt_2", at(1), "{}"}, secrets), right);
    EXPECT_NE(*sign({"evt_1", at(2), "{}"}, secrets), right);
    EXPECT_NE(*sign({"evt_1", at(1), "{ }"}, secrets), right);
}

TEST(WebhookSignature, RefusesSecretsOfAnotherForm) {
    const std::string short_one = channel::base64_encode(std::string(23, 'x'));
    const std::string long_one = channel::base64_encode(std::string(65, 'x'));
    for (const std::string& text :
         {std::string("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
          std::string("whsec_"),
          std::string("whsec_not base64"),
          "whsec_" + short_one,
          "whsec_" + long_one}) {
        const auto signature = sign({"evt_1", at(1), "{}"}, Secrets{Secret<std::string>(text)});

        ASSERT_FALSE(signature.has_value()) << text;
        EXPECT_EQ(signature.error().message.find("MfKQ"), std::string::npos);
    }
    const Secrets longest{
        Secret<std::string>("whsec_" + channel::base64_encode(std::string(64, 'x')))
    };
    EXPECT_TRUE(sign({"evt_1", at(1), "{}"}, longest).has_value());
}

TEST(WebhookSecret, IsNewEachTimeAndHas32Bytes) {
    SeededRandom random(3);
    const std::string first = make_secret(random).reveal();
    const std::string second = make_secret(random).reveal();

    EXPECT_TRUE(first.starts_with("whsec_"));
    EXPECT_EQ(channel::base64_decode(first.substr(6))->size(), 32U);
    EXPECT_NE(first, second);
}

}  // namespace
}  // namespace sluice::notify
