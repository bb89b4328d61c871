#include "simulator/wechat_bill_file.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "core/money.hpp"
#include "simulator/beijing.hpp"

namespace sluice::simulator {

namespace {

constexpr std::string_view kColumns =
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
constexpr std::string_view kSumColumns =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kNothing = "0.00";
constexpr std::string_view kRate = "0.60%";
constexpr std::string_view kFundColumns =
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),"
    "资金变更提交申请人,备注,业务凭证号";
constexpr std::string_view kFundSumColumns = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额";

std::string yuan(std::int64_t fen) { return Money(fen, *Currency::parse("CNY")).to_decimal(); }

/// To a fen, as it is charged, written with five decimals as the channel does.
std::string fee_text(std::int64_t fee_fen) { return yuan(fee_fen) + "000"; }

template <std::size_t count>
std::string line_of(const std::array<std::string, count>& cells) {
    std::string line;
    for (const std::string& cell : cells) {
        line += (line.empty() ? "`" : ",`") + cell;
    }
    return line + std::string(kLineEnd);
}

std::string payment_line(const Order& order) {
    const std::int64_t total = order.wanted.amount_total;
    return line_of<27>(
        {beijing_time(order.paid.value_or(order.created)),
         order.wanted.appid,
         order.wanted.mchid,
         "0",
         "",
         order.transaction_id,
         order.wanted.out_trade_no,
         order.payer_openid,
         std::string(trade_type(order.wanted.scene)),
         "SUCCESS",
         "OTHERS",
         "CNY",
         yuan(total),
         std::string(kNothing),
         "0",
         "0",
         std::string(kNothing),
         std::string(kNothing),
         "",
         "",
         order.wanted.description,
         "",
         fee_text(trade_fee(total)),
         std::string(kRate),
         yuan(total),
         std::string(kNothing),
         ""}
    );
}

std::string refund_line(const TradeDay::Refunded& refunded) {
    const auto& [refund, order] = refunded;
    const std::int64_t amount = refund.wanted.amount_refund;
    return line_of<27>(
        {beijing_time(refund.created),
         order.wanted.appid,
         order.wanted.mchid,
         "0",
         "",
         order.transaction_id,
         order.wanted.out_trade_no,
         order.payer_openid,
         std::string(trade_type(order.wanted.scene)),
         "REFUND",
         "OTHERS",
         "CNY",
         std::string(kNothing),
         std::string(kNothing),
         refund.refund_id,
         refund.wanted.out_refund_no,
         yuan(amount),
         std::string(kNothing),
         "ORIGINAL",
         std::string(to_string(refund.status)),
         order.wanted.description,
         "",
         "-" + fee_text(trade_fee(amount)),
         std::string(kRate),
         std::string(kNothing),
         yuan(amount),
         ""}
    );
}

struct FundWord {
    BookedKind kind;
    std::string_view name;
};

constexpr std::array kFundWords{
    FundWord{BookedKind::collection, "交易"},
    FundWord{BookedKind::refund, "退款"},
    FundWord{BookedKind::refund_return, "退款退回"},
    FundWord{BookedKind::credit, "充值"},
    FundWord{BookedKind::debit, "提现"},
};

std::string fund_line(const Booked& line) {
    const auto* word = std::ranges::find(kFundWords, line.kind, &FundWord::kind);
    const std::string name(word == kFundWords.end() ? "其他" : word->name);
    return line_of<11>(
        {beijing_time(line.at),
         line.bank_number,
         line.bank_number,
         name,
         name,
         line.amount > 0 ? "收入" : "支出",
         yuan(std::abs(line.amount)),
         yuan(line.balance),
         "system",
         "",
         line.request_number}
    );
}

}  // namespace

std::string wechat_trade_bill(const TradeDay& day) {
    std::string file(kColumns);
    file += kLineEnd;
    std::int64_t paid = 0;
    std::int64_t refunded = 0;
    std::int64_t fees = 0;
    for (const Order& order : day.paid) {
        paid += order.wanted.amount_total;
        fees += trade_fee(order.wanted.amount_total);
        file += payment_line(order);
    }
    for (const TradeDay::Refunded& each : day.refunds) {
        refunded += each.refund.wanted.amount_refund;
        fees -= trade_fee(each.refund.wanted.amount_refund);
        file += refund_line(each);
    }
    file += kSumColumns;
    file += kLineEnd;
    return file + line_of<7>(
                      {std::to_string(day.paid.size() + day.refunds.size()),
                       yuan(paid),
                       yuan(refunded),
                       std::string(kNothing),
                       fee_text(fees),
                       yuan(paid),
                       yuan(refunded)}
                  );
}

std::string wechat_fund_bill(const StatementDay& day) {
    std::string file(kFundColumns);
    file += kLineEnd;
    std::size_t incomes = 0;
    std::int64_t income = 0;
    std::int64_t expense = 0;
    for (const Booked& line : day.lines) {
        incomes += line.amount > 0 ? 1 : 0;
        (line.amount > 0 ? income : expense) += std::abs(line.amount);
        file += fund_line(line);
    }
    file += kFundSumColumns;
    file += kLineEnd;
    return file + line_of<5>(
                      {std::to_string(day.lines.size()) + ".0",
                       std::to_string(incomes) + ".0",
                       yuan(income),
                       std::to_string(day.lines.size() - incomes) + ".0",
                       yuan(expense)}
                  );
}

}  // namespace sluice::simulator
