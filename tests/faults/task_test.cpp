// Real processes: money of which the channel tells nothing is resolved by two operators, each way,
// and a process that dies between two votes forgets neither.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/edited_scripts.hpp"
#include "faults/people.hpp"
#include "faults/teller.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;

/// People are asked after two questions, and two of them for any amount. What a run that is over
/// asks goes to others after a second.
const std::vector<ScriptEdit> kImpatient{
    {"scripts/lib/25_task.lua", "QUESTIONS_MAX = 20", "QUESTIONS_MAX = 2"},
    {"scripts/approval/doubt_approval.lua", "money(1000000,", "money(1,"},
    {"scripts/approval/case_approval.lua", "local DAY = 86400", "local DAY = 1"}
};

class Tasks : public ::testing::Test {
  protected:
    /// A payment whose order at the channel exists, and of which the channel tells nothing more.
    PaymentView begin_in_doubt(const CompositeOrder& order) {
        cluster_.psp().order_fault({.operation = "query", .kind = "garbage", .count = -1});
        const std::size_t others = cluster_.psp().fault_count();
        cluster_.psp().order_fault({.operation = "create", .kind = "drop_after"});
        const Reply reply =
            cluster_.api().post("/v1/payments", body_of(order), {{"Prefer", "wait=0"}});
        EXPECT_EQ(reply.status, 201) << reply.why;
        EXPECT_TRUE(eventually([&] { return cluster_.psp().fault_count() == others; }));
        return PaymentView(reply.body);
    }

    Reply found_out(const std::string& name, const std::string& task, const std::string& outcome) {
        Value values;
        values.set("outcome", outcome);
        values.set("evidence", "the channel's hotline told " + name);
        return people_.approve(name, task, values);
    }

    EditedScripts scripts_{kImpatient};
    Cluster cluster_{{.more_configuration = People::keys(), .root = scripts_.root()}};
    Shop shop_{cluster_};
    People people_{cluster_};
};

TEST_F(Tasks, ResolveMoneyThatCameAlthoughAProcessDiesBetweenTwoVotes) {
    cluster_.psp().order_fault({.operation = "callback", .kind = "missing", .count = -1});
    const CompositeOrder order = shop_.next_order();
    const PaymentView begun = begin_in_doubt(order);
    ASSERT_TRUE(eventually([&] { return cluster_.psp().pay(begun.channel_number()); }));
    const std::string task = people_.wait_for_task();

    const Reply first = found_out("li.lei", task, "succeeded");
    EXPECT_EQ(first.status, 200) << first.why;
    EXPECT_EQ(first.text("status"), "open");
    cluster_.kill_node(0);
    cluster_.start_node(0);
    const Reply again = found_out("li.lei", task, "succeeded");
    EXPECT_EQ(again.status, 200) << again.why;
    EXPECT_EQ(again.text("status"), "open") << "one person has one vote";
    EXPECT_EQ(shop_.payment(begun.id()).status(), "pending");
    EXPECT_EQ(found_out("zhao.min", task, "succeeded").status, 403) << "not of the role";
    const Reply second = found_out("han.meimei", task, "succeeded");
    EXPECT_EQ(second.status, 200) << second.why;
    EXPECT_EQ(second.text("status"), "approved");

    const PaymentView ended = shop_.wait_for_status(begun.id(), "succeeded");
    EXPECT_EQ(ended.status(), "succeeded") << ended.shown();
    EXPECT_EQ(cluster_.psp().order(begun.channel_number()).payments, 1);
    EXPECT_EQ(found_out("zhao.min", task, "refused").status, 403);
    EXPECT_EQ(cluster_.query_one("SELECT status FROM sluice.money_case"), "closed");
    EXPECT_THAT(audit(cluster_, {{order.number, begun.id()}}).findings, IsEmpty());
}

