// Payouts that wait for people, over real sockets: nothing leaves before they agree, and then once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/edited_scripts.hpp"
#include "faults/people.hpp"
#include "faults/teller.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kAvailable = 20'000'000;
constexpr std::int64_t kForOne = 6'000'000;
constexpr std::int64_t kForTwo = 7'000'001;

/// The simulated bank pays no amount for which the repository's policy asks two people.
const std::vector<ScriptEdit> kLowerLimit{
    {"scripts/approval/payout_approval.lua", "money(50000000, currency)", "money(7000000, currency)"
    }
};

class Approvals : public ::testing::Test {
  protected:
    void expect_sound(std::int64_t paid) {
        EXPECT_TRUE(wait_until_quiet(cluster_));
        EXPECT_EQ(teller_.booked("2203"), 0) << "payouts in process";
        EXPECT_EQ(teller_.bank().paid(), paid) << "what the bank paid";
        EXPECT_EQ(teller_.balance_of(teller_.account()), kAvailable - paid);
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
    }

    EditedScripts scripts_{kLowerLimit};
    Cluster cluster_{{.more_configuration = People::keys(), .root = scripts_.root()}};
    Teller teller_{cluster_, kAvailable};
    People people_{cluster_};
};

TEST_F(Approvals, OfTwoPeopleLetALargePayoutLeaveOnceAlthoughTheProcessDiesBetweenThem) {
    const Reply begun = teller_.pay({.number = "P-1", .amount = kForTwo});
    ASSERT_EQ(begun.status, 201) << begun.why;
    const std::string task = people_.wait_for_task();
    EXPECT_EQ(begun.text("status"), "pending");
    EXPECT_THAT(teller_.bank().payouts(), IsEmpty());
    EXPECT_EQ(teller_.balance_of(teller_.account()), kAvailable) << "nothing is taken yet";

    EXPECT_EQ(people_.approve("zhao.min", task).text("status"), "open");
    cluster_.kill_node(0);
    cluster_.start_node(0);
    EXPECT_EQ(people_.approve("zhao.min", task).text("status"), "open");
    EXPECT_THAT(teller_.bank().payouts(), IsEmpty());
    EXPECT_EQ(people_.approve("li.lei", task).status, 403) << "not of finance";
    EXPECT_EQ(people_.approve("sun.li", task).text("status"), "approved");

    EXPECT_EQ(
        teller_.wait_for_status(begun.text("id"), "succeeded").text_or_empty("status"), "succeeded"
    );
    EXPECT_THAT(teller_.bank().payouts(), SizeIs(1));
    EXPECT_EQ(
        cluster_.query_one("SELECT string_agg(type, ' ' ORDER BY type) FROM sluice.event "
                           "WHERE type LIKE 'task.%'"),
        "task.decided task.opened"
    );
    expect_sound(kForTwo);
}

TEST_F(Approvals, ThatAreDeniedLeaveTheMoneyWhereItIs) {
    const Reply begun = teller_.pay({.number = "P-1", .amount = kForOne});
    const std::string task = people_.wait_for_task();

    EXPECT_EQ(people_.deny("zhao.min", task).text("status"), "denied");

    const Value ended = teller_.wait_for_status(begun.text("id"), "failed");
    EXPECT_EQ(ended.find("failure")->text_or_empty("code"), "approval_denied");
    EXPECT_THAT(teller_.bank().payouts(), IsEmpty());
    EXPECT_EQ(people_.approve("sun.li", task).status, 409) << "it is over";
    expect_sound(0);
}

TEST_F(Approvals, AreNotForWhoeverStartsPayouts) {
    const Reply begun = teller_.pay({.number = "P-1", .amount = kForOne});
    const std::string task = people_.wait_for_task();
    Value body;
    body.set("verdict", "approve");

    const Reply refused = cluster_.api().post("/v1/tasks/" + task + "/votes", body);

    EXPECT_EQ(refused.status, 403) << refused.why;
    EXPECT_EQ(cluster_.api().get("/v1/tasks/" + task).text("object_id"), begun.text("id"));
    EXPECT_THAT(teller_.bank().payouts(), IsEmpty());
}

}  // namespace
}  // namespace sluice::testing
