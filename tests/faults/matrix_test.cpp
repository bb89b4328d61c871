// Each protocol, each fault, for payments, refunds and payouts: all end as they should, and the
// channel's own books say the same as ours.
#include <algorithm>
#include <iostream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/matrix_shop.hpp"
#include "faults/teller.hpp"
#include "simulator/faults.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;

constexpr std::int64_t kAvailable = 10'000'000;
constexpr MatrixProtocol kWechatpay{
    .name = "wechatpay",
    .scene = "qr",
    .order_member = "out_trade_no",
    .payout_method = "wechatpay",
    .end = &MatrixCell::wechatpay,
    .tells_of_refunds = true,
    .tells_of_payouts = true,
    .knows_what_was_scanned = false
};
constexpr MatrixProtocol kAlipay{
    .name = "alipay",
    .scene = "qr",
    .order_member = "out_trade_no",
    .payout_method = "alipay",
    .end = &MatrixCell::alipay,
    .tells_of_refunds = false,
    .tells_of_payouts = false,
    .knows_what_was_scanned = true
};
constexpr MatrixProtocol kBank{
    .name = "bank",
    .scene = "transfer",
    .order_member = "request_number",
    .payout_method = "bank_account",
    .end = &MatrixCell::bank,
    .tells_of_refunds = false,
    .tells_of_payouts = true,
    .knows_what_was_scanned = false
};

template <class Cells>
void collect(std::set<std::string>& words, const Cells& cells) {
    for (const MatrixCell& cell : cells) {
        words.insert(std::string(cell.operation) + " " + std::string(cell.kind));
    }
}

TEST(Matrix, HasACellForEveryFaultThatTheSimulatorKnows) {
    std::set<std::string> cells;
    collect(cells, kPaymentCells);
    collect(cells, kRefundCells);
    collect(cells, kPayoutCells);
    collect(cells, kPayoutCellsThatLast);
    std::set<std::string> faults;
    for (const simulator::FaultUse& use : simulator::fault_uses()) {
        // Questions about an account move no money; bank_batch_test has requests for many payouts.
        if (use.operation != "balance" && use.operation != "statement" &&
            use.operation != "payout_batch") {
            faults.insert(std::string(use.operation) + " " + std::string(use.kind));
        }
    }

    EXPECT_EQ(cells, faults);
}

/// Where a cell has an end for what the simulator says that its protocol cannot do, or has none for
/// what it can.
template <class Cells>
void collect_wrong(std::set<std::string>& found, const Cells& cells) {
    for (const MatrixProtocol& protocol : {kWechatpay, kAlipay, kBank}) {
        for (const MatrixCell& cell : cells) {
            // The bank gives nothing back: what it collected goes back as a payout.
            if (protocol.name == kBank.name && cell.operation.starts_with("refund")) {
                continue;
            }
            const auto why =
                simulator::why_not(protocol.name, {.operation = cell.operation, .kind = cell.kind});
            if (why.empty() == (cell.*protocol.end == kNotThere)) {
                found.insert(
                    std::string(protocol.name) + " " + std::string(cell.operation) + " " +
                    std::string(cell.kind)
                );
            }
        }
    }
}

TEST(Matrix, HasAnEndForWhatAProtocolCanDoAndForNothingElse) {
    std::set<std::string> wrong;
    collect_wrong(wrong, kPaymentCells);
    collect_wrong(wrong, kRefundCells);
    collect_wrong(wrong, kPayoutCells);
    collect_wrong(wrong, kPayoutCellsThatLast);

    EXPECT_THAT(wrong, IsEmpty());
}

