// Lists of payouts and transfers, batches and their lines, and accounts of available money, on a
// real database with the rights of the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/pool.hpp"
#include "gateway/account_store.hpp"
#include "gateway/payout_store.hpp"
#include "support/test_database.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class GatewayPayoutStore : public ::testing::Test {
  protected:
    void TearDown() override {
        EXPECT_THAT(database.unsound(TestDatabase::promises_of_runs()), IsEmpty());
    }

    void run(const std::string& sql) {
        auto connection = database.connect();
        const auto done = connection.run(sql);
        ASSERT_TRUE(done.has_value()) << done.error().message;
    }
    struct Row {
        std::string table = "payout";
        std::string number;
        std::string status = "pending";
        std::string merchant = "alpha";
        Hash128 hash{};
        OrderId order{};
        std::string payout_details =
            R"({"from":{"gl":"2102"},"fee":0,"method":"bank_account","payee":{"name":"Z"}})";
    };
    RunId given(const Row& row) {
        const RunId id = RunId::generate(
            kNow + std::chrono::seconds(++count_), bucket_of(row.merchant, row.number), random
        );
        const bool is_payout = row.table == "payout";
        const std::string details =
            is_payout ? row.payout_details : R"({"from":{"gl":"2001"},"to":{"gl":"2001"}})";
        const std::string order =
            row.order.is_nil() ? "NULL" : "'" + row.order.raw().to_uuid() + "'";
        run("INSERT INTO sluice." + row.table + " (id, " + (is_payout ? "order_id, " : "") +
            "merchant_id, merchant_number, flow, currency, amount, details, request_hash, status, "
            "stage, failure_code, failure_message, created_at, updated_at) VALUES ('" +
            id.raw().to_uuid() + "', " + (is_payout ? order + ", " : "") + "'" + row.merchant +
            "', '" + row.number + "', '" + row.table + "', 'CNY', 100, '" + details + "', '" +
            Id128{row.hash.high, row.hash.low}.to_uuid() + "', '" + row.status +
            "', '', '', '', '2026-01-01Z', '2026-01-01Z')");
        return id;
    }
    static gateway::OutgoingQuery query(payment::Service service = payment::Service::payout) {
        gateway::OutgoingQuery query;
        query.service = service;
        query.merchant_id = "alpha";
        query.window.before = Id128{~std::uint64_t{0}, ~std::uint64_t{0}};
        return query;
    }
    std::vector<std::string> numbers(const gateway::OutgoingQuery& wish) {
        std::vector<std::string> found;
        const auto page = store->list(wish);
        if (!page) {
            ADD_FAILURE() << page.error().message;
            return found;
        }
        next_after = page->next_after;
        for (const payment::Picture& picture : page->pictures) {
            found.push_back(picture.subject.number);
        }
        return found;
    }
    static gateway::OpenBatch batch_of(std::vector<gateway::BatchLine> lines) {
        gateway::OpenBatch open;
        open.batch.id = PayoutBatchId(Id128{.high = 0x100, .low = 9});
        open.batch.merchant_id = "alpha";
        open.batch.number = "B-1";
        open.batch.lines = static_cast<std::int64_t>(lines.size());
        open.batch.total = Money{100 * open.batch.lines, cny()};
        open.batch.created_at = kNow;
        open.lines = std::move(lines);
        open.request_hash = {1, 2};
        return open;
    }
    /// A batch without lines, of that second.
    void given_batch(const std::string& number, int second, const std::string& merchant = "alpha") {
        gateway::OpenBatch open = batch_of({});
        const Time at = kNow + std::chrono::seconds(second);
        open.batch.id = PayoutBatchId::generate(at, bucket_of(merchant, number), random);
        open.batch.merchant_id = merchant;
        open.batch.number = number;
        open.batch.lines = 2;
        open.batch.total = Money{100 + second, cny()};
        open.batch.created_at = at;
        const auto opened = store->open_batch(open);
        ASSERT_TRUE(opened.has_value()) << opened.error().message;
    }
    static gateway::BatchQuery batches(std::int64_t limit = 50) {
        gateway::BatchQuery query;
        query.merchant_id = "alpha";
        query.window.before = Id128{~std::uint64_t{0}, ~std::uint64_t{0}};
        query.window.limit = limit;
        return query;
    }
    std::vector<std::string> numbers(const gateway::BatchQuery& wish) {
        std::vector<std::string> found;
        const auto page = store->list_batches(wish);
        if (!page) {
            ADD_FAILURE() << page.error().message;
            return found;
        }
        next_after = page->next_after;
        for (const gateway::PayoutBatch& batch : page->batches) {
            found.push_back(batch.number);
        }
        return found;
    }
    static gateway::BatchLine line(std::int64_t number, const std::string& problem = "") {
        gateway::BatchLine line;
        line.line = number;
        line.number = "L-" + std::to_string(number);
        line.amount_minor = 100;
        line.request_hash = {7, static_cast<std::uint64_t>(number)};
        line.problem_code = problem;
        return line;
    }
    std::vector<std::string> lines_of(const gateway::PayoutBatch& batch) {
        std::vector<std::string> found;
        const auto lines = store->batch_lines({batch, 0, 100});
        for (const auto& view : lines.value()) {
            found.push_back(
                std::to_string(view.asked.line) + " " + view.status + " " + view.failure_code +
                (view.payout ? "+" : "")
            );
        }
        return found;
    }

    static inline const Time kNow = *parse_rfc3339("2026-01-01T08:00:00Z");
    int count_ = 0;
    std::optional<Id128> next_after;
    SeededRandom random{3};
    TestDatabase database;
    db::Pool pool{database.conninfo(), {.connection = {.role = "sluice_app"}}};
    std::unique_ptr<gateway::PayoutStore> store = gateway::make_payout_store(pool);
    std::unique_ptr<gateway::AccountStore> accounts = gateway::make_account_store(pool);
};

