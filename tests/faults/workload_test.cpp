// Everything at once, at random, while nodes are killed; then an auditor that was told only what
// callers and channels know predicts every fen of our books. Which check proves which property of
// a money engine stands in README.md beside this file.
#include "faults/workload.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <iterator>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/auditor.hpp"
#include "faults/edited_scripts.hpp"
#include "faults/merchants.hpp"
#include "faults/people.hpp"
#include "faults/rounds.hpp"
#include "faults/unruly.hpp"
#include "faults/witness.hpp"
#include "simulator/demo_keys.hpp"
#include "support/node_bank.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::IsEmpty;

constexpr std::size_t kKillsUsual = 6;
constexpr std::size_t kStepsBetween = 60;
constexpr std::size_t kStepsAfterwards = 60;
/// Little enough to be reached.
constexpr std::int64_t kPayeeDay = 150'000;

/// What the bank takes for each payout.
constexpr std::int64_t kPayoutFee = 7;

/// Whether what is rare has happened once. It stays so.
constexpr const char* kAllHasHappened =
    "SELECT (EXISTS (SELECT 1 FROM sluice.refund r JOIN sluice.instruction i ON i.run_id = r.id "
    "WHERE i.purpose = 'payout' AND i.status IN ('succeeded', 'returned')) "
    "AND EXISTS (SELECT 1 FROM sluice.money_case c "
    "JOIN sluice.instruction i ON i.run_id = c.run_id "
    "WHERE c.kind = 'refund_returned' AND c.status = 'closed' "
    "AND i.channel = 'own_bank' AND i.status = 'succeeded') "
    "AND EXISTS (SELECT 1 FROM sluice.payout WHERE status = 'returned') "
    "AND EXISTS (SELECT 1 FROM sluice.payout WHERE status IN ('succeeded', 'returned') "
    "AND details::jsonb ? 'liable_party') "
    "AND EXISTS (SELECT 1 FROM sluice.entry e JOIN sluice.account a ON a.id = e.account_id "
    "WHERE a.gl = '5001'))::text";

template <class Objects>
std::string counted(const std::string& name, const Objects& objects) {
    std::map<std::string, std::size_t> by_status;
    for (const auto& [id, object] : objects) {
        ++by_status[object.status];
    }
    std::string out = std::to_string(objects.size()) + " " + name + " (";
    for (const auto& [status, count] : by_status) {
        out += (out.ends_with('(') ? "" : ", ") + std::to_string(count) + " " + status;
    }
    return out + ")";
}

std::ptrdiff_t ways_like(
    const RefundTold& refund, std::string_view purpose, std::initializer_list<const char*> ends
) {
    return std::ranges::count_if(refund.ways, [&](const WayTold& way) {
        return way.purpose == purpose && std::ranges::find(ends, way.status) != ends.end();
    });
}

/// How often what happens to few objects has happened.
std::map<std::string, std::ptrdiff_t> rarities_of(const Testimony& told) {
    std::map<std::string, std::ptrdiff_t> seen{
        {"parts of refunds paid out to payees", 0},
        {"parts of refunds that came back after the end", 0},
        {"parts of refunds that came back and people gave again", 0},
        {"payouts that came back", 0},
        {"compensations that a party owed", 0},
        {"fen that payouts cost us", 0}
    };
    for (const auto& [id, refund] : told.refunds) {
        seen["parts of refunds paid out to payees"] +=
            ways_like(refund, "payout", {"succeeded", "returned"});
    }
    for (const auto& [about, word] : told.words) {
        const bool came_back = word.kind == "settle";
        seen["parts of refunds that came back after the end"] += came_back ? 1 : 0;
        seen["parts of refunds that came back and people gave again"] +=
            came_back && word.is_gift() ? 1 : 0;
    }
    for (const auto& [id, payout] : told.payouts) {
        seen["payouts that came back"] += payout.status == "returned" ? 1 : 0;
        // Until it comes back, which may be after all has happened.
        const bool was_owed = payout.status == "succeeded" || payout.status == "returned";
        seen["compensations that a party owed"] += was_owed && !payout.liable_party.empty() ? 1 : 0;
    }
    for (const auto& [key, sum] : told.booked) {
        seen["fen that payouts cost us"] -= key.first == "5001" ? sum : 0;
    }
    return seen;
}

