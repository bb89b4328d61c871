#include "notify/fair_queue.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace sluice::notify {
namespace {

EndpointId endpoint(std::uint64_t number) { return EndpointId(Id128{.high = 1, .low = number}); }

class FairTurns : public ::testing::Test {
  protected:
    void given(FairQueue& queue, std::uint64_t receiver, int count) {
        for (int i = 0; i < count; ++i) {
            DueDelivery delivery;
            delivery.id = DeliveryId(Id128{.high = 2, .low = ++made_});
            delivery.endpoint = endpoint(receiver);
            EXPECT_TRUE(queue.add(delivery));
        }
    }
    /// Whose deliveries are sent next, as far as any may be.
    static std::vector<std::uint64_t> sent(FairQueue& queue) {
        std::vector<std::uint64_t> order;
        while (const auto next = queue.next()) {
            order.push_back(next->endpoint.raw().low);
        }
        return order;
    }

    std::uint64_t made_ = 0;
};

TEST_F(FairTurns, GoRoundTheEndpoints) {
    FairQueue queue({.per_endpoint = 10, .total = 100});
    given(queue, 1, 3);
    given(queue, 2, 1);
    given(queue, 3, 2);

    EXPECT_EQ(sent(queue), (std::vector<std::uint64_t>{1, 2, 3, 1, 3, 1}));
}

TEST_F(FairTurns, PassOverAnEndpointWithoutAnswers) {
    FairQueue queue({.per_endpoint = 2, .total = 100});
    given(queue, 1, 5);
    EXPECT_EQ(sent(queue), (std::vector<std::uint64_t>{1, 1}));
    given(queue, 2, 2);

    EXPECT_EQ(sent(queue), (std::vector<std::uint64_t>{2, 2}));
    EXPECT_EQ(queue.under_way(), 4U);
    EXPECT_EQ(queue.waiting(), 3U);
}

TEST_F(FairTurns, GoOnWhenAnAttemptHasEnded) {
    FairQueue queue({.per_endpoint = 1, .total = 100});
    given(queue, 1, 2);
    const auto first = queue.next();
    ASSERT_TRUE(first.has_value());
    ASSERT_FALSE(queue.next().has_value());

    queue.finished(first->endpoint, first->id);

    EXPECT_EQ(sent(queue), (std::vector<std::uint64_t>{1}));
}

TEST_F(FairTurns, LeaveRoomForOthersHoweverManyDoNotAnswer) {
    FairQueue queue({.per_endpoint = 1'000, .total = 64});
    for (std::uint64_t receiver = 1; receiver <= 7; ++receiver) {
        given(queue, receiver, 200);
    }
    sent(queue);
    EXPECT_LT(queue.under_way(), 64U);
    given(queue, 99, 1);

    EXPECT_EQ(sent(queue), (std::vector<std::uint64_t>{99}));
}

TEST_F(FairTurns, KnowWhatTheyHaveAlready) {
    FairQueue queue({.per_endpoint = 1, .total = 10});
    DueDelivery delivery;
    delivery.id = DeliveryId(Id128{.high = 2, .low = 1});
    delivery.endpoint = endpoint(1);
    ASSERT_TRUE(queue.add(delivery));
    EXPECT_FALSE(queue.add(delivery)) << "waiting";
    ASSERT_TRUE(queue.next().has_value());
    EXPECT_FALSE(queue.add(delivery)) << "under way";

    queue.finished(delivery.endpoint, delivery.id);
    EXPECT_TRUE(queue.add(delivery)) << "over";
}

TEST_F(FairTurns, HaveBoundedRoomForEachEndpoint) {
    FairQueue queue({.per_endpoint = 2, .total = 10, .waiting = 3});
    EXPECT_EQ(queue.room(endpoint(1)), 3U);
    given(queue, 1, 3);
    EXPECT_EQ(queue.room(endpoint(1)), 0U);
    EXPECT_EQ(queue.room(endpoint(2)), 3U);
    EXPECT_EQ(queue.loaded(endpoint(1)), 3U);

    sent(queue);

    EXPECT_EQ(queue.room(endpoint(1)), 2U);
    EXPECT_EQ(queue.loaded(endpoint(1)), 3U);
}

TEST_F(FairTurns, ForgetWhatWaitsButNotWhatIsUnderWay) {
    FairQueue queue({.per_endpoint = 1, .total = 10});
    given(queue, 1, 3);
    given(queue, 2, 1);
    const auto first = queue.next();
    queue.forget(endpoint(1));

    EXPECT_EQ(queue.under_way(), 1U);
    EXPECT_EQ(queue.waiting(), 1U);
    queue.forget_all();
    EXPECT_EQ(queue.waiting(), 0U);
    EXPECT_FALSE(queue.next().has_value());
    queue.finished(first->endpoint, first->id);
    EXPECT_EQ(queue.under_way(), 0U);
    given(queue, 1, 1);
    EXPECT_EQ(sent(queue), (std::vector<std::uint64_t>{1}));
}

}  // namespace
}  // namespace sluice::notify
