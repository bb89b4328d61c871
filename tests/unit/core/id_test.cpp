#include "core/id.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

namespace sluice {
namespace {

constexpr std::uint64_t kHalfMax = ~std::uint64_t{0};

Time at_millis(std::int64_t millis) { return Time{std::chrono::milliseconds{millis}}; }

TEST(Id128, PrintsTwentySixCrockfordCharacters) {
    EXPECT_EQ(Id128{}.to_string(), "00000000000000000000000000");
    EXPECT_EQ((Id128{kHalfMax, kHalfMax}.to_string()), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
    EXPECT_EQ((Id128{0, 31}.to_string()), "0000000000000000000000000Z");
    EXPECT_EQ((Id128{1, 0}.to_string()), "0000000000000G000000000000");
}

TEST(Id128, ReadsBackWhatItPrinted) {
    SeededRandom random(7);

    for (int i = 0; i < 1000; ++i) {
        const Id128 id{random.next(), random.next()};
        ASSERT_EQ(Id128::parse(id.to_string()).value(), id);
        ASSERT_EQ(Id128::parse_uuid(id.to_uuid()).value(), id);
    }
}

TEST(Id128, RefusesTextThatIsNotAnId) {
    for (const char* text :
         {"",
          "0",
          "0000000000000000000000000",
          "000000000000000000000000000",
          "80000000000000000000000000",
          "Z0000000000000000000000000",
          "0000000000000000000000000I",
          "0000000000000000000000000L",
          "0000000000000000000000000O",
          "0000000000000000000000000U",
          "0000000000000000000000000z",
          "0000000000000000000000000 ",
          "0000000000000-000000000000"}) {
        const auto id = Id128::parse(text);

        ASSERT_FALSE(id.has_value()) << text;
        EXPECT_EQ(id.error().code, ErrorCode::invalid);
    }
}

TEST(Id128, SortsByTimeAsNumberAndAsText) {
    SeededRandom random(1);
    std::vector<Id128> ids;
    for (int i = 0; i < 200; ++i) {
        ids.push_back(Id128::generate(at_millis(1'000 + i), Bucket{9}, random));
    }

    EXPECT_TRUE(std::ranges::is_sorted(ids));
    EXPECT_TRUE(std::ranges::is_sorted(ids, {}, &Id128::to_string));
    EXPECT_TRUE(std::ranges::is_sorted(ids, {}, &Id128::to_uuid));
}

TEST(Id128, CarriesItsBucket) {
    SeededRandom random(2);

    for (int bucket = 0; bucket < kBucketCount; ++bucket) {
        const auto id = Id128::generate(at_millis(5), static_cast<Bucket>(bucket), random);
        ASSERT_EQ(id.bucket(), static_cast<Bucket>(bucket));
        ASSERT_EQ(id.derive(3, 4).bucket(), static_cast<Bucket>(bucket));
    }
}

TEST(Id128, IsNewEachTimeWithinOneMillisecond) {
    SeededRandom random(3);
    std::set<Id128> seen;

    for (int i = 0; i < 10'000; ++i) {
        ASSERT_TRUE(seen.insert(Id128::generate(at_millis(5), Bucket{0}, random)).second);
    }
}

TEST(Id128, DerivesTheSameChildForTheSameStepOnly) {
    const Id128 parent{0x0123456789abcdef, 42};

    EXPECT_EQ(parent.derive(1, 2), parent.derive(1, 2));
    EXPECT_NE(parent.derive(1, 2), parent.derive(2, 1));
    EXPECT_NE(parent.derive(1, 12), parent.derive(11, 2));
    EXPECT_NE(parent.derive(0, 0), parent);
    EXPECT_NE(parent.derive(1, 2), (Id128{0x0123456789abcdef, 43}.derive(1, 2)));
}

TEST(Id128, KeepsTheParentsTimeInAChild) {
    const Id128 parent{0x0123456789abcdef, 42};

    EXPECT_EQ(parent.derive(1, 2).high >> 16, parent.high >> 16);
}

TEST(Id128, PrintsAUuidAsPostgresDoes) {
    EXPECT_EQ(
        (Id128{0x0123456789abcdef, 0xfedcba9876543210}.to_uuid()),
        "01234567-89ab-cdef-fedc-ba9876543210"
    );
}

TEST(Id128, RefusesTextThatIsNotAUuid) {
    for (const char* text :
         {"",
          "0123456789abcdeffedcba9876543210",
          "01234567-89ab-cdef-fedc-ba987654321",
          "01234567-89ab-cdef-fedc-ba98765432100",
          "01234567-89AB-CDEF-FEDC-BA9876543210",
          "0123456-789ab-cdef-fedc-ba9876543210",
          "01234567-89ab-cdef-fedcb-a9876543210",
          "01234567-89ab-cdef-fedc-ba987654321g",
          "------------------------------------"}) {
        const auto id = Id128::parse_uuid(text);

        ASSERT_FALSE(id.has_value()) << text;
        EXPECT_EQ(id.error().code, ErrorCode::invalid);
    }
}

TEST(BucketOf, IsStableBecauseStoredIdsRestOnIt) {
    EXPECT_EQ(bucket_of("m_1", "order-1"), bucket_of("m_1", "order-1"));
    EXPECT_EQ(static_cast<int>(bucket_of("", "")), 131);
}

TEST(BucketOf, SeparatesScopeFromKey) {
    int equal = 0;

    for (int i = 0; i < 64; ++i) {
        const std::string n = std::to_string(i);
        equal += bucket_of("a" + n, "bc") == bucket_of("a" + n + "b", "c") ? 1 : 0;
    }

    EXPECT_LT(equal, 8);
}

TEST(BucketOf, SpreadsKeysOverAllBuckets) {
    std::array<int, kBucketCount> hits{};

    for (int i = 0; i < 100 * kBucketCount; ++i) {
        ++hits[static_cast<std::size_t>(bucket_of("m", "order-" + std::to_string(i)))];
    }

    EXPECT_GT(std::ranges::min(hits), 50);
    EXPECT_LT(std::ranges::max(hits), 160);
}

TEST(Id, CarriesItsPrefixInText) {
    const PaymentId id(Id128{1, 2});

    EXPECT_TRUE(id.to_string().starts_with("pay_"));
    EXPECT_EQ(PaymentId::parse(id.to_string()).value(), id);
}

TEST(Id, RefusesThePrefixOfAnotherConcept) {
    const auto id = PaymentId::parse(OrderId(Id128{1, 2}).to_string());

    ASSERT_FALSE(id.has_value());
    EXPECT_EQ(id.error().code, ErrorCode::invalid);
    EXPECT_NE(id.error().message.find("pay_"), std::string::npos);
}

TEST(Id, RefusesBareText) {
    EXPECT_FALSE(PaymentId::parse(Id128{1, 2}.to_string()).has_value());
    EXPECT_FALSE(PaymentId::parse("pay_").has_value());
}

TEST(Id, IsNotMadeFromAnotherIdOrFromText) {
    static_assert(!std::is_convertible_v<OrderId, PaymentId>);
    static_assert(!std::is_constructible_v<PaymentId, OrderId>);
    static_assert(!std::is_convertible_v<std::string, PaymentId>);
    static_assert(!std::is_convertible_v<Id128, PaymentId>);
    EXPECT_TRUE(PaymentId().is_nil());
    EXPECT_FALSE(PaymentId(Id128{0, 1}).is_nil());
}

}  // namespace
}  // namespace sluice
