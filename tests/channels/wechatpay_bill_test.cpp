// Trade bills of WeChat Pay beyond today's plain payments and refunds: what tills took back,
// coupons, and the layouts that archives still have.
#include <algorithm>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/bill.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string or_none(const std::string& text) { return text.empty() ? "none" : text; }

/// Everything that a line tells.
std::string shown(const BillLine& line) {
    return std::to_string(line.number_in_file) + " " + line.kind_text + "=" +
           std::string(to_string(line.kind)) + " of " + line.number + " " + line.reference +
           ", refund " + or_none(line.refund_number) + " " + or_none(line.refund_reference) + " " +
           or_none(line.status) + ", " + line.amount.to_decimal() + " " +
           std::string(line.amount.currency().code()) + " fee " +
           std::to_string(line.fee_milli_minor) + ", " + format_rfc3339(line.at);
}

/// The text with that done to the cells of each line.
std::string with_cells(
    const std::string& text, const std::function<void(std::vector<std::string>&)>& change
) {
    std::string changed;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::vector<std::string> cells(1);
        for (const char c : text.substr(at, end - at)) {
            if (c == ',') {
                cells.emplace_back();
            } else if (c != '\r') {
                cells.back().push_back(c);
            }
        }
        change(cells);
        for (std::size_t i = 0; i < cells.size(); ++i) {
            changed += (i == 0 ? "" : ",") + cells[i];
        }
        changed += "\n";
        at = end + 1;
    }
    return changed;
}

class WechatpayBill : public ::testing::Test {
  protected:
    /// The lines of a trade bill, nothing of which may be unreadable.
    static std::vector<std::string> lines_of(const std::string& text) {
        const RegistryPtr registry = wechatpay_registry(wechatpay_account());
        const auto bill =
            parse_bill(text, registry->find_adapter("wechatpay")->bills.at("trade").layout);
        EXPECT_TRUE(bill) << (bill ? "" : bill.error().message);
        std::vector<std::string> lines;
        for (const BillLine& line : bill ? bill->lines : std::vector<BillLine>{}) {
            lines.push_back(shown(line));
        }
        EXPECT_THAT(bill ? bill->problems : std::vector<std::string>{}, IsEmpty());
        return lines;
    }

    /// A day at a till: a payment, one that the till took back, and one with a coupon of 2.00 that
    /// the merchant bears, half of which was refunded.
    const std::string till_ = source_text("tests/channels/bills/wechatpay_trade_till.csv");
    /// A day of an archive: 24 columns, fees with two decimals.
    const std::string old_ = source_text("tests/channels/bills/wechatpay_trade_old.csv");
};

TEST_F(WechatpayBill, TellsWhatATillTookBackFromPaymentsAndRefunds) {
    EXPECT_THAT(
        lines_of(till_),
        ElementsAre(
            "2 SUCCESS=payment of SL20260101000003 4200000000202601010000000003, refund none none "
            "none, 12.34 CNY fee 7000, 2026-01-01T00:00:30Z",
            "3 REVOKED=reversal of SL20260101000004 4200000000202601010000000004, refund none none "
            "none, 5.60 CNY fee 0, 2026-01-01T00:01:02Z",
            "4 SUCCESS=payment of SL20260101000005 4200000000202601010000000005, refund none none "
            "none, 20.00 CNY fee 11000, 2026-01-01T00:05:00Z",
            "5 REFUND=refund of SL20260101000005 4200000000202601010000000005, refund "
            "RF20260101000005 50300000002026010100000000005 PROCESSING, 10.00 CNY fee -5000, "
            "2026-01-01T01:10:00Z"
        )
    );
}

