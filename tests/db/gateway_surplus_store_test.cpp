// The day's money that no order took, as its route asks for it and the store finds it: on a real
// database with the rights of the program. Every answer is held against the OpenAPI document.
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/pool.hpp"
#include "gateway/surplus_store.hpp"
#include "support/test_database.hpp"
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kFinance = "op_all";
/// Of 2026-02-01 in Beijing: the first moment and the last one.
constexpr std::string_view kFirst = "2026-01-31T16:00:00.000000Z";
constexpr std::string_view kLast = "2026-02-01T15:59:59.999999Z";

class GatewaySurplusStore : public GatewayFixture {
  protected:
    GatewaySurplusStore() {
        gateway::ApiKey all{"*", Secret<std::string>(std::string(kFinance))};
        all.operator_name = "li.lei";
        settings.keys.push_back(all);
    }
    void TearDown() override {
        // Rows by hand have no entries in the books.
        auto but_for = TestDatabase::promises_of_runs();
        but_for.emplace_back("channels_owe_what_they_moved.sql");
        but_for.emplace_back("surplus_is_2204.sql");
        EXPECT_THAT(database_.unsound(but_for), IsEmpty());
    }

    struct Row {
        std::string number;  ///< the order's
        std::string_view booked = kFirst;
        std::string merchant = "alpha";
        std::int64_t amount = 100;
        std::string currency = "CNY";
        std::string kind = "surplus";
        bool is_back = false;  ///< by a refund that succeeded
    };
    /// Payments begin in the order in which they are given, a second apart.
    void given(const Row& row) {
        const Time begun = kBegun + std::chrono::seconds(++count_);
        const Bucket bucket = bucket_of(row.merchant, row.number);
        const std::string order = quoted(Id128::generate(begun, bucket, random_));
        const Id128 id = Id128::generate(begun, bucket, random_);
        const std::string payment = quoted(id);
        const std::string instruction = quoted(id.derive(1, 1));
        const std::string refund = row.is_back ? quoted(id.derive(2, 1)) : "NULL";
        const std::string money =
            "'" + row.currency + "', " + std::to_string(row.amount) + ", '2026-01-31Z'";
        run("INSERT INTO sluice.orders (currency, amount, created_at, id, merchant_id, "
            "merchant_order_number, product_code, description, status, request_hash, updated_at, "
            "expires_at) VALUES (" +
            money + ", " + order + ", '" + row.merchant + "', '" + row.number +
            "', '', '', 'closed', " + order + ", '2026-01-31Z', '2026-01-31Z')");
        run("INSERT INTO sluice.payment (currency, amount, created_at, id, order_id, merchant_id, "
            "flow, legs, status, updated_at) VALUES (" +
            money + ", " + payment + ", " + order + ", '" + row.merchant +
            "', 'pay', '[]', 'surplus', '2026-01-31Z')");
        run("INSERT INTO sluice.instruction (currency, amount, created_at, id, run_id, leg, kind, "
            "channel, channel_account, scene, status, merchant) VALUES (" +
            money + ", " + instruction + ", " + payment +
            ", 1, 'external', 'wechatpay', 'wx-main', 'qr', 'surplus', 'm')");
        if (row.is_back) {
            run("INSERT INTO sluice.refund (currency, amount, created_at, id, order_id, "
                "merchant_id, merchant_number, flow, details, request_hash, status, stage, "
                "failure_code, failure_message, updated_at) VALUES (" +
                money + ", " + refund + ", " + order + ", '" + row.merchant + "', 'surplus-" +
                row.number + "', 'refund', '{}', " + order +
                ", 'succeeded', '', '', '', '2026-01-31Z')");
        }
        run("INSERT INTO sluice.money_case (currency, amount, opened_at, id, kind, run_id, "
            "instruction_id, detail, status, refund_id) VALUES ('" +
            row.currency + "', " + std::to_string(row.amount) + ", '" + std::string(row.booked) +
            "', " + quoted(id.derive(3, 0x80000000U)) + ", '" + row.kind + "', " + payment + ", " +
            instruction + ", '', '" + (row.is_back ? "closed" : "open") + "', " + refund + ")");
    }

