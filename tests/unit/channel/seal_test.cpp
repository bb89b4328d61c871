// What may not lie open in the database: sealed under a key, for one place.
#include "channel/seal.hpp"

#include <gtest/gtest.h>

namespace sluice::channel {
namespace {

constexpr SealPlace kPlace{"channel_secret", "cha_1", "api_key"};
const Secret<std::string> kOne{std::string(64, 'a')};
const Secret<std::string> kTwo{"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="};

SealingKeys keys_of(
    const Secret<std::string>& current, const std::vector<Secret<std::string>>& old = {}
) {
    return SealingKeys::make(current, old).value();
}

TEST(SealedText, OpensAgainWhereItWasSealed) {
    const SealingKeys keys = keys_of(kOne);

    const std::string sealed = keys.seal(kPlace, "open sesame");

    EXPECT_EQ(keys.open(kPlace, sealed).value().reveal(), "open sesame");
    EXPECT_EQ(sealed.find("sesame"), std::string::npos);
    EXPECT_EQ(sealed_under(sealed), keys.current_id());
    EXPECT_EQ(keys.open(kPlace, keys.seal(kPlace, "")).value().reveal(), "");
}

TEST(SealedText, IsAnotherEachTime) {
    const SealingKeys keys = keys_of(kOne);

    EXPECT_NE(keys.seal(kPlace, "open sesame"), keys.seal(kPlace, "open sesame"));
}

TEST(SealedText, OpensAtNoOtherPlace) {
    const SealingKeys keys = keys_of(kOne);
    const std::string sealed = keys.seal(kPlace, "open sesame");

    for (const SealPlace& other :
         {SealPlace{"webhook", "cha_1", "api_key"},
          SealPlace{"channel_secret", "cha_2", "api_key"},
          SealPlace{"channel_secret", "cha_1", "api_key2"},
          SealPlace{"channel_secret", "cha_1a", "pi_key"}}) {
        const auto opened = keys.open(other, sealed);

        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, ErrorCode::corrupt);
    }
}

TEST(SealedText, IsRefusedWhenOneCharacterIsChanged) {
    const SealingKeys keys = keys_of(kOne);
    const std::string sealed = keys.seal(kPlace, "open sesame");

    for (std::size_t i = 0; i + 2 < sealed.size(); ++i) {
        std::string changed = sealed;
        changed[i] = changed[i] == 'b' ? 'c' : 'b';
        const auto opened = keys.open(kPlace, changed);

        EXPECT_FALSE(opened) << i;
    }
    EXPECT_FALSE(keys.open(kPlace, ""));
    EXPECT_FALSE(keys.open(kPlace, sealed.substr(0, 30)));
}

TEST(SealedText, OpensUnderAnOldKeyAndIsSealedAgainUnderTheCurrentOne) {
    const std::string sealed = keys_of(kOne).seal(kPlace, "open sesame");
    const SealingKeys both = keys_of(kTwo, {kOne});

    const std::string again = both.reseal(kPlace, sealed).value();

    EXPECT_EQ(both.open(kPlace, sealed).value().reveal(), "open sesame");
    EXPECT_EQ(keys_of(kTwo).open(kPlace, again).value().reveal(), "open sesame");
}

TEST(SealedText, NamesTheKeyThatIsMissing) {
    const std::string sealed = keys_of(kOne).seal(kPlace, "open sesame");

    const auto opened = keys_of(kTwo).open(kPlace, sealed);

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::not_found);
    EXPECT_EQ(
        opened.error().message,
        "the sealed api_key of cha_1 is sealed under the master key " + keys_of(kOne).current_id() +
            ", which this process does not have, wanted it among its old keys"
    );
}

TEST(MasterKey, IsRefusedUnlessItIs32BytesAndIsNotRepeated) {
    for (const char* wrong :
         {"",
          "short",
          "zz",
          "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",
          "gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg"}) {
        const auto keys = SealingKeys::make(Secret<std::string>(wrong));

        ASSERT_FALSE(keys) << wrong;
        EXPECT_NE(keys.error().message.find("wanted 32 bytes"), std::string::npos);
        if (*wrong != '\0') {
            EXPECT_EQ(keys.error().message.find(wrong), std::string::npos);
        }
    }
}

TEST(MasterKey, IsMadeAsItIsRead) {
    const Secret<std::string> fresh = SealingKeys::new_key();

    EXPECT_TRUE(SealingKeys::make(fresh));
    EXPECT_NE(fresh, SealingKeys::new_key());
}

TEST(Fingerprint, TellsSecretsApartAndNeedsTheKey) {
    const SealingKeys keys = keys_of(kOne);

    EXPECT_EQ(keys.fingerprint("a"), keys.fingerprint("a"));
    EXPECT_NE(keys.fingerprint("a"), keys.fingerprint("b"));
    EXPECT_NE(keys.fingerprint("a"), keys_of(kTwo).fingerprint("a"));
    EXPECT_EQ(keys.fingerprint("a").size(), 12U);
}

}  // namespace
}  // namespace sluice::channel
