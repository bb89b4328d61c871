// Legs as the database keeps them.
#include "payment/legs.hpp"

#include <gtest/gtest.h>

#include "json/json.hpp"

namespace sluice::payment {
namespace {

Result<std::vector<Leg>> read(std::string_view json) {
    return legs_from_value(json::parse(json).value(), cny());
}

std::vector<Leg> two_legs() {
    SeededRandom random(1);
    Leg card;
    card.number = 1;
    card.kind = LegKind::internal;
    card.method = "prepaid_card";
    card.account = AccountId::generate(Time{}, Bucket{3}, random);
    card.amount = Money{3000, cny()};
    Leg channel;
    channel.number = 2;
    channel.kind = LegKind::external;
    channel.method = "wechatpay";
    channel.scene = "qr";
    channel.amount = Money{7000, cny()};
    return {card, channel};
}

TEST(StoredLegs, AreReadBack) {
    const auto legs = two_legs();

    const auto again = read(to_json(to_value(legs)));

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
    EXPECT_EQ(read("{}").error().code, ErrorCode::corrupt);
    EXPECT_FALSE(read("[{\"number\":1,\"kind\":\"sideways\"}]").has_value());
    EXPECT_FALSE(read("[{\"number\":1,\"kind\":\"internal\",\"account_id\":\"x\"}]").has_value());
}

}  // namespace
}  // namespace sluice::payment
