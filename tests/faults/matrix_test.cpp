// Each protocol, each fault, for payments, refunds and payouts: all end as they should, and the
// channel's own books say the same as ours.
#include <algorithm>
#include <array>
#include <set>
#include <span>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "faults/edited_scripts.hpp"
#include "faults/matrix_shop.hpp"
#include "faults/matrix_till_cells.hpp"
#include "faults/matrix_traces.hpp"
#include "faults/teller.hpp"
#include "simulator/faults.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::IsEmpty;

constexpr std::int64_t kAvailable = 10'000'000;
constexpr MatrixProtocol kWechatpay{
    .name = "wechatpay",
    .method = "wechatpay",
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
    .method = "alipay",
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
    .method = "bank",
    .scene = "transfer",
    .order_member = "request_number",
    .payout_method = "bank_account",
    .end = &MatrixCell::bank,
    .tells_of_refunds = false,
    .tells_of_payouts = true,
    .knows_what_was_scanned = false
};

constexpr std::array kProtocols{kWechatpay, kAlipay, kBank};

/// Codes at its till; refunds and payouts are those of the protocol.
constexpr MatrixProtocol at_till(MatrixProtocol protocol, std::string_view name) {
    protocol.name = name;
    protocol.scene = simulator::kTillScene;
    return protocol;
}
constexpr MatrixProtocol by_v2(MatrixProtocol protocol) {
    protocol.barcode_api = "v2";
    return protocol;
}
constexpr MatrixProtocol kWechatpayTill = at_till(kWechatpay, "wechatpay_till");
constexpr MatrixProtocol kWechatpayTillV2 = by_v2(at_till(kWechatpay, "wechatpay_till_v2"));
constexpr MatrixProtocol kAlipayTill = at_till(kAlipay, "alipay_till");
/// The bank has none, and says so.
constexpr std::array kTills{
    kWechatpayTill, kWechatpayTillV2, kAlipayTill, at_till(kBank, "bank_till")
};

/// The account that pays by old batches pays alone.
constexpr MatrixProtocol by_batches(MatrixProtocol protocol) {
    protocol.name = "wechatpay_batches";
    protocol.pays_out_by = "wx-backup";
    protocol.end = &MatrixCell::batches;
    return protocol;
}
constexpr MatrixProtocol kWechatpayBatches = by_batches(kWechatpay);
constexpr std::array kWaysOfPayouts{kWechatpay, kAlipay, kBank, kWechatpayBatches};

using Cells = std::span<const MatrixCell>;

std::string name_of(const MatrixCell& cell) {
    return std::string(cell.operation) + " " + std::string(cell.kind);
}

