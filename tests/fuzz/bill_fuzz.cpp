// Whatever stands in a bill or an archive: it is read, or said to be broken, within its limits.
// Linked with fuzz_main.cpp it runs a fixed number of seeded changes; a fuzzing compiler brings its
// own main.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "channel/bill.hpp"
#include "channel/charset.hpp"
#include "channel/unpack.hpp"
#include "core/invariant.hpp"

namespace {

using sluice::channel::Bill;
using sluice::channel::BillLayout;
using sluice::channel::BillLineKind;

constexpr std::size_t kUnpackedMax = 1U << 20U;

BillLayout marked_layout() {
    BillLayout layout;
    layout.mark = "`";
    layout.at.names = {"交易时间"};
    layout.kind.names = {"交易状态"};
    layout.number.names = {"商户订单号"};
    layout.reference.names = {"微信订单号"};
    layout.refund_number.names = {"商户退款单号"};
    layout.fee.names = {"手续费"};
    layout.paid.names = {"订单金额", "总金额"};
    layout.refunded.names = {"申请退款金额"};
    layout.kinds = {{"SUCCESS", BillLineKind::payment}, {"REFUND", BillLineKind::refund}};
    return layout;
}

BillLayout commented_layout() {
    BillLayout layout;
    layout.comment = "#";
    layout.at.names = {"完成时间"};
    layout.kind.names = {"业务类型"};
    layout.number.names = {"商户订单号"};
    layout.reference.names = {"支付宝交易号"};
    layout.fee.names = {"服务费（元）"};
    layout.paid.names = {"订单金额（元）"};
    layout.kinds = {{"交易", BillLineKind::payment}, {"退款", BillLineKind::refund}};
    return layout;
}

void check(const sluice::Result<Bill>& bill) {
    if (!bill) {
        return;
    }
    for (const auto& line : bill->lines) {
        SLUICE_INVARIANT(line.amount.minor() >= 0);
        SLUICE_INVARIANT(line.number_in_file > 0);
        SLUICE_INVARIANT(line.kind != BillLineKind::refund || line.fee_milli_minor <= 0);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const BillLayout kMarked = marked_layout();
    static const BillLayout kCommented = commented_layout();
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check(sluice::channel::parse_bill(bytes, kMarked));
    check(sluice::channel::parse_bill(bytes, kCommented));
    if (const auto text = sluice::channel::to_utf8(bytes, sluice::channel::Charset::gbk)) {
        check(sluice::channel::parse_bill(*text, kCommented));
    }
    (void)sluice::channel::unpack_gzip(bytes, kUnpackedMax);
    (void)sluice::channel::unpack_zip(bytes, kUnpackedMax);
    return 0;
}
