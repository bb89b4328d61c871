// A day's trade bill from the simulator, fetched and read by the adapter that reads the real one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/simulator/alipay_fixture.hpp"
#include "unit/simulator/bill_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using channel::BillAnswer;
using channel::BillState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// In key mode, and in certificate mode with encrypted contents.
class AlipayBill : public AlipayTest, public ::testing::WithParamInterface<const char*> {
  protected:
    AlipayBill() { account_ = GetParam(); }

    [[nodiscard]] channel::BillDownload::Parts parts() const {
        return {
            registry_->find_adapter("alipay"),
            *registry_->find_account({"alipay", account_}),
            clock_
        };
    }
    BillAnswer fetch(const std::string& day = "2026-01-01") {
        return fetched_bill(client_, parts(), {.kind = "trade", .day = day});
    }
    static std::vector<std::string> lines_of(const BillAnswer& answer) {
        std::vector<std::string> lines;
        for (const channel::BillLine& line : answer.bill.lines) {
            lines.push_back(shown(line));
        }
        return lines;
    }
};

INSTANTIATE_TEST_SUITE_P(
    Modes,
    AlipayBill,
    ::testing::Values("key", "certificate"),
    [](const auto& test) { return std::string(test.param); }
);

TEST_P(AlipayBill, HasThePaymentsAndRefundsOfItsDay) {
    channel::ExchangeOrder order = order_of(Operation::collect);
    order.description = "两斤橙子, 一斤梨";
    ASSERT_EQ(exchange(order).kind, payment::OutcomeKind::pending);
    ASSERT_EQ(status_of(pay(kOrderNumber)), 200);
    ASSERT_EQ(exchange(Operation::refund).kind, payment::OutcomeKind::succeeded);

    const BillAnswer answer = fetch();

    ASSERT_EQ(answer.state, BillState::found) << answer.code << " " << answer.message;
    EXPECT_THAT(answer.bill.problems, IsEmpty());
    EXPECT_THAT(
        lines_of(answer),
        ElementsAre(
            "交易 " + std::string(kOrderNumber) + "  12.34 7000 ",
            "退款 " + std::string(kOrderNumber) + " " + kRefundNumber + " 2.34 -1000 "
        )
    );
    EXPECT_EQ(answer.bill.lines.front().at, clock_.now());
}

TEST_P(AlipayBill, HasARefundOnTheDayItWasMade) {
    given_paid();
    ASSERT_EQ(status_of(control("/sim/refund_course", R"({"delay_ms":3600000})")), 200);
    ASSERT_NE(exchange(Operation::refund).kind, payment::OutcomeKind::succeeded);
    clock_.advance(std::chrono::days(1));
    ASSERT_EQ(
        status_of(control(
            "/sim/refund",
            R"({"out_refund_no":")" + std::string(kRefundNumber) + R"(","status":"SUCCESS"})"
        )),
        200
    );

    EXPECT_THAT(
        lines_of(fetch()), ElementsAre("交易 " + std::string(kOrderNumber) + "  12.34 7000 ")
    );
    EXPECT_THAT(
        lines_of(fetch("2026-01-02")),
        ElementsAre("退款 " + std::string(kOrderNumber) + " " + kRefundNumber + " 2.34 -1000 ")
    );
}

TEST_P(AlipayBill, TellsAnEmptyDayFromOneThatHasNotBegun) {
    given_scanned();

    EXPECT_EQ(fetch().state, BillState::empty) << "nobody paid";
    EXPECT_EQ(fetch("2026-01-02").state, BillState::config);
}

TEST_P(AlipayBill, LiesAtAnAddressThatIsGoodForHalfAMinute) {
    given_paid();
    auto download =
        channel::BillDownload::make(parts(), {.kind = "trade", .day = "2026-01-01"}, "nonce");
    ASSERT_TRUE(download.has_value());
    ASSERT_FALSE(download->take(http::fetch(client_, download->request()), "nonce"));
    const std::string address = download->request().url;

    EXPECT_EQ(status_of(send({.method = "GET", .url = address})), 200);
    EXPECT_EQ(status_of(send({.method = "GET", .url = address + "0"})), 404);
    clock_.advance(std::chrono::seconds(31));
    EXPECT_EQ(status_of(send({.method = "GET", .url = address})), 404);
}

TEST_P(AlipayBill, SuffersWhatIsOrderedForStatements) {
    given_paid();
    order_fault(R"({"operation":"statement","kind":"bad_signature"})");

    EXPECT_EQ(fetch().code, "SIGNATURE_INVALID");
    EXPECT_EQ(fetch().state, BillState::found);
}

}  // namespace
}  // namespace sluice::simulator::testing