void collect(std::set<std::string>& words, Cells cells) {
    for (const MatrixCell& cell : cells) {
        words.insert(name_of(cell));
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

TEST(Matrix, HasACellForEveryFaultThatMayMeetACodeAtATill) {
    std::set<std::string> cells;
    collect(cells, kTillCells);
    std::set<std::string> faults;
    for (const simulator::FaultUse& use : simulator::fault_uses()) {
        // Of a payment at a till nothing is told.
        if (use.operation == "create" || use.operation == "query" || use.operation == "close") {
            faults.insert(std::string(use.operation) + " " + std::string(use.kind));
        }
    }

    EXPECT_EQ(cells, faults);
}

/// Where a cell has an end for what the simulator says that its protocol cannot do, or has none for
/// what it can.
void collect_wrong(
    std::set<std::string>& found, Cells cells, std::span<const MatrixProtocol> protocols
) {
    for (const MatrixProtocol& protocol : protocols) {
        for (const MatrixCell& cell : cells) {
            // The bank gives nothing back: what it collected goes back as a payout.
            if (protocol.method == kBank.method && cell.operation.starts_with("refund")) {
                continue;
            }
            const std::string_view scene =
                protocol.is_at_till() ? simulator::kTillScene : std::string_view();
            const auto why = simulator::why_not(
                protocol.method, {.operation = cell.operation, .kind = cell.kind, .scene = scene}
            );
            if (why.empty() == (cell.*protocol.end == kNotThere)) {
                found.insert(std::string(protocol.name) + " " + name_of(cell));
            }
        }
    }
}

TEST(Matrix, HasAnEndForWhatAProtocolCanDoAndForNothingElse) {
    std::set<std::string> wrong;
    collect_wrong(wrong, kPaymentCells, kProtocols);
    collect_wrong(wrong, kTillCells, kTills);
    collect_wrong(wrong, kRefundCells, kProtocols);
    collect_wrong(wrong, kPayoutCells, kWaysOfPayouts);
    collect_wrong(wrong, kPayoutCellsThatLast, kWaysOfPayouts);

    EXPECT_THAT(wrong, IsEmpty());
}

/// Nothing, or an edit by which only that account pays out.
std::vector<ScriptEdit> edits_of(const MatrixProtocol& protocol) {
    if (protocol.pays_out_by.empty()) {
        return {};
    }
    const std::string condition = "list.contains(candidate.payout_methods, facts.method)";
    return {
        {.file = "scripts/routing/payout_route.lua",
         .from = condition,
         .to = condition + " and candidate.name == \"" + std::string(protocol.pays_out_by) + "\""}
    };
}

class ProtocolMatrix : public ::testing::TestWithParam<MatrixProtocol> {
  protected:
    template <class Begin>
    void begin_all(Cells cells, const Begin& begin) {
        for (const MatrixCell& cell : cells) {
            if (GetParam().may_meet(cell)) {
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
        expect_traces();
        EXPECT_THAT(unsound_ledger(cluster_), IsEmpty());
    }

    /// Each lie is there for people to see, and of nothing else they are asked.
    void expect_traces() {
        std::vector<std::string> wrong;
        static_cast<void>(eventually([&] {
            wrong = wrong_traces(cluster_, GetParam(), under_way_);
            return wrong.empty();
        }));
        EXPECT_THAT(wrong, IsEmpty());
    }

    EditedScripts scripts_{edits_of(GetParam())};
    Cluster cluster_{
        {.collects_by_bank = true,
         .has_alipay = true,
         .barcode_api = std::string(GetParam().barcode_api),
         .root = scripts_.root()}
    };
    Teller teller_{cluster_, kAvailable};
    MatrixShop shop_{cluster_, GetParam()};
    std::vector<MatrixCase> under_way_;
};

/// Of protocols that collect, of those whose payers show codes, of those that give back, and of
/// those that pay out.
class MatrixOfPayments : public ProtocolMatrix {};
class MatrixOfTills : public ProtocolMatrix {};
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

TEST_P(MatrixOfTills, EndsRightInSoundBooks) {
    begin_all(kTillCells, [&](const MatrixCell& cell) { return shop_.begin_payment(cell); });

    expect_ends();

    const std::int64_t paid = ends(kPaid) + shop_.untroubled();
    EXPECT_EQ(teller_.booked("1101"), kMatrixAmount * paid);
    std::int64_t kept = 0;
    for (const ChannelOrder& order : cluster_.psp().books()) {
        EXPECT_LE(order.payments, 1) << order.out_trade_no;
        EXPECT_EQ(order.creates, 1) << "a code is shown once, " << order.out_trade_no;
        EXPECT_EQ(order.callbacks_sent, 0) << "nothing is told of a till";
        kept += kMatrixAmount * order.payments;
    }
    for (const ChannelRefund& reversed : cluster_.psp().refunds()) {
        kept -= reversed.amount;
    }
    EXPECT_EQ(kept, kMatrixAmount * (paid + ends(kConflict))) << "what the channel kept";
}

TEST_P(MatrixOfRefunds, EndsRightInSoundBooks) {
    shop_.collect(kRefundCells.size());
    begin_all(kRefundCells, [&](const MatrixCell& cell) { return shop_.begin_refund(cell); });

    expect_ends();

    std::int64_t given_back = 0;
    for (const ChannelRefund& refund : cluster_.psp().refunds()) {
        given_back += refund.status == "SUCCESS" ? 1 : 0;
    }
    EXPECT_EQ(given_back, ends(kGivenBack) + ends(kConflict)) << "what the channel gave back";
    const auto collected = static_cast<std::int64_t>(kRefundCells.size());
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

std::string test_name(const ::testing::TestParamInfo<MatrixProtocol>& protocol) {
    return std::string(protocol.param.name);
}

INSTANTIATE_TEST_SUITE_P(Of, MatrixOfPayments, ::testing::ValuesIn(kProtocols), test_name);
INSTANTIATE_TEST_SUITE_P(
    Of, MatrixOfTills, ::testing::Values(kWechatpayTill, kWechatpayTillV2, kAlipayTill), test_name
);
INSTANTIATE_TEST_SUITE_P(
    Of,
    MatrixOfRefunds,
    ::testing::Values(kWechatpay, kAlipay, kWechatpayTill, kWechatpayTillV2, kAlipayTill),
    test_name
);
INSTANTIATE_TEST_SUITE_P(Of, MatrixOfPayouts, ::testing::ValuesIn(kWaysOfPayouts), test_name);

}  // namespace
}  // namespace sluice::testing