std::string summary_of(const Testimony& told) {
    std::ptrdiff_t conversions = 0;
    std::ptrdiff_t sent_back = 0;
    for (const auto& [id, refund] : told.refunds) {
        conversions += refund.converts.empty() ? 0 : 1;
        sent_back += ways_like(refund, "payout", {"returned"});
    }
    std::string out = counted("orders", told.orders) + "; " + counted("payments", told.payments) +
                      "; " + counted("refunds", told.refunds) + ", " + std::to_string(conversions) +
                      " of them conversions; " + counted("payouts", told.payouts) + "; " +
                      counted("transfers", told.transfers);
    for (const auto& [what, count] : rarities_of(told)) {
        out += "; " + std::to_string(count) + " " + what;
    }
    return out + "; " + std::to_string(sent_back) + " payouts of refunds that came back";
}

/// The run shall end: surplus money that a channel refuses stays owed, it is not tried for days.
/// And what one payee may get in a day is little enough to be met.
std::vector<ScriptEdit> edits() {
    return {
        {"scripts/refund_ways/refund_ways.lua", "if facts.is_surplus then", "if false then"},
        {"scripts/lib/42_refund.lua", "if not self.is_surplus then", "if true then"},
        {"scripts/risk/payout_limits.lua",
         "money(500000000, currency)",
         "money(" + std::to_string(kPayeeDay) + ", currency)"}
    };
}

/// Callers that do everything at once, at nodes that are killed, with channels on a bad day.
class RandomRun {
  public:
    explicit RandomRun(std::size_t nodes)
        : seed_(fault_seed()),
          random_(seed_),
          cluster_(
              {.nodes = nodes,
               .cards = 0,
               .has_alipay = true,
               .more_configuration = merchant_keys() + People::keys("*"),
               .root = scripts_.root()}
          ) {
        make_unruly(cluster_.psp());
        make_ways_out_unruly(cluster_.psp());
        Bank(cluster_.psp().url()).charge(kPayoutFee);
        // Few are paid out in a run, and some of them shall come back.
        cluster_.psp().order_fault(
            {.operation = "payout",
             .kind = "payout_returned",
             .value = 600,
             .count = -1,
             .share_percent = 20,
             .account = std::string(simulator::kDemoBankAccount)}
        );
        workload_.start();
    }

    [[nodiscard]] Cluster& cluster() { return cluster_; }

    [[nodiscard]] ::testing::AssertionResult goes_on() {
        if (!workload_.wait_for_more(1 + random_.next() % kStepsBetween)) {
            return ::testing::AssertionFailure()
                   << ::testing::PrintToString(workload_.complaints());
        }
        // What every commit keeps holds while money is under way, too.
        auto unsound = unsound_ledger(cluster_);
        std::ranges::copy(fallen_totals(), std::back_inserter(unsound));
        return (unsound.empty() ? ::testing::AssertionSuccess() : ::testing::AssertionFailure())
               << ::testing::PrintToString(unsound);
    }

    void let_pass_at_most(milliseconds most) {
        const auto span = static_cast<std::uint64_t>(most.count());
        let_pass(milliseconds{static_cast<std::int64_t>(random_.next() % (span + 1))});
    }

