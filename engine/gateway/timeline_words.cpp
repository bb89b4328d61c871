#include "gateway/timeline_words.hpp"

#include <algorithm>
#include <array>

namespace sluice::gateway {
namespace {

constexpr std::array<Word, 8> kOutcomes{{
    {"succeeded", "paid", "已支付"},
    {"pending", "accepted, the payer or the channel still acts", "已受理，等待付款人或渠道"},
    {"refused", "refused, no money moves", "已拒绝，资金不会变动"},
    {"not_sent", "surely not reached, nothing was done", "请求确定未送达，未执行"},
    {"unknown", "no answer to rely on, it may have been done", "结果未知，可能已执行"},
    {"config", "not asked: our own set-up is wrong", "我方配置有误，未执行"},
    {"not_found", "it knows no such order", "查无此单"},
    {"closed", "closed without payment", "已关闭，未支付"},
}};

/// Where they differ when money goes back.
constexpr std::array<Word, 5> kRefundOutcomes{{
    {"succeeded", "given back", "已退款"},
    {"pending", "accepted, the money is on its way back", "已受理，退款处理中"},
    {"not_found", "it knows no such refund", "查无此退款"},
    {"closed", "closed, nothing goes back this way", "已关闭，未退款"},
    {"returned", "the money came back to us", "款项已退回我方"},
}};

/// Where they differ when money is paid out.
constexpr std::array<Word, 5> kPayoutOutcomes{{
    {"succeeded", "paid out", "已付款"},
    {"pending", "accepted, the money is on its way", "已受理，付款处理中"},
    {"not_found", "it knows no such payout", "查无此付款"},
    {"closed", "closed, nothing was paid", "已关闭，未付款"},
    {"returned", "the payee's side sent it back", "收款方已退票"},
}};

constexpr std::array<Word, 7> kQuestions{{
    {"collect", "to take the order", "下单"},
    {"query", "how the order stands", "查询订单"},
    {"close", "to close the order", "关闭订单"},
    {"refund", "to give the money back", "退款"},
    {"refund_query", "what became of the refund", "查询退款"},
    {"payout", "to pay the money out", "付款"},
    {"payout_query", "what became of the payout", "查询付款"},
}};

constexpr std::array<Word, 12> kStatuses{{
    {"created", "recorded, not yet confirmed as sent", "已记录，尚未确认送出"},
    {"pending", "under way", "处理中"},
    {"unknown", "unknown: the money may or may not have moved", "未知：资金可能已变动"},
    {"succeeded", "succeeded", "成功"},
    {"refused", "refused", "被拒绝"},
    {"closed", "closed without payment", "已关闭，未支付"},
    {"released", "given back", "已退回"},
    {"conflicted", "in conflict with our record: a person must look", "与我方记录冲突，待人工处理"},
    {"failed", "failed", "失败"},
    {"returned", "gone out and come back to us", "已退回我方"},
    {"surplus", "surplus: no order takes the money, it goes back", "多收：无订单可入账，将退还"},
    {"compensating", "being unwound: what was taken is given back", "回退中：已取款项正在退还"},
}};

constexpr std::array<Word, 6> kAccountSteps{{
    {"hold", "Froze", "冻结"},
    {"capture", "Took", "扣除"},
    {"release", "Gave back", "退回"},
    {"give", "Put", "存入"},
    {"take", "Took", "扣除"},
    {"restore", "Gave back", "退回"},
}};

constexpr std::array<Word, 17> kLedgerAccounts{{
    {"1001", "Our bank account", "我方银行账户"},
    {"1101", "Payment in transit", "支付在途"},
    {"1103", "Channel float", "渠道运营账户"},
    {"1201", "Merchant receivable", "应收商户款"},
    {"1202", "Compensation recoverable", "应收赔付款"},
    {"2001", "User balance", "用户余额"},
    {"2002", "Prepaid card", "预付卡"},
    {"2101", "Merchant pending", "商户待结算"},
    {"2102", "Merchant available", "商户可用余额"},
    {"2201", "Order holding", "订单暂存"},
    {"2202", "Refund payable", "应付退款"},
    {"2203", "Payout in process", "付款处理中"},
    {"2204", "Duplicate payment payable", "重复支付应付"},
    {"4002", "Service fee", "服务费收入"},
    {"5001", "Channel cost", "渠道成本"},
    {"5002", "Compensation", "赔付支出"},
    {"5901", "Short loss", "短款损失"},
}};

constexpr std::array<Word, 4> kServices{{
    {"payment", "payment", "支付"},
    {"refund", "refund", "退款"},
    {"payout", "payout", "付款"},
    {"transfer", "transfer", "转账"},
}};

/// The word itself when it is not listed.
template <std::size_t Size>
Word find(const std::array<Word, Size>& words, std::string_view word) {
    const auto found = std::ranges::find(words, word, &Word::word);
    return found == words.end() ? Word{word, word, word} : *found;
}

}  // namespace

Word outcome_word(payment::Purpose purpose, std::string_view kind) {
    if (purpose == payment::Purpose::collect) {
        return find(kOutcomes, kind);
    }
    const auto& own = purpose == payment::Purpose::refund ? kRefundOutcomes : kPayoutOutcomes;
    const auto* found = std::ranges::find(own, kind, &Word::word);
    return found != own.end() ? *found : find(kOutcomes, kind);
}

Word question_word(std::string_view operation) { return find(kQuestions, operation); }
Word status_word(std::string_view status) { return find(kStatuses, status); }
Word account_step_word(std::string_view step) { return find(kAccountSteps, step); }
Word ledger_account_word(std::string_view gl) { return find(kLedgerAccounts, gl); }
Word service_word(std::string_view service) { return find(kServices, service); }

}  // namespace sluice::gateway