    /// What the API answers with the real store behind it: the fixture's store first hears what the
    /// route asks for, then gives what the real one has of it.
    Value listed(const std::string& query, std::string_view key = kMerchantKey) {
        const std::string target = "/v1/surpluses?" + query;
        surpluses.asked.reset();
        surpluses.page = {};
        (void)send({.target = target, .key = key});
        if (!surpluses.asked) {
            ADD_FAILURE() << target << " asks for nothing";
            return {};
        }
        auto page = store_->list(*surpluses.asked);
        if (!page) {
            ADD_FAILURE() << page.error().message;
            return {};
        }
        surpluses.page = *std::move(page);
        const auto answer = send({.target = target, .key = key});
        EXPECT_EQ(answer.status, 200) << answer.body;
        return parsed(answer);
    }
    static std::vector<std::string> numbers(const Value& list) {
        std::vector<std::string> found;
        for (const Value& each : items(list, "surpluses")) {
            found.emplace_back(each.text_or_empty("merchant_order_number"));
        }
        return found;
    }
    /// "CNY 2: 300, open 100"
    static std::vector<std::string> totals(const Value& list) {
        std::vector<std::string> found;
        for (const Value& each : items(list, "totals")) {
            found.push_back(
                std::string(each.text_or_empty("currency")) + " " +
                std::to_string(each.int_or("count", -1)) + ": " +
                std::to_string(each.int_or("amount", -1)) + ", open " +
                std::to_string(each.int_or("amount_open", -1))
            );
        }
        return found;
    }
    static ValueArray items(const Value& list, std::string_view member) {
        const Value* found = list.find(member);
        return found == nullptr ? ValueArray{} : *found->as_array();
    }

  private:
    void run(const std::string& sql) {
        const auto done = owner_.run(sql);
        ASSERT_TRUE(done.has_value()) << done.error().message << ": " << sql;
    }
    static std::string quoted(Id128 id) { return "'" + id.to_uuid() + "'"; }

    static inline const Time kBegun = *parse_rfc3339("2026-01-31T08:00:00Z");
    int count_ = 0;
    SeededRandom random_{3};
    TestDatabase database_;
    db::Connection owner_ = database_.connect();
    db::Pool pool_{database_.conninfo(), {.connection = {.role = "sluice_app"}}};
    std::unique_ptr<gateway::SurplusStore> store_ = gateway::make_surplus_store(pool_);
};

TEST_F(GatewaySurplusStore, BeginsADayAtMidnightInBeijingToTheMicrosecond) {
    given({.number = "A-1", .booked = "2026-01-31T15:59:59.999999Z"});
    given({.number = "A-2", .booked = kFirst});
    given({.number = "A-3", .booked = kLast});
    given({.number = "A-4", .booked = "2026-02-01T16:00:00.000000Z"});

    EXPECT_THAT(numbers(listed("day=2026-01-30")), IsEmpty());
    EXPECT_THAT(numbers(listed("day=2026-01-31")), ElementsAre("A-1"));
    EXPECT_THAT(numbers(listed("day=2026-02-01")), ElementsAre("A-3", "A-2"));
    EXPECT_THAT(numbers(listed("day=2026-02-02")), ElementsAre("A-4"));
    EXPECT_THAT(numbers(listed("day=2026-02-03")), IsEmpty());
    EXPECT_THAT(totals(listed("day=2026-01-31")), ElementsAre("CNY 1: 100, open 100"));
    EXPECT_THAT(totals(listed("day=2026-02-01")), ElementsAre("CNY 2: 200, open 200"));
}

TEST_F(GatewaySurplusStore, CountsByWhenMoneyWasBookedAndNotByWhenItsPaymentBegan) {
    given({.number = "A-1", .booked = "2026-02-01T16:00:00.000000Z"});
    given({.number = "A-2", .booked = kFirst});

    EXPECT_THAT(numbers(listed("day=2026-01-31")), IsEmpty());
    EXPECT_THAT(numbers(listed("day=2026-02-01")), ElementsAre("A-2"));
    EXPECT_THAT(numbers(listed("day=2026-02-02")), ElementsAre("A-1"));
}

TEST_F(GatewaySurplusStore, ShowsAMerchantItsOwnAndFinanceEverybodysOrOnes) {
    given({.number = "A-1"});
    given({.number = "B-1", .merchant = "beta"});
    given({.number = "A-2", .booked = kLast});
    given({.number = "B-2", .booked = "2026-02-01T16:00:00.000000Z", .merchant = "beta"});

    EXPECT_THAT(numbers(listed("day=2026-02-01")), ElementsAre("A-2", "A-1"));
    EXPECT_THAT(numbers(listed("day=2026-02-01", kOtherKey)), ElementsAre("B-1"));
    EXPECT_THAT(numbers(listed("day=2026-02-02", kOtherKey)), ElementsAre("B-2"));
    EXPECT_THAT(numbers(listed("day=2026-02-01", kFinance)), ElementsAre("A-2", "B-1", "A-1"));
    const Value one = listed("day=2026-02-01&merchant_id=beta", kFinance);
    EXPECT_THAT(numbers(one), ElementsAre("B-1"));
    EXPECT_THAT(totals(one), ElementsAre("CNY 1: 100, open 100"));
}

