#include "faults/paid_once.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {

using ::testing::IsEmpty;

void expect_paid_once(Cluster& cluster, Teller& teller) {
    ASSERT_TRUE(wait_until_quiet(cluster))
        << ::testing::PrintToString(cluster.query("SELECT * FROM sluice.flow_run LIMIT 5"));
    const std::int64_t paid = std::stoll(cluster.query_one(
        "SELECT coalesce(sum(amount), 0)::text FROM sluice.payout WHERE status = 'succeeded'"
    ));
    EXPECT_EQ(
        cluster.query_one("SELECT count(*) FROM sluice.payout WHERE status NOT IN "
                          "('succeeded', 'failed')"),
        "0"
    );
    EXPECT_EQ(teller.bank().paid(), paid);
    EXPECT_EQ(teller.booked("2203"), 0);
    EXPECT_EQ(teller.booked("1103"), -paid);
    EXPECT_EQ(teller.balance_of(teller.account()), kAvailableForAll - paid);
    EXPECT_THAT(
        cluster.query("SELECT p.id, p.status FROM sluice.payout p WHERE (SELECT count(*) "
                      "FROM sluice.instruction i WHERE i.run_id = p.id "
                      "AND i.status = 'succeeded') <> (p.status = 'succeeded')::integer"),
        IsEmpty()
    ) << "payouts without the instructions that their status says";
    EXPECT_THAT(unsound_ledger(cluster), IsEmpty());
    EXPECT_THAT(cluster.query("SELECT * FROM sluice.quarantine"), IsEmpty());
}

Reply post_until_answered(Cluster& cluster, const std::string& path, const Value& body) {
    Reply reply;
    const bool answered = eventually([&] {
        reply = cluster.api().post(path, body);
        if (reply.should_be_sent_again()) {
            let_pass(std::chrono::milliseconds{30});
            return false;
        }
        return true;
    });
    static_cast<void>(answered);
    return reply;
}

Value batch_of(const WantedBatch& wanted) {
    const auto& [count, bad, batch_number, lines_begin] = wanted;
    ValueArray lines;
    std::int64_t total = 0;
    for (std::size_t i = 0; i < count; ++i) {
        // A bad line has the number of the line before it.
        const bool is_bad = bad > 0 && i % (count / bad) == 1;
        const std::size_t number = is_bad ? i - 1 : i;
        Value line =
            Teller::body_of({.number = lines_begin + std::to_string(number), .amount = 1'000});
        total += 1'000;
        lines.push_back(std::move(line));
    }
    Value body;
    body.set("merchant_batch_number", batch_number);
    body.set("currency", "CNY");
    body.set("count", static_cast<std::int64_t>(count));
    body.set("total_amount", total);
    body.set("lines", std::move(lines));
    return body;
}

}  // namespace sluice::testing
