#include "worker/uncommitted.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace sluice::worker {
namespace {

const RunId kFirst{Id128{1, 1}};
const RunId kSecond{Id128{1, 2}};

StartRun wish(const std::string& merchant, const std::string& order, const std::string& key) {
    StartRun start;
    start.picture.subject.merchant_id = merchant;
    start.picture.order.merchant_order_number = order;
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
    const StartRun first = wish("alpha", "A-1", "k-1");
    const auto entry = uncommitted.take(kFirst, &first);

    const StartRun same_order = wish("alpha", "A-1", "k-2");
    const StartRun same_key = wish("alpha", "A-2", "k-1");
    const StartRun other = wish("beta", "A-1", "k-1");
    EXPECT_FALSE(uncommitted.take(kSecond, &same_order));
    EXPECT_FALSE(uncommitted.take(kSecond, &same_key));
    EXPECT_TRUE(uncommitted.take(kSecond, &other));
}

TEST(UncommittedRuns, KeepNothingOfAStartTheyTurnAway) {
    Uncommitted uncommitted;
    const StartRun first = wish("alpha", "A-1", "k-1");
    const auto entry = uncommitted.take(kFirst, &first);
    const StartRun turned_away = wish("alpha", "A-2", "k-1");
    ASSERT_FALSE(uncommitted.take(kSecond, &turned_away));

    const StartRun later = wish("alpha", "A-2", "");
    EXPECT_TRUE(uncommitted.take(kSecond, &later));
}

TEST(UncommittedRuns, TakeStartsWithoutAKeyForDifferentOnes) {
    Uncommitted uncommitted;
    const StartRun one = wish("alpha", "A-1", "");
    const StartRun two = wish("alpha", "A-2", "");
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
