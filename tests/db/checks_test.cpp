// The checks of db/checks find nothing in books that a worker wrote, and each fault that is put
// into a copy of them.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/refund_world.hpp"

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;
using payment::OutcomeKind;
using ::testing::Contains;
using ::testing::IsEmpty;

/// An order that was paid and refunded in part, one that was closed, a payout that succeeded and
/// cost us something, one of which nobody knows yet, one that failed, a compensation that a party
/// owes. A fault is put into them in a transaction that is never committed.
class Checks : public ::testing::Test {
  protected:
    void SetUp() override {
        world.services.terms = [](const flow::ChannelAddress&) {
            flow::ChannelTerms terms{"1900000109", true, std::chrono::seconds(60)};
            terms.refunds = true;
            terms.pays_out = true;
            return std::optional(terms);
        };
        const AccountId card = world.given_card(1'000'000);
        const OrderId order = world.given_paid(card);
        world.begin_refund(order, 8'000, "R-1");
        world.answer_last(world.paid());
        begin_payout(card, "P-1", order);
        payment::Outcome at_a_cost = world.paid();
        at_a_cost.fee = Money{50, cny()};
        world.answer_last(at_a_cost);
        begin_payout(card, "P-2", {});
        world.answer_last(RoundWorld::outcome(OutcomeKind::unknown));
        begin_payout(world.given_card(1), "P-3", {});
        begin_compensation("P-4", order);
        world.answer_last(world.paid());
        run("BEGIN");
    }

    void begin_payout(AccountId from, const std::string& number, OrderId makes_good) {
        payment::Payout payout;
        payout.from = {from, "2002"};
        payout.fee = Money{100, cny()};
        payout.order = makes_good;
        begin(std::move(payout), number);
    }
    void begin_compensation(const std::string& number, OrderId makes_good) {
        payment::Payout payout;
        payout.from = {{}, "1202"};
        payout.liable_party = "courier";
        payout.fee = Money{0, cny()};
        payout.order = makes_good;
        begin(std::move(payout), number);
    }
    void begin(payment::Payout payout, const std::string& number) {
        const bool is_compensation = !payout.order.is_nil();
        auto start = std::make_unique<worker::StartRun>();
        auto& subject = start->picture.subject;
        subject.id = RunId::generate(world.clock.now(), Bucket{3}, world.random);
        subject.service = payment::Service::payout;
        subject.merchant_id = "shop";
        subject.number = number;
        subject.flow = "payout";
        subject.amount = Money{5'000, cny()};
        payout.method = "bank_card";
        payout.payee_key = "k1";
        start->picture.details = std::move(payout);
        const RunId id = world.begin(std::move(start));
        if (is_compensation) {
            approve(id);
        }
    }
    void approve(RunId run) {
        worker::Input input;
        input.run_id = run;
        input.fact.kind = flow::Fact::Kind::task_vote;
        payment::TaskVote vote;
        vote.task = TaskId(
            *Id128::parse_uuid(world.value("SELECT id FROM sluice.task WHERE status = 'open'"))
        );
        vote.actor = "lena";
        vote.roles = {"finance"};
        vote.verdict = payment::Verdict::approve;
        input.fact.vote = std::make_shared<const payment::TaskVote>(std::move(vote));
        std::vector<worker::Input> inputs;
        inputs.push_back(std::move(input));
        ASSERT_TRUE(world.process(std::move(inputs)).has_value());
    }

    void run(const std::string& sql) {
        const auto done = session_.run(sql);
        ASSERT_TRUE(done.has_value()) << sql << ": " << done.error().message;
    }
    /// The names of the checks that find something, with the fault in the books.
    std::vector<std::string> found_with(const std::string& fault) {
        if (!fault.empty()) {
            run(fault);
        }
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(TestDatabase::db_dir() / "checks")) {
            std::ifstream file(entry.path());
            const std::string sql{std::istreambuf_iterator<char>(file), {}};
            const auto rows = session_.run(sql);
            EXPECT_TRUE(rows.has_value()) << entry.path() << ": " << rows.error().message;
            if (rows && !rows->empty()) {
                found.push_back(entry.path().stem().string());
            }
        }
        run("ROLLBACK; BEGIN");
        return found;
    }

    RefundWorld world;
    db::Connection session_ = world.database.connect();
};

struct Fault {
    const char* sql;
    const char* check;
};

TEST_F(Checks, FindEachFaultThatIsPutIntoSoundBooks) {
    ASSERT_THAT(found_with(""), IsEmpty());
    ASSERT_EQ(
        world.value("SELECT string_agg(status, ' ' ORDER BY merchant_number) FROM sluice.payout"),
        "succeeded pending failed succeeded"
    );
    constexpr Fault kFaults[] = {
        {"UPDATE sluice.payout_sum SET amount = amount + 1 WHERE kind = 'merchant_day'",
         "payout_sums_are_their_payouts"},
        {"UPDATE sluice.payout_sum SET amount = amount - 1 WHERE kind = 'payee_day'",
         "payout_sums_are_their_payouts"},
        {"DELETE FROM sluice.payout_sum WHERE kind = 'order'", "payout_sums_are_their_payouts"},
        {"UPDATE sluice.payout SET counted_on = NULL WHERE merchant_number = 'P-1'",
         "payout_sums_are_their_payouts"},
        {"UPDATE sluice.payout SET status = 'returned', counted_on = NULL "
         "WHERE merchant_number = 'P-4'",
         "liable_parties_owe"},
        {"UPDATE sluice.payout SET amount = amount + 1 WHERE merchant_number = 'P-4'",
         "liable_parties_owe"},
        {"UPDATE sluice.payout SET details = replace(details::text, 'courier', 'baker') "
         "WHERE merchant_number = 'P-4'",
         "liable_parties_owe"},
        {"UPDATE sluice.payout SET details = (details::jsonb - 'liable_party')::text "
         "WHERE merchant_number = 'P-4'",
         "liable_parties_owe"},
        {"DELETE FROM sluice.flow_run", "transit_is_empty_at_rest"},
        {"DELETE FROM sluice.flow_run", "runs_last_until_their_end"},
        {"UPDATE sluice.payout SET status = 'pending' WHERE merchant_number = 'P-1'",
         "runs_last_until_their_end"},
        {"UPDATE sluice.instruction SET status = 'pending' WHERE kind = 'external' "
         "AND purpose = 'refund'",
         "runs_last_until_their_end"},
        {"UPDATE sluice.payout SET amount = amount + 1 WHERE merchant_number = 'P-2'",
         "payouts_in_process_are_on_2203"},
        {"UPDATE sluice.instruction SET refunded = refunded - 1 WHERE purpose = 'collect' "
         "AND kind = 'external'",
         "claims_are_what_goes_back"},
        {"UPDATE sluice.instruction SET refunded = refunded + 1 WHERE purpose = 'collect' "
         "AND kind = 'internal'",
         "claims_are_what_goes_back"},
        {"UPDATE sluice.instruction SET refunded = 1 WHERE purpose = 'refund' "
         "AND kind = 'internal'",
         "claims_are_what_goes_back"},
        {"UPDATE sluice.orders SET refunded = refunded + 1", "orders_are_what_moved"},
        {"UPDATE sluice.orders SET paid = paid - 1", "orders_are_what_moved"},
        {"UPDATE sluice.orders SET status = 'closed'", "orders_are_what_moved"},
        {"UPDATE sluice.orders SET status = 'closed'", "ends_are_told"},
        {"DELETE FROM sluice.event WHERE type = 'payout.succeeded'", "ends_are_told"},
        {"DELETE FROM sluice.event WHERE type = 'refund.succeeded'", "ends_are_told"},
        {"UPDATE sluice.event SET type = 'payment.failed' WHERE type = 'payment.succeeded'",
         "ends_are_told"},
        {"INSERT INTO sluice.event (id, type, object_id, created_at) SELECT gen_random_uuid(), "
         "'payment.failed', id, created_at FROM sluice.payment",
         "ends_are_told"},
        {"INSERT INTO sluice.event (id, type, object_id, created_at) SELECT gen_random_uuid(), "
         "'payout.succeeded', id, created_at FROM sluice.payout WHERE status = 'pending'",
         "ends_are_told"},
        {"INSERT INTO sluice.money_case (id, kind, run_id, instruction_id, currency, amount, "
         "detail, opened_at) SELECT gen_random_uuid(), 'needs_operator', run_id, id, currency, "
         "amount, '', created_at FROM sluice.instruction WHERE purpose = 'payout' "
         "AND status = 'succeeded'",
         "doubts_end_with_their_money"},
        {"UPDATE sluice.instruction SET status = 'refused' WHERE purpose = 'payout' "
         "AND status = 'succeeded'",
         "channels_owe_what_they_moved"},
        {"UPDATE sluice.instruction SET amount = amount + 1 WHERE kind = 'external' "
         "AND purpose = 'refund'",
         "channels_owe_what_they_moved"},
        {"SET LOCAL session_replication_role = replica; "
         "UPDATE sluice.account SET gl = '5002' WHERE gl = '5001'",
         "channels_owe_what_they_moved"},
        {"SET LOCAL session_replication_role = replica; "
         "UPDATE sluice.account SET gl = '2101' WHERE gl = '1001'",
         "pending_is_never_short"},
    };

    for (const Fault& fault : kFaults) {
        EXPECT_THAT(found_with(fault.sql), Contains(std::string(fault.check))) << fault.sql;
    }
}

}  // namespace
}  // namespace sluice::testing
