#include "gateway/timeline_text.hpp"

#include <algorithm>
#include <array>

namespace sluice::gateway {
namespace {

struct Word {
    std::string_view word;
    std::string_view en;
    std::string_view zh;
};

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

constexpr std::array<Word, 3> kQuestions{{
    {"collect", "to take the order", "下单"},
    {"query", "how the order stands", "查询订单"},
    {"close", "to close the order", "关闭订单"},
}};

constexpr std::array<Word, 10> kStatuses{{
    {"created", "recorded, not yet confirmed as sent", "已记录，尚未确认送出"},
    {"pending", "under way", "处理中"},
    {"unknown", "unknown: the money may or may not have moved", "未知：资金可能已变动"},
    {"succeeded", "succeeded", "成功"},
    {"refused", "refused", "被拒绝"},
    {"closed", "closed without payment", "已关闭，未支付"},
    {"released", "given back", "已退回"},
    {"conflicted", "in conflict with our record: a person must look", "与我方记录冲突，待人工处理"},
    {"failed", "failed", "失败"},
    {"compensating", "being unwound: what was taken is given back", "回退中：已取款项正在退还"},
}};

constexpr std::array<Word, 3> kAccountSteps{{
    {"hold", "Froze", "冻结"},
    {"capture", "Took", "扣除"},
    {"release", "Gave back", "退回"},
}};

constexpr std::array<Word, 7> kLedgerAccounts{{
    {"1101", "Payment in transit", "支付在途"},
    {"2001", "User balance", "用户余额"},
    {"2002", "Prepaid card", "预付卡"},
    {"2101", "Merchant pending", "商户待结算"},
    {"2201", "Order holding", "订单暂存"},
    {"2202", "Refund payable", "应付退款"},
    {"2204", "Duplicate payment payable", "重复支付应付"},
}};

/// The word itself when it is not listed.
template <std::size_t Size>
Word find(const std::array<Word, Size>& words, std::string_view word) {
    const auto found = std::ranges::find(words, word, &Word::word);
    return found == words.end() ? Word{word, word, word} : *found;
}

std::string text(const Value& value, std::string_view member) {
    return std::string(value.text_or_empty(member));
}

const Value& below(const Value& value, std::string_view member) {
    static const Value kNothing{ValueObject{}};
    const Value* found = value.find(member);
    return found == nullptr ? kNothing : *found;
}

const ValueArray& list_of(const Value& value, std::string_view member) {
    static const ValueArray kNothing;
    const Value* found = value.find(member);
    const ValueArray* list = found == nullptr ? nullptr : found->as_array();
    return list == nullptr ? kNothing : *list;
}

/// ", CODE: message" of what the channel or ledger said, as far as there is any.
std::string reason(const Value& said) {
    const std::string code = text(said, "code");
    const std::string message = text(said, "message");
    return (code.empty() ? "" : ", " + code) + (message.empty() ? "" : ": " + message);
}

/// "a (why), b (why)".
std::string with_reasons(const ValueArray& candidates, std::size_t from) {
    std::string all;
    for (std::size_t i = from; i < candidates.size(); ++i) {
        const std::string why = text(candidates[i], "why");
        all += (all.empty() ? "" : ", ") + text(candidates[i], "name");
        all += why.empty() ? "" : " (" + why + ")";
    }
    return all;
}

Sentence tell_route(const Value& answer) {
    const ValueArray& accounts = list_of(answer, "accounts");
    const std::string first =
        accounts.empty() ? "" : with_reasons({accounts.begin(), accounts.begin() + 1}, 0);
    const std::string others = with_reasons(accounts, 1);
    const std::string dropped = with_reasons(list_of(answer, "dropped"), 0);
    Sentence sentence = accounts.empty()
                            ? Sentence{"Routing found no channel account", "路由未找到可用渠道账户"}
                            : Sentence{"Routing chose " + first, "路由选择 " + first};
    sentence.en += others.empty() ? "" : "; next would be " + others;
    sentence.zh += others.empty() ? "" : "；备选 " + others;
    sentence.en += dropped.empty() ? "." : "; left out: " + dropped + ".";
    sentence.zh += dropped.empty() ? "。" : "；排除 " + dropped + "。";
    return sentence;
}

Sentence tell_risk(const Value& answer) {
    const Value* allowed = answer.find("allowed");
    if (allowed != nullptr && allowed->as_bool() != nullptr && *allowed->as_bool()) {
        return {"The risk check allowed the payment.", "风控检查通过。"};
    }
    const std::string why = reason(answer);
    return {"The risk check stopped the payment" + why + ".", "风控检查拒绝" + why + "。"};
}

}  // namespace

std::string amount_text(const Value& item, std::string_view member) {
    const Value* value = item.find(member);
    const Money* money = value == nullptr ? nullptr : value->as_money();
    return money == nullptr ? ""
                            : money->to_decimal() + " " + std::string(money->currency().code());
}

Sentence ledger_account_name(std::string_view gl) {
    const Word name = find(kLedgerAccounts, gl);
    return {std::string(name.en), std::string(name.zh)};
}

Narrator::Narrator(const payment::Picture& picture) : picture_(picture) {}

const std::map<std::string_view, Narrator::Teller>& Narrator::tellers() {
    static const std::map<std::string_view, Teller> kTellers{
        {"started", &Narrator::tell_started},
        {"outcome", &Narrator::tell_outcome},
        {"callback", &Narrator::tell_callback},
        {"timer", &Narrator::tell_timer},
        {"close_requested", &Narrator::tell_close_requested},
        {"decision", &Narrator::tell_decision},
        {"terms", &Narrator::tell_terms},
        {"refusal", &Narrator::tell_refusal},
        {"stage", &Narrator::tell_stage},
        {"instruct", &Narrator::tell_instruct},
        {"exchange", &Narrator::tell_exchange},
        {"instruction", &Narrator::tell_instruction},
        {"hold", &Narrator::tell_hold},
        {"capture", &Narrator::tell_hold},
        {"release", &Narrator::tell_hold},
        {"post", &Narrator::tell_post},
        {"case", &Narrator::tell_case},
        {"status", &Narrator::tell_status},
    };
    return kTellers;
}

Sentence Narrator::tell(const Value& item) const {
    const std::string type = text(item, "type");
    const auto found = tellers().find(type);
    return found == tellers().end() ? Sentence{type, type} : (this->*found->second)(item);
}

const payment::Instruction* Narrator::instruction_of(const Value& item) const {
    const std::string id = text(item, "instruction");
    const auto found = std::ranges::find_if(picture_.instructions, [&](const auto& instruction) {
        return instruction.id.to_string() == id;
    });
    return found == picture_.instructions.end() ? nullptr : &*found;
}

int Narrator::leg_of(const Value& item) const {
    const auto* instruction = instruction_of(item);
    return instruction == nullptr ? 0 : instruction->leg_number;
}

std::string Narrator::party_of(const Value& item) const {
    const auto* instruction = instruction_of(item);
    if (instruction == nullptr) {
        return text(item, "instruction");
    }
    const std::string& account = instruction->channel_account;
    return instruction->channel + (account.empty() ? "" : " (" + account + ")");
}

Sentence Narrator::tell_started(const Value& /*item*/) const {
    const Money& amount = picture_.subject.amount;
    const std::string sum = amount.to_decimal() + " " + std::string(amount.currency().code());
    const std::string number = picture_.order.merchant_order_number;
    return {
        "The payment of " + sum + " for order " + number + " began.",
        "订单 " + number + " 的支付开始，金额 " + sum + "。"
    };
}

Sentence Narrator::tell_outcome(const Value& item) const {
    const Value& said = below(item, "outcome");
    const Word question = find(kQuestions, text(item, "operation"));
    const Word kind = find(kOutcomes, text(said, "kind"));
    const std::string party = party_of(item);
    const std::string why = reason(said);
    return {
        "Asked " + std::string(question.en) + ", " + party + " answered: " + std::string(kind.en) +
            why + ".",
        party + " 对“" + std::string(question.zh) + "”的结果：" + std::string(kind.zh) + why + "。"
    };
}

Sentence Narrator::tell_callback(const Value& item) const {
    const Value& said = below(item, "outcome");
    const Word kind = find(kOutcomes, text(said, "kind"));
    const std::string party = party_of(item);
    const std::string why = reason(said);
    return {
        party + " told us unasked: " + std::string(kind.en) + why + ".",
        party + " 主动通知：" + std::string(kind.zh) + why + "。"
    };
}

Sentence Narrator::tell_timer(const Value& /*item*/) const {
    return {"A waiting time was over.", "等待时间到。"};
}

Sentence Narrator::tell_close_requested(const Value& item) const {
    if (text(item, "reason") == "superseded") {
        return {
            "Another attempt to pay the order is to take the place of this one.",
            "另一次支付尝试将取代本次支付。"
        };
    }
    return {"The business system asked to close the payment.", "业务系统请求关闭支付。"};
}

Sentence Narrator::tell_decision(const Value& item) const {
    const Value& answer = below(item, "value");
    const std::string policy = text(answer, "policy");
    if (policy == "route") {
        return tell_route(answer);
    }
    if (policy == "risk") {
        return tell_risk(answer);
    }
    return {"The policy '" + policy + "' decided.", "策略“" + policy + "”作出决定。"};
}

Sentence Narrator::tell_terms(const Value& item) const {
    const Value& asked = below(item, "value");
    const std::string party = text(asked, "channel") + " (" + text(asked, "channel_account") + ")";
    const Value& terms = below(asked, "terms");
    if (terms.is_null()) {
        return {"There is no channel account " + party + ".", "没有渠道账户 " + party + "。"};
    }
    const std::string merchant = text(terms, "merchant");
    const std::string seconds = std::to_string(terms.int_or("not_found_after_seconds", 0));
    return {
        "At " + party + " we are merchant " + merchant + "; an order it cannot find after " +
            seconds + " s does not exist.",
        "我们在 " + party + " 的商户号是 " + merchant + "；" + seconds +
            " 秒后仍查不到的订单视为不存在。"
    };
}

Sentence Narrator::tell_refusal(const Value& item) const {
    const std::string why = reason(below(item, "value"));
    return {"The ledger refused" + why + ".", "账务拒绝" + why + "。"};
}

Sentence Narrator::tell_stage(const Value& item) const {
    const std::string name = text(item, "name");
    const bool is_done = item.text_or_empty("phase") == "done";
    return {
        "Stage '" + name + "' " + (is_done ? "is done." : "began."),
        "阶段“" + name + "”" + (is_done ? "完成。" : "开始。")
    };
}

Sentence Narrator::tell_instruct(const Value& item) const {
    const std::string leg = std::to_string(item.int_or("leg", 0));
    const std::string amount = amount_text(item, "amount");
    const std::string party = party_of(item);
    return {
        "Leg " + leg + ": " + amount + " shall come from " + party + ".",
        "第 " + leg + " 部分：" + amount + " 由 " + party + " 支付。"
    };
}

Sentence Narrator::tell_exchange(const Value& item) const {
    const Word question = find(kQuestions, text(item, "operation"));
    const std::string party = party_of(item);
    const bool again = item.find("repeats") != nullptr;
    return {
        "Asking " + party + " " + std::string(question.en) + (again ? " once more." : "."),
        std::string(again ? "再次向 " : "向 ") + party + " " + std::string(question.zh) + "。"
    };
}

Sentence Narrator::tell_instruction(const Value& item) const {
    const Word status = find(kStatuses, text(item, "status"));
    const std::string leg = std::to_string(leg_of(item));
    const std::string party = party_of(item);
    return {
        "Leg " + leg + " at " + party + ": " + std::string(status.en) + ".",
        "第 " + leg + " 部分（" + party + "）：" + std::string(status.zh) + "。"
    };
}

Sentence Narrator::tell_hold(const Value& item) const {
    const Word step = find(kAccountSteps, text(item, "type"));
    const std::string amount = amount_text(item, "amount");
    const std::string party = party_of(item);
    return {
        std::string(step.en) + " " + amount + " on " + party + ".",
        std::string(step.zh) + " " + party + " " + amount + "。"
    };
}

Sentence Narrator::tell_post(const Value& item) const {
    const bool is_debit = item.text_or_empty("side") == "debit";
    const std::string gl = text(item, "gl");
    const std::string owner = text(item, "owner");
    const std::string amount = amount_text(item, "amount");
    const Sentence name = ledger_account_name(gl);
    return {
        std::string("Booked: ") + (is_debit ? "debit " : "credit ") + gl + " " + name.en + " (" +
            owner + "), " + amount + ".",
        std::string("记账：") + (is_debit ? "借 " : "贷 ") + gl + " " + name.zh + "（" + owner +
            "）" + amount + "。"
    };
}

Sentence Narrator::tell_case(const Value& item) const {
    const std::string kind = text(item, "kind");
    const std::string amount = amount_text(item, "amount");
    const std::string party = party_of(item);
    return {
        "A person must look: " + kind + ", " + amount + " at " + party + ".",
        "需人工处理：" + kind + "，" + party + " " + amount + "。"
    };
}

Sentence Narrator::tell_status(const Value& item) const {
    const Word status = find(kStatuses, text(item, "status"));
    const std::string why = reason(item);
    return {
        "The payment: " + std::string(status.en) + why + ".",
        "支付状态：" + std::string(status.zh) + why + "。"
    };
}

}  // namespace sluice::gateway
