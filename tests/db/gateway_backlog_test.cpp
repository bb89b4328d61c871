// What waits for people, by kind and age, as operators are told it.
#include <gtest/gtest.h>

#include "db/pool.hpp"
#include "gateway/backlog_store.hpp"
#include "support/test_database.hpp"

namespace sluice::testing {
namespace {

const std::string kRun = "00000000-0000-0100-0000-000000000001";

class GatewayBacklog : public ::testing::Test {
  protected:
    void run(const std::string& sql) {
        const auto done = owner_.run(sql);
        ASSERT_TRUE(done.has_value()) << done.error().message;
    }
    void given_task(const std::string& kind, const std::string& opened_at) {
        run("INSERT INTO sluice.task (id, run_id, merchant_id, service, kind, title_en, title_zh, "
            "role, needed, form, opened_at, escalate_role) VALUES (gen_random_uuid(), '" +
            kRun + "', 'shop', 'payout', '" + kind + "', 'T', 'T', 'finance', 1, '[]', '" +
            opened_at + "', '')");
    }
    void given_case(const std::string& kind, const std::string& opened_at) {
        run("INSERT INTO sluice.money_case (id, kind, run_id, currency, amount, detail, opened_at) "
            "VALUES (gen_random_uuid(), '" +
            kind + "', '" + kRun + "', 'CNY', 1, '', '" + opened_at + "')");
    }
    std::string metrics() {
        const auto backlog = store_->count(kNow);
        EXPECT_TRUE(backlog.has_value()) << backlog.error().message;
        return backlog ? gateway::backlog_metrics(*backlog) : "";
    }

    static inline const Time kNow = *parse_rfc3339("2026-01-10T00:00:00Z");
    TestDatabase database_;
    db::Connection owner_ = database_.connect();
    db::Pool pool_{database_.conninfo(), {.connection = {.role = "sluice_app"}}};
    std::unique_ptr<gateway::BacklogStore> store_ = gateway::make_backlog_store(pool_);
};

TEST_F(GatewayBacklog, IsNothingWhereNobodyIsWaitedFor) { EXPECT_EQ(metrics(), ""); }

TEST_F(GatewayBacklog, IsCountedByKindAndAge) {
    given_task("approve", "2026-01-09T23:30:00Z");
    given_task("approve", "2026-01-09T23:00:00Z");
    given_task("approve", "2026-01-08T23:00:00Z");
    given_task("resolve", "2026-01-01T00:00:00Z");
    given_case("conflicted", "2026-01-09T00:00:01Z");
    given_case("conflicted", "2026-01-09T00:00:02Z");

    EXPECT_EQ(
        metrics(),
        "sluice_open_cases{kind=\"conflicted\",waiting=\"under_1d\"} 2\n"
        "sluice_open_tasks{kind=\"approve\",waiting=\"under_1h\"} 1\n"
        "sluice_open_tasks{kind=\"approve\",waiting=\"under_1d\"} 1\n"
        "sluice_open_tasks{kind=\"approve\",waiting=\"under_3d\"} 1\n"
        "sluice_open_tasks{kind=\"resolve\",waiting=\"over_3d\"} 1\n"
        "sluice_open_case_oldest_seconds{kind=\"conflicted\"} 86399\n"
        "sluice_open_task_oldest_seconds{kind=\"approve\"} 90000\n"
        "sluice_open_task_oldest_seconds{kind=\"resolve\"} 777600\n"
    );
}

TEST_F(GatewayBacklog, LeavesOutWhatIsOver) {
    given_task("approve", "2026-01-09T23:30:00Z");
    given_case("surplus", "2026-01-09T00:00:00Z");
    run("UPDATE sluice.task SET status = 'denied', decided_at = opened_at");
    run("UPDATE sluice.money_case SET status = 'closed'");

    EXPECT_EQ(metrics(), "");
}

}  // namespace
}  // namespace sluice::testing
