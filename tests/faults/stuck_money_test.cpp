// Real processes: a refund that no way takes goes as two people of finance say, through the death
// of a process between their votes, and whom they name stands nowhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/edited_scripts.hpp"
#include "faults/people.hpp"
#include "faults/teller.hpp"
#include "faults/written.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kName = "marked payee 李";
constexpr const char* kAccount = "6222029988776655443";

/// People are asked before a refund fails, and two of them about any amount.
const std::vector<ScriptEdit> kAsking{
    {"scripts/refund_ways/refund_ways.lua",
     "    return { ways = ways }",
     "    list.insert(ways, { way = \"task\" })\n    return { ways = ways }"},
    {"scripts/approval/give_back_approval.lua", "money(1000000,", "money(1,"}
};

class StuckMoney : public ::testing::Test {
  protected:
    /// A refund of what the channel collected, which the channel does not give back; its id.
    std::string given_stuck_refund() {
        const PaymentView begun = shop_.begin(shop_.next_order());
        EXPECT_TRUE(cluster_.psp().pay(begun.channel_number()));
        EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
        cluster_.psp().order_fault({.operation = "refund", .kind = "refund_abnormal"});
        Value body;
        body.set("payment_id", begun.id());
        body.set("merchant_refund_number", "R-1");
        body.set("amount", kChannelPart);
        body.set("currency", "CNY");
        body.set("reason", "the goods came back");
        const Reply refund = cluster_.api().post("/v1/refunds", body, {{"Prefer", "wait=0"}});
        EXPECT_EQ(refund.status, 201) << refund.why;
        return refund.text("id");
    }
    static Value outside(const std::string& who) {
        return Value(ValueObject{{"how", "by_bank"}, {"evidence", "slip seen by " + who}});
    }
    static Value to_payee(const ValueObject& payee) {
        const Value named(ValueObject{{"method", "bank_account"}, {"payee", Value(payee)}});
        return Value(ValueObject{{"how", "payout"}, {"payee", named}});
    }
    Reply keep(Reply reply) {
        answers_.push_back({"an answer", to_json(reply.body) + reply.why});
        return reply;
    }
    std::string ended(const std::string& refund) {
        std::string status;
        EXPECT_TRUE(eventually([&] {
            status = cluster_.api().get("/v1/refunds/" + refund).text("status");
            return status == "succeeded" || status == "failed";
        }));
        return status;
    }
    void expect_nothing_owed() {
        EXPECT_TRUE(wait_until_quiet(cluster_));
        for (const char* gl : {"2201", "2202", "2203"}) {
            EXPECT_EQ(teller_.booked(gl), 0) << gl;
        }
        EXPECT_EQ(
            cluster_.query_one("SELECT kind || ' ' || status FROM sluice.money_case"),
            "refund_due closed"
        );
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
        EXPECT_THAT(cluster_.query("SELECT * FROM sluice.quarantine"), IsEmpty());
    }

    EditedScripts scripts_{kAsking};
    Cluster cluster_{{.more_configuration = People::keys(), .root = scripts_.root()}};
    Shop shop_{cluster_};
    People people_{cluster_};
    Teller teller_{cluster_, 1'000};
    std::vector<Written> answers_;
};

TEST_F(StuckMoney, IsPaidOnceToWhomTwoPeopleNameThroughADeathBetweenTheirVotes) {
    const std::string refund = given_stuck_refund();
    const std::string task = people_.wait_for_task();
    const Value first =
        to_payee({{"name", kName}, {"account_number", kAccount}, {"bank_code", "102100099996"}});
    const Value in_another_order =
        to_payee({{"bank_code", "102100099996"}, {"account_number", kAccount}, {"name", kName}});
    const Value wrong = to_payee({{"name", kName}, {"account_number", kAccount}});

    EXPECT_EQ(keep(people_.approve("zhao.min", task, wrong)).status, 400);
    EXPECT_EQ(keep(people_.approve("li.lei", task, first)).status, 403) << "not of finance";
    EXPECT_EQ(keep(people_.approve("zhao.min", task, first)).text("status"), "open");
    cluster_.kill_node(0);
    cluster_.start_node(0);
    const Reply again = keep(people_.approve("zhao.min", task, in_another_order));
    EXPECT_EQ(again.text("status"), "open") << "the same again is the same: " << again.why;
    teller_.bank().order_fault({.operation = "payout", .kind = "drop_after"});
    teller_.bank().order_fault({.operation = "payout_callback", .kind = "missing", .count = -1});
    EXPECT_EQ(keep(people_.approve("sun.li", task, in_another_order)).text("status"), "approved");
    ASSERT_TRUE(eventually([&] { return teller_.bank().payouts().size() == 1; }));
    cluster_.kill_node(0);
    cluster_.start_node(0);

    EXPECT_EQ(ended(refund), "succeeded");
    EXPECT_THAT(teller_.bank().payouts(), SizeIs(1));
    EXPECT_EQ(teller_.bank().paid(), kChannelPart);
    EXPECT_EQ(teller_.booked("1103"), -kChannelPart);
    expect_nothing_owed();
    keep(cluster_.api().get("/v1/refunds/" + refund + "/timeline"));
    keep(cluster_.api().get("/v1/tasks/" + task));
    std::vector<Written> all = everything_written(cluster_);
    all.insert(all.end(), answers_.begin(), answers_.end());
    EXPECT_THAT(
        found_in(all, {{"the payee's name", kName}, {"the payee's account", kAccount}}), IsEmpty()
    );
}

TEST_F(StuckMoney, ThatWasGivenBackOutsideIsBookedOnceThroughTheSameDeath) {
    const std::string refund = given_stuck_refund();
    const std::string task = people_.wait_for_task();

    EXPECT_EQ(people_.approve("zhao.min", task, outside("zhao.min")).text("status"), "open");
    cluster_.kill_node(0);
    cluster_.start_node(0);
    EXPECT_EQ(people_.approve("sun.li", task, outside("sun.li")).text("status"), "approved");

    EXPECT_EQ(ended(refund), "succeeded");
    EXPECT_EQ(
        cluster_.query_one("SELECT sum(e.side * e.amount)::text FROM sluice.entry e "
                           "JOIN sluice.account a ON a.id = e.account_id "
                           "WHERE a.gl = '1001' AND a.owner = 'own_bank'"),
        std::to_string(-kChannelPart)
    );
    EXPECT_THAT(teller_.bank().payouts(), IsEmpty());
    expect_nothing_owed();
    const Reply timeline = cluster_.api().get("/v1/refunds/" + refund + "/timeline");
    EXPECT_THAT(to_json(timeline.body), ::testing::HasSubstr("slip seen by sun.li"));
}

}  // namespace
}  // namespace sluice::testing