TEST_F(GatewaySurplusStore, LeadsThroughADayOnceByItsCursor) {
    for (int i = 1; i <= 5; ++i) {
        // Within the day, what was booked first has the newest payment.
        const std::string booked = "2026-02-01T0" + std::to_string(9 - i) + ":00:00Z";
        given({.number = "A-" + std::to_string(i), .booked = booked});
        given({.number = "B-" + std::to_string(i), .booked = booked, .merchant = "beta"});
        given({.number = "C-" + std::to_string(i), .booked = "2026-02-01T16:00:00Z"});
    }
    std::vector<std::vector<std::string>> pages;
    std::string cursor;
    do {
        const Value page = listed("day=2026-02-01&limit=2" + cursor);
        pages.push_back(numbers(page));
        const std::string next(page.text_or_empty("next_cursor"));
        cursor = next.empty() ? "" : "&cursor=" + next;
        // What comes meanwhile moves nothing on the pages behind.
        given({.number = "new-" + std::to_string(pages.size())});
    } while (!cursor.empty() && pages.size() < 10);

    EXPECT_THAT(
        pages, ElementsAre(ElementsAre("A-5", "A-4"), ElementsAre("A-3", "A-2"), ElementsAre("A-1"))
    );
}

TEST_F(GatewaySurplusStore, EndsWithThePageThatIsJustFull) {
    given({.number = "A-1"});
    given({.number = "A-2"});

    const Value page = listed("day=2026-02-01&limit=2");

    EXPECT_THAT(numbers(page), ElementsAre("A-2", "A-1"));
    EXPECT_EQ(page.text_or_empty("next_cursor"), "");
}

TEST_F(GatewaySurplusStore, TotalsTheWholeDayByCurrencyAndTellsWhatIsStillOpen) {
    given({.number = "A-1", .amount = 1'000});
    given({.number = "A-2", .amount = 200, .is_back = true});
    given({.number = "A-3", .amount = 30, .currency = "USD", .is_back = true});
    given({.number = "A-4", .booked = kLast, .amount = 4});
    given({.number = "B-1", .merchant = "beta", .amount = 50'000, .is_back = true});
    given({.number = "B-2", .merchant = "beta", .amount = 7, .currency = "USD"});
    given({.number = "A-5", .booked = "2026-02-01T16:00:00Z", .amount = 600'000});
    given({.number = "A-6", .amount = 8'000'000, .kind = "conflicted"});

    const Value own = listed("day=2026-02-01&limit=1");
    EXPECT_THAT(numbers(own), ElementsAre("A-4"));
    EXPECT_THAT(totals(own), ElementsAre("CNY 3: 1204, open 1004", "USD 1: 30, open 0"));
    EXPECT_THAT(
        totals(listed("day=2026-02-01", kFinance)),
        ElementsAre("CNY 4: 51204, open 1004", "USD 2: 37, open 7")
    );
    EXPECT_THAT(totals(listed("day=2026-01-31")), IsEmpty());
}

TEST_F(GatewaySurplusStore, TellsOfEachWhereItStandsAndWhatGivesItBack) {
    given({.number = "A-1", .booked = kLast});
    given({.number = "A-2", .amount = 7'000, .is_back = true});

    const ValueArray list = items(listed("day=2026-02-01"), "surpluses");

    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].text_or_empty("status"), "closed");
    EXPECT_EQ(list[0].int_or("amount", -1), 7'000);
    EXPECT_EQ(list[0].text_or_empty("refund_status"), "succeeded");
    EXPECT_THAT(list[0].text_or_empty("refund_id"), ::testing::StartsWith("ref_"));
    EXPECT_EQ(list[0].text_or_empty("channel_account"), "wx-main");
    EXPECT_EQ(list[1].text_or_empty("status"), "open");
    EXPECT_TRUE(list[1].find("refund_id")->is_null());
    EXPECT_TRUE(list[1].find("refund_status")->is_null());
    EXPECT_EQ(list[1].text_or_empty("order_paid_by"), "nobody");
    EXPECT_EQ(*parse_rfc3339(list[1].text_or_empty("created_at")), *parse_rfc3339(kLast));
}

}  // namespace
}  // namespace sluice::testing
