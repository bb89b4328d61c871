// Money that is kept, moved and counted, as a timeline tells it.
#include <array>
#include <string>

#include "gateway/timeline_text.hpp"
#include "gateway/timeline_words.hpp"

namespace sluice::gateway {
namespace {

struct LimitedSum {
    std::string_view name;
    std::string_view en;
    std::string_view zh;
};
constexpr std::array<LimitedSum, 3> kLimitedSums{{
    {"merchant_day", "the merchant's payouts of the day", "商户当日付款"},
    {"payee_day", "the payouts to the payee of the day", "收款方当日收款"},
    {"order", "what makes the order good", "订单赔付"},
}};

}  // namespace

Sentence Narrator::tell_limits(const Value& answer) {
    std::string en;
    std::string zh;
    for (const LimitedSum& sum : kLimitedSums) {
        const std::string most = amount_text(answer, sum.name);
        if (most.empty()) {
            continue;
        }
        en += (en.empty() ? "" : ", ") + std::string(sum.en) + " " + most;
        zh += (zh.empty() ? "" : "，") + std::string(sum.zh) + " " + most;
    }
    const std::string why = member_text(answer, "why");
    if (en.empty()) {
        return {"Payouts are not limited: " + why + ".", "付款不设限额：" + why + "。"};
    }
    return {"Limits: " + en + "; " + why + ".", "限额：" + zh + "；" + why + "。"};
}

Sentence Narrator::tell_limit(const Value& item) const {
    const std::string amount = amount_text(item, "amount");
    const std::string most = amount_text(item, "most");
    const std::string name = member_text(item, "sum");
    Sentence sentence{"Counted " + amount, "计入限额 " + amount};
    for (const LimitedSum& sum : kLimitedSums) {
        if (sum.name == name) {
            sentence.en += " towards " + std::string(sum.en);
            sentence.zh += "：" + std::string(sum.zh);
        }
    }
    if (name != "order") {
        sentence.en += " (" + member_text(item, "day") + ")";
        sentence.zh += "（" + member_text(item, "day") + "）";
    }
    sentence.en += most.empty() ? "." : ", at most " + most + ".";
    sentence.zh += most.empty() ? "。" : "，上限 " + most + "。";
    return sentence;
}

Sentence Narrator::tell_hold(const Value& item) const {
    const Word step = account_step_word(member_text(item, "type"));
    const std::string amount = amount_text(item, "amount");
    // What the subject itself moves has no instruction: the account is told.
    const std::string account = member_text(item, "account");
    const std::string party = account.empty() ? party_of(item) : account;
    return {
        std::string(step.en) + " " + amount + " on " + party + ".",
        std::string(step.zh) + " " + party + " " + amount + "。"
    };
}

Sentence Narrator::tell_claim(const Value& item) const {
    const std::string amount = amount_text(item, "amount");
    const std::string party = party_of(item);
    if (item.text_or_empty("type") == "refund_claim") {
        return {
            "Of what " + party + " collected, " + amount + " are kept for this.",
            "占用 " + party + " 已收款 " + amount + " 用于退款。"
        };
    }
    return {
        "Of what " + party + " collected, " + amount + " may be given back anew.",
        "释放 " + party + " 已收款 " + amount + " 的退款占用。"
    };
}

Sentence Narrator::tell_post(const Value& item) const {
    const bool is_debit = item.text_or_empty("side") == "debit";
    const std::string gl = member_text(item, "gl");
    const std::string owner = member_text(item, "owner");
    const std::string amount = amount_text(item, "amount");
    const Word name = ledger_account_word(gl);
    return {
        std::string("Booked: ") + (is_debit ? "debit " : "credit ") + gl + " " +
            std::string(name.en) + " (" + owner + "), " + amount + ".",
        std::string("记账：") + (is_debit ? "借 " : "贷 ") + gl + " " + std::string(name.zh) +
            "（" + owner + "）" + amount + "。"
    };
}

Sentence Narrator::tell_case(const Value& item) const {
    const std::string kind = member_text(item, "kind");
    const std::string amount = amount_text(item, "amount");
    const std::string party = party_of(item);
    if (kind == "surplus") {
        return {
            "No order takes " + amount + " that came at " + party + "; a refund gives it back.",
            party + " 收到的 " + amount + " 无订单可入账，将以退款退还。"
        };
    }
    return {
        "A person must look: " + kind + ", " + amount + " at " + party + ".",
        "需人工处理：" + kind + "，" + party + " " + amount + "。"
    };
}

}  // namespace sluice::gateway