TEST_F(WechatpayBill, FindsWhatATillTookBackWhereverItStandsAndItsFeeAsGivenBack) {
    constexpr std::size_t kSettled = 12, kRefunded = 16, kFee = 22, kPaid = 24, kAskedBack = 25;
    for (const bool as_a_payment : {true, false}) {
        const auto lines = lines_of(with_cells(till_, [&](std::vector<std::string>& cells) {
            if (cells.size() > kAskedBack && cells[9] == "`REVOKED") {
                cells[kSettled] = cells[kPaid] = as_a_payment ? "`5.60" : "`0.00";
                cells[kRefunded] = cells[kAskedBack] = as_a_payment ? "`0.00" : "`5.60";
                cells[kFee] = "`0.03000";
            }
        }));

        ASSERT_GE(lines.size(), 2U);
        EXPECT_EQ(
            lines[1],
            "3 REVOKED=reversal of SL20260101000004 4200000000202601010000000004, refund none none "
            "none, 5.60 CNY fee -3000, 2026-01-01T00:01:02Z"
        );
    }
}

TEST_F(WechatpayBill, WithoutTheNewerAmountsTellsWhatWasSettled) {
    const std::string text =
        with_cells(till_, [](std::vector<std::string>& cells) { cells.resize(cells.size() - 3); });

    EXPECT_THAT(
        lines_of(text),
        ElementsAre(
            "2 SUCCESS=payment of SL20260101000003 4200000000202601010000000003, refund none none "
            "none, 12.34 CNY fee 7000, 2026-01-01T00:00:30Z",
            "3 REVOKED=reversal of SL20260101000004 4200000000202601010000000004, refund none none "
            "none, 5.60 CNY fee 0, 2026-01-01T00:01:02Z",
            "4 SUCCESS=payment of SL20260101000005 4200000000202601010000000005, refund none none "
            "none, 18.00 CNY fee 11000, 2026-01-01T00:05:00Z",
            "5 REFUND=refund of SL20260101000005 4200000000202601010000000005, refund "
            "RF20260101000005 50300000002026010100000000005 PROCESSING, 9.00 CNY fee -5000, "
            "2026-01-01T01:10:00Z"
        )
    );
}

class WechatpayOldBill : public WechatpayBill {
  protected:
    static void expect_its_lines(const std::string& text) {
        EXPECT_THAT(
            lines_of(text),
            ElementsAre(
                "2 SUCCESS=payment of SL20190101000006 4200000000201901010000000006, refund none "
                "none none, 12.34 CNY fee 7000, 2019-01-01T00:00:30Z",
                "3 REVOKED=reversal of SL20190101000007 4200000000201901010000000007, refund none "
                "none none, 5.60 CNY fee 0, 2019-01-01T00:01:02Z",
                "4 REFUND=refund of SL20190101000006 4200000000201901010000000006, refund "
                "RF20190101000006 50300000002019010100000000006 SUCCESS, 2.34 CNY fee -1000, "
                "2019-01-01T01:10:00Z",
                "5 REFUND=refund of SL20190101000008 4200000000201901010000000008, refund "
                "RF20190101000008 50300000002019010100000000008 PROCESSING, 100.00 CNY fee -60000, "
                "2019-01-01T01:11:00Z"
            )
        );
    }
};

TEST_F(WechatpayOldBill, HasRefundsAndWhatATillTookBack) { expect_its_lines(old_); }

TEST_F(WechatpayOldBill, MayHaveTheTimesOfARefundBeforeItsNumber) {
    constexpr std::ptrdiff_t kRefundNumber = 14;
    bool is_header = true;
    const std::string text = with_cells(old_, [&](std::vector<std::string>& cells) {
        const bool is_sum = cells.size() < 24;
        if (!is_sum) {
            const std::string asked = is_header ? "退款申请时间" : "`2019-01-02 09:10:00";
            const std::string done = is_header ? "退款成功时间" : "`2019-01-02 09:10:05";
            cells.insert(cells.begin() + kRefundNumber, {asked, done});
        }
        is_header = false;
    });

    expect_its_lines(text);
}

}  // namespace
}  // namespace sluice::channel::testing
