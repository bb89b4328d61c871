// A journal that does not fit its script any more: the run is parked and nothing is sent for it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/journal.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class TamperedJournal : public ::testing::Test {
  protected:
    void SetUp() override {
        // Nothing may come but by the callback that a test sends itself.
        cluster_.psp().order_fault({.operation = "callback", .kind = "missing", .count = -1});
    }

    /// The decision of the first activation names another channel account than it did.
    void tamper_with(const PaymentView& payment) {
        ASSERT_GT(tamper_with_journal(cluster_, payment.id(), {"wx-main", "wx-evil"}), 0U);
    }

    bool is_quarantined() {
        return eventually([this] {
            return cluster_.query_one(
                       "SELECT count(*) FROM sluice.flow_run WHERE state = 'quarantined'"
                   ) == "1";
        });
    }

    /// Long enough for a living run to ask the channel twice.
    void let_another_payment_ask_twice() {
        const PaymentView other = shop_.begin(shop_.next_order());
        EXPECT_TRUE(eventually([&] {
            return cluster_.psp().order(other.channel_number()).queries >= 2;
        }));
    }

    Cluster cluster_;
    Shop shop_{cluster_};
};

TEST_F(TamperedJournal, ParksTheRunAndKeepsTheCallback) {
    const PaymentView begun = shop_.begin(shop_.next_order());
    tamper_with(begun);
    cluster_.kill_node(0);
    cluster_.start_node(0);
    ASSERT_TRUE(cluster_.serves_everything());

    EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
    const int answered = cluster_.psp().send_callback(begun.channel_number(), "resend");

    EXPECT_THAT(answered, ::testing::AnyOf(200, 204));
    ASSERT_TRUE(is_quarantined());
    EXPECT_EQ(cluster_.query_one("SELECT count(*) FROM sluice.late_fact"), "1");
    EXPECT_THAT(cluster_.query("SELECT reason FROM sluice.quarantine"), SizeIs(1));
    EXPECT_THAT(cluster_.query("SELECT 1 FROM sluice.money_case WHERE status = 'open'"), SizeIs(1));
    EXPECT_EQ(shop_.payment(begun.id()).status(), "pending");
    EXPECT_EQ(shop_.card_held(), kCardPart);
    EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
}

TEST_F(TamperedJournal, LetsNothingBeSentAnyMore) {
    const PaymentView begun = shop_.begin(shop_.next_order());
    tamper_with(begun);
    cluster_.kill_node(0);
    cluster_.start_node(0);
    ASSERT_TRUE(is_quarantined()) << "its timer does not wake it";

    const ChannelOrder before = cluster_.psp().order(begun.channel_number());
    shop_.close(begun.id());
    let_another_payment_ask_twice();
    cluster_.kill_node(0);
    cluster_.start_node(0);
    let_another_payment_ask_twice();
    const ChannelOrder after = cluster_.psp().order(begun.channel_number());

    EXPECT_EQ(after.queries, before.queries);
    EXPECT_EQ(after.closes, before.closes);
    EXPECT_EQ(after.creates, before.creates);
    EXPECT_TRUE(is_quarantined());
}

TEST_F(TamperedJournal, LeavesOtherPaymentsAlone) {
    const PaymentView broken = shop_.begin(shop_.next_order());
    const PaymentView sound = shop_.begin(shop_.next_order());
    tamper_with(broken);
    cluster_.kill_node(0);
    cluster_.start_node(0);

    EXPECT_TRUE(cluster_.psp().pay(broken.channel_number()));
    EXPECT_TRUE(cluster_.psp().pay(sound.channel_number()));

    EXPECT_EQ(shop_.wait_for_status(sound.id(), "succeeded").status(), "succeeded");
    EXPECT_TRUE(is_quarantined());
}

}  // namespace
}  // namespace sluice::testing