class ProtocolMatrix : public ::testing::TestWithParam<MatrixProtocol> {
  protected:
    template <class Cells, class Begin>
    void begin_all(const Cells& cells, const Begin& begin) {
        for (const MatrixCell& cell : cells) {
            if (cell.*GetParam().end != kNotThere) {
                under_way_.push_back(begin(cell));
            }
        }
    }
    /// How many of them end so.
    [[nodiscard]] std::int64_t ends(std::string_view end) const {
        return std::ranges::count_if(under_way_, [&](const MatrixCase& each) {
            return each.cell->*GetParam().end == end;
        });
    }
    /// What did not end as its cell says.
    std::vector<std::string> astray() {
        std::vector<std::string> found;
        for (const MatrixCase& each : under_way_) {
            const std::string wanted(each.cell->*GetParam().end);
            const std::string end = shop_.end_of(each);
            if (end != wanted) {
                found.push_back(
                    each.name() + ": wanted " + wanted + ", is " + end + " " + shop_.shown(each)
                );
            }
        }
        return found;
    }
    void expect_ends() {
        static_cast<void>(eventually([&] { return astray().empty(); }));
        EXPECT_THAT(astray(), IsEmpty());
        EXPECT_THAT(shop_.faults_left(), IsEmpty()) << "what nothing met proves nothing";
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
    }

    Cluster cluster_{{.collects_by_bank = true, .has_alipay = true}};
    Teller teller_{cluster_, kAvailable};
    MatrixShop shop_{cluster_, GetParam()};
    std::vector<MatrixCase> under_way_;
};

/// Of protocols that collect, of those that give back, and of those that pay out.
class MatrixOfPayments : public ProtocolMatrix {};
class MatrixOfRefunds : public ProtocolMatrix {};
class MatrixOfPayouts : public ProtocolMatrix {};

TEST_P(MatrixOfPayments, EndsRightInSoundBooks) {
    begin_all(kPaymentCells, [&](const MatrixCell& cell) { return shop_.begin_payment(cell); });

    expect_ends();

    EXPECT_EQ(teller_.booked("1101"), kMatrixAmount * ends(kPaid));
    std::int64_t paid = 0;
    for (const ChannelOrder& order : cluster_.psp().books()) {
        EXPECT_LE(order.payments, 1) << order.out_trade_no;
        paid += order.payments;
    }
    paid += teller_.bank().collected() / kMatrixAmount;
    EXPECT_EQ(paid, ends(kPaid) + ends(kConflict)) << "what the channel took";
}

TEST_P(MatrixOfRefunds, EndsRightInSoundBooks) {
    begin_all(kRefundCells, [&](const MatrixCell& cell) { return shop_.begin_refund(cell); });

    expect_ends();

    std::int64_t given_back = 0;
    for (const ChannelRefund& refund : cluster_.psp().refunds()) {
        given_back += refund.status == "SUCCESS" ? 1 : 0;
    }
    EXPECT_EQ(given_back, ends(kGivenBack) + ends(kConflict)) << "what the channel gave back";
    const auto collected = static_cast<std::int64_t>(under_way_.size());
    EXPECT_EQ(teller_.booked("1101"), kMatrixAmount * (collected - ends(kGivenBack)));
}

TEST_P(MatrixOfPayouts, EndsRightInSoundBooks) {
    const auto begin = [&](const MatrixCell& cell) { return shop_.begin_payout(cell); };
    begin_all(kPayoutCells, begin);
    expect_ends();
    // Now nothing else is there that it could hit, as it lasts.
    begin_all(kPayoutCellsThatLast, begin);
    expect_ends();

    const std::int64_t unclear = kMatrixAmount * ends(kConflict);
    const std::int64_t paid = kMatrixAmount * (ends(kAtPayee) + shop_.untroubled());
    EXPECT_EQ(teller_.balance_of(teller_.account()), kAvailable - paid - unclear);
    EXPECT_EQ(teller_.booked("1103"), -paid);
    EXPECT_EQ(teller_.booked("2203"), -unclear);
}

std::string name_of(const ::testing::TestParamInfo<MatrixProtocol>& protocol) {
    return std::string(protocol.param.name);
}

INSTANTIATE_TEST_SUITE_P(
    Of, MatrixOfPayments, ::testing::Values(kWechatpay, kAlipay, kBank), name_of
);
INSTANTIATE_TEST_SUITE_P(Of, MatrixOfRefunds, ::testing::Values(kWechatpay, kAlipay), name_of);
INSTANTIATE_TEST_SUITE_P(
    Of, MatrixOfPayouts, ::testing::Values(kWechatpay, kAlipay, kBank), name_of
);

}  // namespace
}  // namespace sluice::testing