TEST_F(GatewayPayoutStore, ListsOnlyTheMerchantsOwnNewestFirst) {
    given({.number = "P-1", .status = "failed"});
    given({.number = "P-2"});
    given({.number = "P-3", .merchant = "beta"});
    given({.table = "transfer", .number = "T-1"});
    auto failed = query();
    failed.status = payment::SubjectStatus::failed;

    EXPECT_THAT(numbers(query()), ElementsAre("P-2", "P-1"));
    EXPECT_THAT(numbers(failed), ElementsAre("P-1"));
    EXPECT_THAT(numbers(query(payment::Service::transfer)), ElementsAre("T-1"));
}

TEST_F(GatewayPayoutStore, LeadsFromPageToPage) {
    for (const char* number : {"P-1", "P-2", "P-3"}) {
        given({.number = number});
    }
    auto first = query();
    first.window.limit = 2;

    EXPECT_THAT(numbers(first), ElementsAre("P-3", "P-2"));
    ASSERT_TRUE(next_after.has_value());
    first.window.before = *next_after;
    EXPECT_THAT(numbers(first), ElementsAre("P-1"));
    EXPECT_FALSE(next_after.has_value());
}

TEST_F(GatewayPayoutStore, FindsByNumberAndByOrder) {
    const OrderId order(Id128{.high = 0x100, .low = 77});
    given({.number = "P-1", .order = order});
    given({.number = "P-2"});
    given({.table = "transfer", .number = "P-1"});
    auto by_number = query();
    by_number.number = "P-2";
    auto by_order = query();
    by_order.order_id = order;
    auto neither = by_order;
    neither.number = "P-2";
    auto transfer = query(payment::Service::transfer);
    transfer.number = "P-1";

    EXPECT_THAT(numbers(by_number), ElementsAre("P-2"));
    EXPECT_THAT(numbers(by_order), ElementsAre("P-1"));
    EXPECT_THAT(numbers(neither), IsEmpty());
    EXPECT_THAT(numbers(transfer), ElementsAre("P-1"));
}

TEST_F(GatewayPayoutStore, KeepsABatchOnceAndTellsWhatIsStillToBegin) {
    const auto open = batch_of({line(1), line(2, "invalid_request"), line(3)});

    const auto first = store->open_batch(open);
    ASSERT_TRUE(first.has_value()) << first.error().message;
    given({.number = "L-1", .hash = {7, 1}});
    auto again = open;
    again.batch.id = PayoutBatchId(Id128{.high = 0x100, .low = 10});
    const auto repeat = store->open_batch(again);
    auto other = again;
    other.request_hash = {1, 3};
    const auto conflict = store->open_batch(other);

    EXPECT_TRUE(first->is_new);
    EXPECT_THAT(first->to_begin, ElementsAre(1, 3));
    ASSERT_TRUE(repeat.has_value()) << repeat.error().message;
    EXPECT_FALSE(repeat->is_new);
    EXPECT_EQ(repeat->batch.id, open.batch.id);
    EXPECT_THAT(repeat->to_begin, ElementsAre(3));
    ASSERT_FALSE(conflict.has_value());
    EXPECT_EQ(conflict.error().context, "merchant_batch_number");
}

TEST_F(GatewayPayoutStore, TellsOfEachLineWhatBecameOfItsOwnPayout) {
    const auto open = batch_of({line(1), line(2, "invalid_request"), line(3), line(4)});
    ASSERT_TRUE(store->open_batch(open).has_value());
    given({.number = "L-1", .status = "succeeded", .hash = {7, 1}});
    // Another request had this number: it is no payout of the line.
    given({.number = "L-3", .status = "succeeded", .hash = {8, 8}});

    EXPECT_THAT(
        lines_of(open.batch),
        ElementsAre("1 succeeded +", "2 refused invalid_request", "3 waiting ", "4 waiting ")
    );
    const std::vector problems{line(3, "merchant_payout_number_reused")};
    ASSERT_TRUE(store->keep_problems(open.batch.id, problems).has_value());
    const std::vector late{line(2, "another")};
    ASSERT_TRUE(store->keep_problems(open.batch.id, late).has_value());
    EXPECT_THAT(
        lines_of(open.batch),
        ElementsAre(
            "1 succeeded +",
            "2 refused invalid_request",
            "3 refused merchant_payout_number_reused",
            "4 waiting "
        )
    );
    const auto totals = store->batch_totals(open.batch);
    std::vector<std::string> told;
    for (const auto& total : totals.value()) {
        told.push_back(
            total.status + " " + std::to_string(total.lines) + " " +
            std::to_string(total.amount_minor)
        );
    }
    EXPECT_THAT(told, ElementsAre("refused 2 200", "succeeded 1 100", "waiting 1 100"));
}