    void expect_sound_end() {
        ASSERT_TRUE(workload_.wait_for_more(kStepsAfterwards))
            << ::testing::PrintToString(workload_.complaints());
        ASSERT_TRUE(goes_on_until_all_has_happened())
            << ::testing::PrintToString(workload_.complaints());
        workload_.stop();
        cluster_.psp().clear_faults();
        Witness witness(cluster_);
        EXPECT_TRUE(eventually([&] { return witness.sees_all_ended(workload_.testimony()); }))
            << "orders stay open";
        EXPECT_TRUE(wait_until_quiet(cluster_))
            << ::testing::PrintToString(cluster_.query("SELECT * FROM sluice.flow_run LIMIT 5"))
            << ::testing::PrintToString(cluster_.query("SELECT * FROM sluice.money_case LIMIT 5"))
            << ::testing::PrintToString(cluster_.query(
                   "SELECT i FROM sluice.instruction i JOIN sluice.flow_run USING (run_id) LIMIT 20"
               ));

        // What a bank sends back, and what a channel takes late, is told when they like.
        Testimony told;
        std::vector<std::string> findings;
        const bool is_sound = eventually([&] {
            witness.hear_again();
            if (!wait_until_quiet(cluster_)) {
                return false;
            }
            told = witness.complete(workload_.testimony());
            told.payee_day = kPayeeDay;
            findings = Auditor(told).findings();
            return findings.empty();
        });
        std::cout << summary_of(told) << "; " << workload_.sent_again() << " requests sent again"
                  << std::endl;

        EXPECT_THAT(workload_.complaints(), IsEmpty());
        for (const auto& [what, count] : rarities_of(told)) {
            EXPECT_GE(count, 1) << what;
        }
        EXPECT_TRUE(is_sound) << ::testing::PrintToString(findings);
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
        EXPECT_GT(workload_.sent_again(), 0U) << "the kills were not felt by any caller";
    }

  private:
    /// Whatever the seed is, what is rare happens too.
    [[nodiscard]] bool goes_on_until_all_has_happened() {
        const bool has_happened = eventually(
            [&] {
                return !workload_.complaints().empty() ||
                       cluster_.query_one(kAllHasHappened) == "true";
            },
            4 * kPatience
        );
        return has_happened && workload_.complaints().empty();
    }

    /// What an account has taken in, given out and been booked in all never becomes less: those
    /// where it did since it was last looked at.
    std::vector<std::string> fallen_totals() {
        std::vector<std::string> fallen;
        auto session = cluster_.connect();
        const auto rows = session.run("SELECT account_id::text, dr, cr, seq FROM sluice.balance");
        EXPECT_TRUE(rows.has_value());
        for (std::size_t i = 0; rows && i < rows->size(); ++i) {
            const db::Row row = (*rows)[i];
            const std::string account(row.text_or_empty(0));
            auto& [debits, credits, entries] = totals_[account];
            if (row.int64(1) < debits || row.int64(2) < credits || row.int64(3) < entries) {
                fallen.push_back("totals of account " + account + " have become less");
            }
            debits = row.int64(1);
            credits = row.int64(2);
            entries = row.int64(3);
        }
        return fallen;
    }

    std::uint64_t seed_;
    SeededRandom random_;
    std::map<std::string, std::array<std::int64_t, 3>> totals_;
    EditedScripts scripts_{edits()};
    Cluster cluster_;
    Workload workload_{cluster_, {.seed = seed_}};
};

TEST(RandomWorkload, LeavesEveryFenWhereTheAuditorPredictsItThoughTheNodeIsKilled) {
    RandomRun run(1);

    for (std::size_t i = 0; i < fault_rounds(kKillsUsual); ++i) {
        ASSERT_TRUE(run.goes_on());
        run.let_pass_at_most(milliseconds{200});
        run.cluster().kill_node(0);
        run.cluster().start_node(0);
    }

    run.expect_sound_end();
}

TEST(RandomWorkload, LeavesEveryFenWhereTheAuditorPredictsItThoughTwoNodesAreKilledInTurn) {
    RandomRun run(2);

    for (std::size_t i = 0; i < fault_rounds(kKillsUsual); ++i) {
        ASSERT_TRUE(run.goes_on());
        run.cluster().kill_node(i % 2);
        ASSERT_TRUE(run.goes_on()) << "the other node does not take over";
        run.cluster().start_node(i % 2);
    }

    run.expect_sound_end();
}

}  // namespace
}  // namespace sluice::testing
