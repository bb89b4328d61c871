// A day's trade bill from the simulator, fetched and read by the adapter that reads the real one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/simulator/bill_fixture.hpp"
#include "unit/simulator/refund_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using channel::BillAnswer;
using channel::BillState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kBillDay = "2026-01-01";

class WechatBill : public PspRefundTest {
  protected:
    WechatBill() : registry_(adapter_registry("https://pay.example")) {}

    BillAnswer fetch(const std::string& day = kBillDay, const std::string& kind = "trade") {
        const channel::ChannelAccount& account = *registry_->find_account({"wechatpay", "main"});
        return fetched_bill(
            client_,
            {registry_->find_adapter("wechatpay"), account, clock_},
            {.kind = kind, .day = day}
        );
    }
    static std::vector<std::string> lines_of(const BillAnswer& answer) {
        std::vector<std::string> lines;
        for (const channel::BillLine& line : answer.bill.lines) {
            lines.push_back(shown(line));
        }
        return lines;
    }

  private:
    channel::RegistryPtr registry_;
};

TEST_F(WechatBill, HasThePaymentsAndRefundsOfItsDay) {
    given_paid("ORDER-0001");
    given_paid("ORDER-0002");
    ASSERT_EQ(status_of(create("ORDER-0003")), 200) << "nobody pays it";
    ASSERT_EQ(
        status_of(refund({.out_trade_no = "ORDER-0001", .out_refund_no = "REFUND-0001"})), 200
    );

    const BillAnswer answer = fetch();

    EXPECT_EQ(answer.state, BillState::found) << answer.code << " " << answer.message;
    EXPECT_THAT(
        lines_of(answer),
        ElementsAre(
            "SUCCESS ORDER-0001  12.34 7000 ",
            "SUCCESS ORDER-0002  12.34 7000 ",
            "REFUND ORDER-0001 REFUND-0001 2.34 -1000 SUCCESS"
        )
    );
}

TEST_F(WechatBill, IsEmptyOnADayWithoutMoney) {
    given_paid("ORDER-0001");
    clock_.advance(std::chrono::days(1));

    EXPECT_EQ(fetch("2026-01-02").state, BillState::empty);
    EXPECT_EQ(fetch().state, BillState::found) << "the day before keeps what it had";
}

TEST_F(WechatBill, IsOfNoDayThatHasNotBegun) {
    given_paid("ORDER-0001");

    const BillAnswer answer = fetch("2026-01-02");

    EXPECT_EQ(answer.state, BillState::config) << answer.code;
    EXPECT_THAT(answer.bill.lines, IsEmpty());
}

TEST_F(WechatBill, OfFundsHasWhateverChangedTheBalance) {
    given_paid("ORDER-0001");
    ASSERT_EQ(
        status_of(refund({.out_trade_no = "ORDER-0001", .out_refund_no = "REFUND-0001"})), 200
    );
    ASSERT_EQ(status_of(control("/sim/funds", R"({"top_up":500})")), 200);
    ASSERT_EQ(status_of(control("/sim/funds", R"({"sweep":1000})")), 200);

    const BillAnswer answer = fetch(kBillDay, "funds");

    ASSERT_EQ(answer.state, BillState::found) << answer.code << " " << answer.message;
    EXPECT_THAT(answer.bill.problems, IsEmpty());
    EXPECT_THAT(
        lines_of(answer),
        ElementsAre(
            "收入 ORDER-0001  12.34 0 交易",
            "支出 REFUND-0001  2.34 0 退款",
            "收入   5.00 0 充值",
            "支出   10.00 0 提现"
        )
    );
    EXPECT_EQ(fetch("2026-01-02", "funds").state, BillState::config);
}

TEST_F(WechatBill, LiesAtAnAddressThatIsGoodForFiveMinutes) {
    given_paid("ORDER-0001");
    const auto place =
        call({.target = "/v3/bill/tradebill?bill_type=ALL&bill_date=2026-01-01&tar_type=GZIP"});
    const std::string url(body_of(place).text_or_empty("download_url"));
    const std::string target = url.substr(url.find("/v3/"));

    clock_.advance(std::chrono::minutes(5));
    EXPECT_EQ(status_of(call({.target = target})), 200);
    clock_.advance(std::chrono::seconds(1));
    EXPECT_EQ(status_of(call({.target = target})), 404);
}

TEST_F(WechatBill, IsGivenToNobodyWhoIsNotItsOwner) {
    given_paid("ORDER-0001");
    const auto place =
        call({.target = "/v3/bill/tradebill?bill_type=ALL&bill_date=2026-01-01&tar_type=GZIP"});
    ASSERT_EQ(status_of(place), 200);
    const std::string url(body_of(place).text_or_empty("download_url"));
    const std::string target = url.substr(url.find("/v3/"));

    EXPECT_EQ(status_of(call({.target = target})), 200);
    EXPECT_EQ(status_of(call({.target = target + "0"})), 404);
    MerchantCall unsigned_call{.target = target};
    unsigned_call.authorization = "";
    EXPECT_EQ(status_of(call(unsigned_call)), 401);
}

}  // namespace
}  // namespace sluice::simulator::testing
