// GET /v1/surpluses: the day's money that no order took.
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;

class SurplusList : public GatewayFixture {
  protected:
    SurplusList() {
        gateway::ApiKey all;
        all.id = "finance";
        all.merchant_id = "*";
        all.operator_name = "li.lei";
        all.key = Secret<std::string>("op_all");
        settings.keys.push_back(all);
    }

    static gateway::Surplus surplus(std::uint64_t number) {
        const Id128 id{0x019b'7c5b'4000'0003, number};
        gateway::Surplus surplus;
        surplus.id = CaseId(id);
        surplus.payment = RunId(id);
        surplus.order = OrderId(id);
        surplus.merchant_id = "alpha";
        surplus.merchant_order_number = "A-" + std::to_string(number);
        surplus.instruction = InstructionId(id);
        surplus.channel = "wechatpay";
        surplus.channel_account = "wx-main";
        surplus.amount = Money{7000, cny()};
        surplus.at = clock_time();
        return surplus;
    }
    static Time clock_time() { return Time{std::chrono::seconds(1'767'225'600)}; }
};

TEST_F(SurplusList, TellsEachWithItsRefundAndWhatTheDayComesTo) {
    auto back = surplus(2);
    back.is_open = false;
    back.refund = RunId(Id128{1, 2});
    back.refund_status = "succeeded";
    back.order_paid_by = payment::OrderPaidBy::same_payer;
    surpluses.page.surpluses = {back, surplus(1)};
    surpluses.page.totals = {{Money{14'000, cny()}, Money{7000, cny()}, 2}};

    const auto list = get("/v1/surpluses?day=2026-01-01");

    ASSERT_EQ(list.status, 200) << list.body;
    const Value body = parsed(list);
    EXPECT_EQ(body.text_or_empty("day"), "2026-01-01");
    const ValueArray& items = *body.find("surpluses")->as_array();
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].text_or_empty("status"), "closed");
    EXPECT_THAT(items[0].text_or_empty("refund_id"), ::testing::StartsWith("ref_"));
    EXPECT_EQ(items[0].text_or_empty("refund_status"), "succeeded");
    EXPECT_EQ(items[0].text_or_empty("order_paid_by"), "same_payer");
    EXPECT_EQ(items[1].text_or_empty("order_paid_by"), "unknown");
    EXPECT_EQ(items[1].text_or_empty("status"), "open");
    EXPECT_TRUE(items[1].find("refund_id")->is_null());
    const Value& total = body.find("totals")->as_array()->front();
    EXPECT_EQ(total.int_or("amount", 0), 14'000);
    EXPECT_EQ(total.int_or("amount_open", 0), 7000);
    EXPECT_EQ(total.int_or("count", 0), 2);
    EXPECT_TRUE(body.find("next_cursor")->is_null());
    EXPECT_EQ(surpluses.asked->merchant_id, "alpha");
}

TEST_F(SurplusList, IsOfOneDayInBeijing) {
    EXPECT_EQ(get("/v1/surpluses?day=2026-01-01").status, 200);

    EXPECT_EQ(surpluses.asked->from, *parse_rfc3339("2025-12-31T16:00:00Z"));
    EXPECT_EQ(surpluses.asked->to, *parse_rfc3339("2026-01-01T16:00:00Z"));
}

TEST_F(SurplusList, HasDaysOfTheSameLengthInSummerAndWinter) {
    // Also on the days on which clocks change in Europe.
    for (const std::string day : {"2026-03-29", "2026-07-01", "2026-10-25"}) {
        EXPECT_EQ(get("/v1/surpluses?day=" + day).status, 200) << day;

        EXPECT_EQ(surpluses.asked->to, *parse_rfc3339(day + "T16:00:00Z")) << day;
        EXPECT_EQ(surpluses.asked->to - surpluses.asked->from, std::chrono::days(1)) << day;
    }
}

TEST_F(SurplusList, ShowsAnOperatorEverybodysOrOneMerchants) {
    EXPECT_EQ(send({.target = "/v1/surpluses?day=2026-01-01", .key = "op_all"}).status, 200);
    EXPECT_EQ(surpluses.asked->merchant_id, std::nullopt);
    const auto one =
        send({.target = "/v1/surpluses?day=2026-01-01&merchant_id=beta", .key = "op_all"});
    EXPECT_EQ(one.status, 200);
    EXPECT_EQ(surpluses.asked->merchant_id, "beta");
    surpluses.asked.reset();

    EXPECT_EQ(get("/v1/surpluses?day=2026-01-01&merchant_id=beta").status, 404);
    EXPECT_FALSE(surpluses.asked.has_value());
}

TEST_F(SurplusList, WantsADay) {
    for (const std::string query :
         {"",
          "?day=",
          "?day=today",
          "?day=2026-02-30",
          "?day=2026-1-1",
          "?day=20260101",
          "?day=2026-01-01T00:00:00Z",
          "?day=0000-01-01",
          "?day=0001-01-01",
          "?day=1969-12-31",
          "?day=2026-01-01&limit=0",
          "?day=2026-01-01&cursor=x"}) {
        const auto refused = get("/v1/surpluses" + query);
        EXPECT_EQ(refused.status, 400) << query << refused.body;
        EXPECT_THAT(refused.body, HasSubstr("invalid_request")) << query;
    }
    EXPECT_FALSE(surpluses.asked.has_value());
}

TEST_F(SurplusList, LeadsOnWithACursorOfThatDayAlone) {
    surpluses.page.surpluses = {surplus(2)};
    surpluses.page.next_after = surpluses.page.surpluses.front().id.raw();

    const std::string cursor = text_of(get("/v1/surpluses?day=2026-01-01&limit=1"), "next_cursor");

    EXPECT_EQ(get("/v1/surpluses?day=2026-01-01&cursor=" + cursor).status, 200);
    EXPECT_EQ(surpluses.asked->window.before, surpluses.page.next_after);
    EXPECT_EQ(get("/v1/surpluses?day=2026-01-02&cursor=" + cursor).status, 400);
}

}  // namespace
}  // namespace sluice::testing
