#include "simulator/alipay_bill_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "channel/charset.hpp"
#include "channel/pack.hpp"
#include "simulator/alipay_order.hpp"
#include "simulator/alipay_trade.hpp"

namespace sluice::simulator {

namespace {

constexpr std::string_view kTradeColumns =
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,"
    "对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,"
    "商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,"
    "退款批次号/请求号,服务费（元）,分润（元）,备注";
constexpr std::size_t kTradeColumnCount = 25;
constexpr std::string_view kSummaryColumns =
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,"
    "支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）";
constexpr std::string_view kRow = "\r\n";
constexpr const char* kZero = "0.00";

std::string signed_yuan(std::int64_t fen) { return fen < 0 ? "-" + yuan_of(-fen) : yuan_of(fen); }

/// "2026年01月01日 00:00:00"
std::string long_time(Time at) {
    const std::string text = beijing_time(at);
    return text.substr(0, 4) + "年" + text.substr(5, 2) + "月" + text.substr(8, 2) + "日" +
           text.substr(10);
}

std::string without_marks(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return c == ',' || c == '\r' || c == '\n' || c == '\t'; }, ' '
    );
    return text;
}

/// What differs between the row of a payment and that of a refund; amounts in fen.
struct TradeRow {
    const Order* order = nullptr;
    std::string_view kind;
    Time done;
    std::int64_t amount = 0;
    std::int64_t fee = 0;
    std::string refund_number;
};

std::string row_of_trade(const TradeRow& row) {
    const CreateOrder& wanted = row.order->wanted;
    const std::string amount = signed_yuan(row.amount);
    // Both numbers are followed by a tab, so that no spreadsheet takes them for numbers.
    const std::array<std::string, kTradeColumnCount> cells{
        row.order->transaction_id + "\t",
        wanted.out_trade_no + "\t",
        std::string(row.kind),
        without_marks(wanted.description),
        beijing_time(row.order->created),
        beijing_time(row.done),
        "",
        "",
        "",
        "",
        kBuyerLogonId,
        amount,
        amount,
        kZero,
        kZero,
        kZero,
        kZero,
        kZero,
        "",
        kZero,
        kZero,
        row.refund_number,
        signed_yuan(row.fee),
        kZero,
        ""
    };
    std::string line;
    for (const std::string& cell : cells) {
        line += cell + ",";
    }
    line.pop_back();
    return line + std::string(kRow);
}

struct TradeSums {
    std::int64_t paid = 0;
    std::int64_t refunded = 0;
    std::int64_t fees = 0;  ///< below zero: taken
};

TradeSums sums_of(const TradeDay& day) {
    TradeSums sums;
    for (const Order& order : day.paid) {
        sums.paid += order.wanted.amount_total;
        sums.fees -= trade_fee(order.wanted.amount_total);
    }
    for (const TradeDay::Refunded& each : day.refunds) {
        sums.refunded += each.refund.wanted.amount_refund;
        sums.fees += trade_fee(each.refund.wanted.amount_refund);
    }
    return sums;
}

std::string title_lines(std::string_view name, const AlipayBillTitle& title) {
    return "#" + std::string(name) + std::string(kRow) + "#账号：[" + title.seller_id + "0156]" +
           std::string(kRow) + "#起始日期：[" + long_time(title.day.from) + "]   终止日期：[" +
           long_time(title.day.to) + "]" + std::string(kRow);
}

std::string detail_file(const AlipayBillTitle& title, const TradeDay& day) {
    const std::string row(kRow);
    const std::string line(40, '-');
    std::string file = title_lines("支付宝业务明细查询", title) + "#" + line + "业务明细列表" +
                       line + row + std::string(kTradeColumns) + row;
    for (const Order& order : day.paid) {
        const std::int64_t amount = order.wanted.amount_total;
        file += row_of_trade(
            {.order = &order,
             .kind = "交易",
             .done = order.paid.value_or(order.created),
             .amount = amount,
             .fee = -trade_fee(amount),
             .refund_number = {}}
        );
    }
    for (const auto& [refund, order] : day.refunds) {
        const std::int64_t amount = refund.wanted.amount_refund;
        file += row_of_trade(
            {.order = &order,
             .kind = "退款",
             .done = refund.succeeded.value_or(refund.created),
             .amount = -amount,
             .fee = trade_fee(amount),
             .refund_number = refund.wanted.out_refund_no}
        );
    }
    const TradeSums sums = sums_of(day);
    file += "#" + line + "业务明细列表结束" + line + row;
    file += "#交易合计：" + std::to_string(day.paid.size()) + "笔，商家实收共" +
            yuan_of(sums.paid) + "元，商家优惠共0.00元" + row;
    file += "#退款合计：" + std::to_string(day.refunds.size()) + "笔，商家实收退款共" +
            signed_yuan(-sums.refunded) + "元，商家优惠退款共0.00元" + row;
    return file + "#导出时间：[" + long_time(title.exported) + "]" + row;
}

std::string summary_file(const AlipayBillTitle& title, const TradeDay& day) {
    const TradeSums sums = sums_of(day);
    const std::string amount = signed_yuan(sums.paid - sums.refunded);
    return title_lines("支付宝业务汇总查询", title) + std::string(kSummaryColumns) +
           std::string(kRow) + "合计,," + std::to_string(day.paid.size()) + "," +
           std::to_string(day.refunds.size()) + "," + amount + "," + amount + ",0.00,0.00,0.00," +
           signed_yuan(sums.fees) + ",0.00," + signed_yuan(sums.paid - sums.refunded + sums.fees) +
           std::string(kRow);
}

std::string in_gbk(const std::string& text) {
    return channel::from_utf8(text, channel::Charset::gbk).value_or(std::string());
}

}  // namespace

std::string alipay_trade_bill(const AlipayBillTitle& title, const TradeDay& day) {
    std::string date = beijing_time(title.day.from).substr(0, 10);
    std::erase(date, '-');
    const std::string name = title.seller_id + "0156_" + date + "_业务明细";
    return channel::zipped(
        {{in_gbk(name + ".csv"), in_gbk(detail_file(title, day))},
         {in_gbk(name + "(汇总).csv"), in_gbk(summary_file(title, day))}}
    );
}

}  // namespace sluice::simulator
