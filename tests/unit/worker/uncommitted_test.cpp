#include "worker/uncommitted.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace sluice::worker {
namespace {

const PaymentId kFirst{Id128{1, 1}};
const PaymentId kSecond{Id128{1, 2}};

StartPayment wish(const std::string& merchant, const std::string& order, const std::string& key) {
    StartPayment start;
    start.payment.merchant_id = merchant;
    start.order.merchant_order_number = order;
    start.idempotency_key = key;
    return start;
}

TEST(UncommittedRuns, LetARunInOnceUntilItsBatchIsDone) {
    Uncommitted uncommitted;
    std::optional entry(uncommitted.take(kFirst, nullptr));

    EXPECT_TRUE(*entry);
    EXPECT_FALSE(uncommitted.take(kFirst, nullptr));
    EXPECT_TRUE(uncommitted.take(kSecond, nullptr));
    entry.reset();
    EXPECT_FALSE(uncommitted.has(kFirst));
    EXPECT_TRUE(uncommitted.take(kFirst, nullptr));
}

TEST(UncommittedRuns, LetAnOrderAndAKeyOfAMerchantInOnce) {
    Uncommitted uncommitted;
    const StartPayment first = wish("alpha", "A-1", "k-1");
    const auto entry = uncommitted.take(kFirst, &first);

    const StartPayment same_order = wish("alpha", "A-1", "k-2");
    const StartPayment same_key = wish("alpha", "A-2", "k-1");
    const StartPayment other = wish("beta", "A-1", "k-1");
    EXPECT_FALSE(uncommitted.take(kSecond, &same_order));
    EXPECT_FALSE(uncommitted.take(kSecond, &same_key));
    EXPECT_TRUE(uncommitted.take(kSecond, &other));
}

TEST(UncommittedRuns, KeepNothingOfAStartTheyTurnAway) {
    Uncommitted uncommitted;
    const StartPayment first = wish("alpha", "A-1", "k-1");
    const auto entry = uncommitted.take(kFirst, &first);
    const StartPayment turned_away = wish("alpha", "A-2", "k-1");
    ASSERT_FALSE(uncommitted.take(kSecond, &turned_away));

    const StartPayment later = wish("alpha", "A-2", "");
    EXPECT_TRUE(uncommitted.take(kSecond, &later));
}

TEST(UncommittedRuns, TakeStartsWithoutAKeyForDifferentOnes) {
    Uncommitted uncommitted;
    const StartPayment one = wish("alpha", "A-1", "");
    const StartPayment two = wish("alpha", "A-2", "");
    const auto entry = uncommitted.take(kFirst, &one);

    EXPECT_TRUE(uncommitted.take(kSecond, &two));
}

TEST(UncommittedRuns, MoveWithTheirOwner) {
    Uncommitted uncommitted;
    std::optional<Uncommitted::Entry> owner(uncommitted.take(kFirst, nullptr));
    Uncommitted::Entry other = std::move(*owner);
    owner.reset();

    EXPECT_TRUE(uncommitted.has(kFirst));
    other = Uncommitted::Entry{};
    EXPECT_FALSE(uncommitted.has(kFirst));
}

}  // namespace
}  // namespace sluice::worker