TEST_F(GatewayPayoutStore, LeadsThroughAllBatchesOfAMerchantOnce) {
    for (int i = 1; i <= 5; ++i) {
        given_batch("B-" + std::to_string(i), i);
        given_batch("B-" + std::to_string(i), i, "beta");
    }
    std::vector<std::string> seen;
    gateway::BatchQuery wish = batches(2);
    do {
        const auto some = numbers(wish);
        seen.insert(seen.end(), some.begin(), some.end());
        wish.window.before = next_after.value_or(Id128{});
        const int later = 100 + static_cast<int>(seen.size());
        given_batch("new-" + std::to_string(later), later);
    } while (next_after && seen.size() < 20);

    EXPECT_THAT(seen, ElementsAre("B-5", "B-4", "B-3", "B-2", "B-1"));
}

TEST_F(GatewayPayoutStore, LooksAtALimitedPartOfTheBatchesAndLeadsOn) {
    given_batch("B-1", 1);
    for (int i = 2; i <= 7; ++i) {
        given_batch("B-" + std::to_string(i), i, "beta");
    }
    gateway::BatchQuery wish = batches();
    wish.window.looks_max = 4;

    EXPECT_THAT(numbers(wish), IsEmpty());
    ASSERT_TRUE(next_after.has_value());
    wish.window.before = *next_after;
    EXPECT_THAT(numbers(wish), ElementsAre("B-1"));
    EXPECT_FALSE(next_after.has_value());
}

TEST_F(GatewayPayoutStore, FindsBatchesByNumberAndTime) {
    for (int i = 1; i <= 4; ++i) {
        given_batch("B-" + std::to_string(i), i);
    }
    given_batch("B-9", 9, "beta");
    const auto at = [](int second) { return Id128::first_at(kNow + std::chrono::seconds(second)); };
    auto by_number = batches();
    by_number.number = "B-2";
    auto of_another = batches();
    of_another.number = "B-9";
    auto between = batches();
    between.window.from = at(2);
    between.window.before = at(4);
    auto by_number_later = by_number;
    by_number_later.window.from = at(3);
    auto by_number_earlier = by_number;
    by_number_earlier.window.before = at(2);

    EXPECT_THAT(numbers(by_number), ElementsAre("B-2"));
    EXPECT_FALSE(next_after.has_value());
    EXPECT_THAT(numbers(of_another), IsEmpty());
    EXPECT_THAT(numbers(between), ElementsAre("B-3", "B-2"));
    EXPECT_THAT(numbers(by_number_later), IsEmpty());
    EXPECT_THAT(numbers(by_number_earlier), IsEmpty());
}

TEST_F(GatewayPayoutStore, ListsABatchAsItWasAskedFor) {
    given_batch("B-1", 7);

    const auto page = store->list_batches(batches());

    ASSERT_TRUE(page.has_value()) << page.error().message;
    ASSERT_EQ(page->batches.size(), 1U);
    const gateway::PayoutBatch& batch = page->batches.front();
    EXPECT_EQ(store->find_batch(batch.id).value().value().number, "B-1");
    EXPECT_EQ(batch.merchant_id, "alpha");
    EXPECT_EQ(batch.lines, 2);
    EXPECT_EQ(batch.total, Money(107, cny()));
    EXPECT_EQ(batch.created_at, kNow + std::chrono::seconds(7));
}

TEST_F(GatewayPayoutStore, OpensOneAccountOfAvailableMoneyForAMerchant) {
    gateway::OpenAccount wish;
    wish.identity.merchant_id = "alpha";
    wish.identity.kind = gateway::AccountKind::merchant_available;
    wish.identity.owner_number = "alpha";
    wish.identity.currency = cny();

    const auto opened = accounts->open(wish);
    const auto again = accounts->open(wish);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    gateway::TopUp top_up;
    top_up.account = opened->account.identity;
    top_up.top_up_number = "float";
    top_up.amount = Money{500, cny()};
    top_up.at = kNow;
    const auto topped = accounts->top_up(top_up);
    const auto of_owner = accounts->find_of_owner({"alpha", "alpha"});

    EXPECT_TRUE(opened->is_new);
    EXPECT_FALSE(again->is_new);
    EXPECT_EQ(opened->account.identity.id, gateway::available_account("alpha", cny()));
    EXPECT_EQ(opened->account.identity.merchant_id, "alpha");
    ASSERT_TRUE(topped.has_value()) << topped.error().message;
    EXPECT_EQ(topped->account.available_minor, 500);
    ASSERT_EQ(of_owner.value().size(), 1U);
    EXPECT_EQ(of_owner->front().identity.kind, gateway::AccountKind::merchant_available);
}

}  // namespace
}  // namespace sluice::testing