TEST_F(Tasks, OfARunThatIsOverGoToAnotherRoleAlthoughTheProcessDied) {
    const PaymentView begun = shop_.begin(shop_.next_order());
    shop_.close(begun.id());
    ASSERT_EQ(shop_.wait_for_status(begun.id(), "closed").status(), "closed");
    cluster_.psp().order_fault({.operation = "callback", .kind = "wrong_amount"});
    ASSERT_TRUE(cluster_.psp().pay_late(begun.channel_number()));
    const std::string task = people_.wait_for_task();
    ASSERT_EQ(cluster_.query_one("SELECT kind FROM sluice.task"), "settle");
    ASSERT_EQ(cluster_.query_one("SELECT count(*) FROM sluice.flow_run"), "0");

    cluster_.kill_node(0);
    cluster_.start_node(0);

    EXPECT_TRUE(eventually([&] {
        return cluster_.query_one("SELECT escalated::text FROM sluice.task") == "true";
    }));
    EXPECT_EQ(
        cluster_.query_one("SELECT count(*) FROM sluice.event WHERE type = 'task.escalated'"), "1"
    );
    const Value shown = cluster_.api().get("/v1/tasks/" + task).body;
    EXPECT_TRUE(*shown.find("escalated")->as_bool()) << to_json(shown);
    EXPECT_EQ(shown.text_or_empty("escalate_role"), "management");
}

TEST_F(Tasks, ResolveMoneyThatNeverCameAndOnlyThenTryAnotherAccount) {
    const CompositeOrder order = shop_.next_order();
    const PaymentView begun = begin_in_doubt(order);
    const std::string first_number = begun.channel_number();
    const std::string task = people_.wait_for_task();
    EXPECT_EQ(found_out("li.lei", task, "refused").text("status"), "open");
    EXPECT_EQ(shop_.payment(begun.id()).channel_number(), first_number);

    EXPECT_EQ(found_out("han.meimei", task, "refused").text("status"), "approved");

    std::string second_number;
    ASSERT_TRUE(eventually([&] {
        second_number = shop_.payment(begun.id()).channel_number();
        return second_number != first_number && cluster_.psp().pay(second_number);
    }));
    EXPECT_EQ(shop_.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    EXPECT_EQ(cluster_.psp().order(first_number).payments, 0);
    const Reply timeline = cluster_.api().get("/v1/payments/" + begun.id() + "/timeline");
    EXPECT_THAT(
        to_json(timeline.body), ::testing::HasSubstr("the channel's hotline told han.meimei")
    );
}

/// A payout of which the bank tells nothing after this fault of its order.
class PayoutInDoubt : public Tasks {
  protected:
    Reply begin_payout(const std::string& kind) {
        teller_.bank().order_fault({.operation = "payout_query", .kind = "garbage", .count = -1});
        teller_.bank().order_fault({.operation = "payout", .kind = kind});
        return teller_.pay({.number = "P-1", .amount = 50'000});
    }
    void expect_sound() {
        EXPECT_TRUE(wait_until_quiet(cluster_));
        EXPECT_EQ(teller_.booked("2203"), 0) << "payouts in process";
        EXPECT_EQ(teller_.booked("1103"), -50'000);
        EXPECT_EQ(teller_.bank().paid(), 50'000);
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
    }

    Teller teller_{cluster_, 1'000'000};
};

TEST_F(PayoutInDoubt, EndsAsPeopleFoundOutThatTheBankPaid) {
    teller_.bank().order_fault({.operation = "payout_callback", .kind = "missing", .count = -1});
    const Reply begun = begin_payout("drop_after");
    const std::string task = people_.wait_for_task();

    EXPECT_EQ(found_out("li.lei", task, "succeeded").text("status"), "open");
    EXPECT_EQ(found_out("han.meimei", task, "succeeded").text("status"), "approved");

    const Value ended = teller_.wait_for_status(begun.text("id"), "succeeded");
    EXPECT_EQ(Teller::instructions_of(ended), "bank-main succeeded");
    EXPECT_EQ(teller_.bank().payouts().size(), 1U);
    expect_sound();
}

TEST_F(PayoutInDoubt, IsPaidByAnotherAccountOnceTheyFoundOutThatItWasNot) {
    const Reply begun = begin_payout("drop_before");
    const std::string task = people_.wait_for_task();
    EXPECT_THAT(teller_.bank().payouts(), IsEmpty());

    EXPECT_EQ(found_out("li.lei", task, "refused").text("status"), "open");
    EXPECT_EQ(found_out("han.meimei", task, "refused").text("status"), "approved");

    const Value ended = teller_.wait_for_status(begun.text("id"), "succeeded");
    EXPECT_EQ(Teller::instructions_of(ended), "bank-main refused, bank-backup succeeded");
    expect_sound();
}

}  // namespace
}  // namespace sluice::testing
