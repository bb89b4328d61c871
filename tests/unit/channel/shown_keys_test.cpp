// The keys that a channel shows: what becomes of an account's own.
#include "channel/shown_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::channel::testing {
namespace {

using std::chrono::days;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

class ShownKeys : public ::testing::Test {
  protected:
    static ShownKey shown_until(Time until) {
        static const RsaKeyPair kPair = make_rsa_key_pair();
        const Certificate made = make_self_signed_certificate(
            kPair.private_key,
            {.common_name = "Platform", .valid_from = now() - days(2), .valid_until = until}
        );
        return {made.serial, made.pem};
    }
    static Time now() { return Time(std::chrono::seconds(1767225631)); }
    ChannelAccountSettings given(const ShownKey& key) {
        ChannelAccountSettings settings;
        settings.secrets = {{"platform_key", Secret<std::string>(key.certificate)}};
        settings.keys_by_serial = {{key.serial, "platform_key"}};
        return settings;
    }

    const ShownKey first_ = shown_until(now() + days(10));
    const ShownKey next_ = shown_until(now() + days(365));
};

TEST_F(ShownKeys, StandBesideTheOldOnesUntilThoseAreOver) {
    const auto both = with_shown_keys(given(first_), {first_, next_}, now()).value();
    ASSERT_TRUE(both.has_value());
    const ShownKey third = shown_until(now() + days(800));

    const auto later = with_shown_keys(*both, {next_, third}, now() + days(400)).value();

    EXPECT_THAT(both->keys_by_serial, Contains(Key(first_.serial)));
    EXPECT_THAT(both->keys_by_serial, Contains(Key(next_.serial)));
    ASSERT_TRUE(later.has_value());
    EXPECT_THAT(later->keys_by_serial, Not(Contains(Key(next_.serial)))) << "it is over";
    EXPECT_THAT(later->keys_by_serial, Contains(Key(third.serial)));
    EXPECT_THAT(later->keys_by_serial, Contains(Key(first_.serial))) << "people gave it";
    EXPECT_EQ(later->secrets.size(), 2U);
}

TEST_F(ShownKeys, ChangeNothingWhenAllAreKnownOrOver) {
    EXPECT_FALSE(with_shown_keys(given(first_), {first_}, now()).value());
    EXPECT_FALSE(with_shown_keys(given(first_), {}, now()).value());
    EXPECT_FALSE(with_shown_keys(given(first_), {shown_until(now() - days(1))}, now()).value());
}

TEST_F(ShownKeys, AreRefusedWhenTheyAreNotWhatTheySay) {
    const auto another =
        with_shown_keys(given(first_), {{first_.serial, next_.certificate}}, now());
    const auto none = with_shown_keys(given(first_), {{"00", "no certificate"}}, now());

    ASSERT_FALSE(another);
    EXPECT_THAT(another.error().message, HasSubstr("has the serial"));
    EXPECT_FALSE(none);
}

}  // namespace
}  // namespace sluice::channel::testing
