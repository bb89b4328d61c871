// The audit itself: it finds nothing in sound books, and each fault that is put into a copy of
// them.
#include "faults/audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/node_shop.hpp"

namespace sluice::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The books of two paid orders and one that was closed, from a real run. A fault is put into them
/// in a transaction that is never committed.
class Audit : public ::testing::Test {
  protected:
    void SetUp() override {
        for (int i = 0; i < 3; ++i) {
            const CompositeOrder order = shop_.next_order();
            const PaymentView begun = shop_.begin(order);
            acknowledged_[order.number] = begun.id();
            if (i < 2) {
                ASSERT_TRUE(cluster_.psp().pay(begun.channel_number()));
            } else {
                shop_.close(begun.id());
            }
            paid_ = i == 0 ? PaymentId::parse(begun.id())->raw().to_uuid() : paid_;
        }
        ASSERT_TRUE(wait_until_quiet(cluster_));
        run("BEGIN");
    }

    void run(const std::string& sql) {
        const auto done = connection_.run(sql);
        ASSERT_TRUE(done.has_value()) << done.error().message;
    }
    /// The audit of the books with the fault in them; afterwards they are as they were.
    std::vector<std::string> findings_with(const std::string& fault) {
        if (!fault.empty()) {
            run(fault);
        }
        auto findings = audit(books_, acknowledged_).findings;
        run("ROLLBACK; BEGIN");
        return findings;
    }

    Cluster cluster_;
    Shop shop_{cluster_};
    std::map<std::string, std::string> acknowledged_;
    std::string paid_;
    db::Connection connection_ = cluster_.connect();
    Books books_ = books_of(cluster_, connection_);
};

TEST_F(Audit, FindsEachFaultThatIsPutIntoSoundBooks) {
    books_.channel = cluster_.psp().books();
    ASSERT_THAT(findings_with(""), IsEmpty());
    const std::string of_paid = " WHERE run_id = '" + paid_ + "' AND kind = 'external'";
    const std::pair<std::string, std::string> faults[] = {
        {"DELETE FROM sluice.payment WHERE id = '" + paid_ + "'", "is lost"},
        {"INSERT INTO sluice.instruction (id, run_id, leg, kind, channel, channel_account, "
         "scene, currency, amount, status, merchant, created_at) SELECT gen_random_uuid(), "
         "run_id, leg, kind, channel, channel_account, scene, currency, amount, status, "
         "merchant, created_at FROM sluice.instruction" +
             of_paid,
         "took the money at the channel twice"},
        {"UPDATE sluice.instruction SET status = 'closed'" + of_paid,
         "is SUCCESS at the channel and closed here"},
        {"UPDATE sluice.payment SET status = 'closed' WHERE id = '" + paid_ + "'",
         "was paid at the channel, is closed here and has no case"},
        {"UPDATE sluice.instruction SET amount = amount + 1" + of_paid,
         "has another amount at the channel"},
        {"UPDATE sluice.instruction SET status = 'pending' WHERE id = (SELECT id FROM "
         "sluice.instruction WHERE kind = 'internal' LIMIT 1)",
         "a final payment has an instruction that is open"},
        {"UPDATE sluice.balance SET cr = cr + 1 WHERE cr > dr", "the cards hold"},
        {"UPDATE sluice.orders SET paid = paid - 1 WHERE paid > 0",
         "paid amount is not what its payments collected"},
        {"DELETE FROM sluice.event WHERE object_id = '" + paid_ + "'", "has not exactly one event"},
        {"ALTER DOMAIN sluice.journal_amounts DROP CONSTRAINT journal_has_lines; "
         "ALTER DOMAIN sluice.journal_amounts DROP CONSTRAINT journal_balances; "
         "ALTER TABLE sluice.journal DISABLE TRIGGER journal_stays, "
         "DROP CONSTRAINT journal_has_lines; "
         "UPDATE sluice.journal SET amounts = amounts[1:1]",
         "journals_have_their_lines"},
        {"ALTER TABLE sluice.account_entry DISABLE TRIGGER account_entry_stays; "
         "DELETE FROM sluice.account_entry WHERE number = 1",
         "entry_numbers_have_no_gap"},
    };

    for (const auto& [fault, finding] : faults) {
        EXPECT_THAT(findings_with(fault), Contains(HasSubstr(finding))) << fault;
    }
}

TEST_F(Audit, FindsWhatOnlyTheChannelOrOnlyACallerKnows) {
    books_.channel = cluster_.psp().books();
    const auto sound = books_.channel;

    books_.channel.back().out_trade_no = "00000000000000000000000000";
    EXPECT_THAT(findings_with(""), Contains(HasSubstr("which nothing here explains")));
    books_.channel = sound;
    for (ChannelOrder& order : books_.channel) {
        order.payments *= 2;
    }
    EXPECT_THAT(findings_with(""), Contains(HasSubstr("paid more than once")));
    books_.channel.clear();
    EXPECT_THAT(findings_with(""), Contains(HasSubstr("has never heard of it")));
    books_.channel = sound;
    acknowledged_["never stored"] = acknowledged_.begin()->second;
    EXPECT_THAT(findings_with(""), Contains(HasSubstr("never stored was acknowledged")));
}

}  // namespace
}  // namespace sluice::testing
