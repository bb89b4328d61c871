// A day's trade bill from the simulator, fetched and read by the adapter that reads the real one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/bill_download.hpp"
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

    BillAnswer fetch(const std::string& day = kBillDay) {
        const channel::ChannelAccount& account = *registry_->find_account({"wechatpay", "main"});
        auto download = channel::BillDownload::make(
            {registry_->find_adapter("wechatpay"), account, clock_},
            {.kind = "trade", .day = day},
            "0123456789abcdef0123456789abcdef"
        );
        EXPECT_TRUE(download.has_value());
        std::optional<BillAnswer> answer;
        while (!answer) {
            answer = download->take(
                http::fetch(client_, download->request()), "fedcba9876543210fedcba9876543210"
            );
        }
        return *std::move(answer);
    }
    static std::vector<std::string> shown(const BillAnswer& answer) {
        std::vector<std::string> lines;
        for (const channel::BillLine& line : answer.bill.lines) {
            lines.push_back(
                line.kind_text + " " + line.number + " " + line.refund_number + " " +
                line.amount.to_decimal() + " " + line.status
            );
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
        shown(answer),
        ElementsAre(
            "SUCCESS ORDER-0001  12.34 ",
            "SUCCESS ORDER-0002  12.34 ",
            "REFUND ORDER-0001 REFUND-0001 2.34 SUCCESS"
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
