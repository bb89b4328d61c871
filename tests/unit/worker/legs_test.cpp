// Legs as the database keeps them.
#include <gtest/gtest.h>

#include "worker/batch.hpp"

namespace sluice::worker {
namespace {

std::vector<payment::Leg> two_legs() {
    SeededRandom random(1);
    payment::Leg card;
    card.number = 1;
    card.kind = payment::LegKind::internal;
    card.method = "prepaid_card";
    card.account = AccountId::generate(Time{}, Bucket{3}, random);
    card.amount = Money{3000, cny()};
    payment::Leg channel;
    channel.number = 2;
    channel.kind = payment::LegKind::external;
    channel.method = "wechatpay";
    channel.scene = "qr";
    channel.amount = Money{7000, Currency::parse("USD").value()};
    return {card, channel};
}

TEST(StoredLegs, AreReadBack) {
    const auto legs = two_legs();

    const auto again = legs_from_json(legs_to_json(legs));

    ASSERT_TRUE(again.has_value()) << again.error().message;
    ASSERT_EQ(again->size(), legs.size());
    for (std::size_t i = 0; i < legs.size(); ++i) {
        EXPECT_EQ((*again)[i].number, legs[i].number);
        EXPECT_EQ((*again)[i].kind, legs[i].kind);
        EXPECT_EQ((*again)[i].method, legs[i].method);
        EXPECT_EQ((*again)[i].scene, legs[i].scene);
        EXPECT_EQ((*again)[i].account, legs[i].account);
        EXPECT_EQ((*again)[i].amount, legs[i].amount);
    }
}

TEST(StoredLegs, AreRefusedWhenTheyAreNone) {
    EXPECT_EQ(legs_from_json("{}").error().code, ErrorCode::corrupt);
    EXPECT_FALSE(legs_from_json("[{\"number\":1,\"kind\":\"sideways\"}]").has_value());
    EXPECT_FALSE(
        legs_from_json("[{\"number\":1,\"kind\":\"internal\",\"account_id\":\"x\"}]").has_value()
    );
    EXPECT_FALSE(
        legs_from_json("[{\"number\":1,\"kind\":\"external\",\"currency\":\"XXY\"}]").has_value()
    );
}

}  // namespace
}  // namespace sluice::worker
