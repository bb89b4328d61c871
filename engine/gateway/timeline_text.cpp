#include "gateway/timeline_text.hpp"

#include <algorithm>
#include <variant>

#include "gateway/timeline_words.hpp"

namespace sluice::gateway {
namespace {

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
    const std::string code = member_text(said, "code");
    const std::string message = member_text(said, "message");
    return (code.empty() ? "" : ", " + code) + (message.empty() ? "" : ": " + message);
}

/// "a (why), b (why)".
std::string with_reasons(const ValueArray& candidates, std::size_t from) {
    std::string all;
    for (std::size_t i = from; i < candidates.size(); ++i) {
        const std::string why = member_text(candidates[i], "why");
        all += (all.empty() ? "" : ", ") + member_text(candidates[i], "name");
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

Sentence tell_risk(const Value& answer, const std::string& service) {
    const Value* allowed = answer.find("allowed");
    if (allowed != nullptr && allowed->as_bool() != nullptr && *allowed->as_bool()) {
        return {"The risk check allowed the " + service + ".", "风控检查通过。"};
    }
    const std::string why = reason(answer);
    return {"The risk check stopped the " + service + why + ".", "风控检查拒绝" + why + "。"};
}

std::string party_text(const std::string& channel, const std::string& account) {
    return channel + (account.empty() ? "" : " (" + account + ")");
}

}  // namespace

std::string amount_text(const Value& item, std::string_view member) {
    const Value* value = item.find(member);
    const Money* money = value == nullptr ? nullptr : value->as_money();
    return money == nullptr ? ""
                            : money->to_decimal() + " " + std::string(money->currency().code());
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
        {"give", &Narrator::tell_hold},
        {"take", &Narrator::tell_hold},
        {"restore", &Narrator::tell_hold},
        {"refund_claim", &Narrator::tell_claim},
        {"refund_yield", &Narrator::tell_claim},
        {"limit_claim", &Narrator::tell_limit},
        {"post", &Narrator::tell_post},
        {"case", &Narrator::tell_case},
        {"status", &Narrator::tell_status},
        {"task", &Narrator::tell_task},
        {"task_vote", &Narrator::tell_vote},
        {"resolve", &Narrator::tell_resolve},
    };
    return kTellers;
}

Sentence Narrator::tell(const Value& item) const {
    const std::string type = member_text(item, "type");
    const auto found = tellers().find(type);
    return found == tellers().end() ? Sentence{type, type} : (this->*found->second)(item);
}

const payment::Instruction* Narrator::instruction_of(const Value& item) const {
    const std::string id = member_text(item, "instruction");
    const auto found = std::ranges::find_if(picture_.instructions, [&](const auto& instruction) {
        return instruction.id.to_string() == id;
    });
    return found == picture_.instructions.end() ? nullptr : &*found;
}

Word Narrator::service() const {
    return service_word(payment::to_string(picture_.subject.service));
}

int Narrator::leg_of(const Value& item) const {
    const auto* instruction = instruction_of(item);
    return instruction == nullptr ? 0 : instruction->leg_number;
}

payment::Purpose Narrator::purpose_of(const Value& item) const {
    const auto* instruction = instruction_of(item);
    return instruction == nullptr ? payment::Purpose::collect : instruction->purpose;
}

std::string Narrator::party_of(const Value& item) const {
    if (const auto* instruction = instruction_of(item)) {
        return party_text(instruction->channel, instruction->channel_account);
    }
    std::string id = member_text(item, "instruction");
    for (const payment::RefundSource& source : sources()) {
        if (source.instruction.to_string() == id) {
            return party_text(source.channel, source.channel_account);
        }
    }
    return id;
}

std::span<const payment::RefundSource> Narrator::sources() const {
    const auto* refund = std::get_if<payment::Refund>(&picture_.details);
    return refund == nullptr ? std::span<const payment::RefundSource>{} : refund->sources;
}

Sentence Narrator::tell_started(const Value& /*item*/) const {
    const Money& amount = picture_.subject.amount;
    const std::string sum = amount.to_decimal() + " " + std::string(amount.currency().code());
    const std::string number = picture_.order.merchant_order_number;
    if (picture_.subject.service != payment::Service::payment) {
        const std::string of = number.empty() ? "" : " of order " + number;
        const auto* payout = std::get_if<payment::Payout>(&picture_.details);
        const bool makes_good = payout != nullptr && !payout->order.is_nil();
        const std::string order = makes_good ? payout->order.to_string() : "";
        return {
            "The " + std::string(service().en) + " of " + sum + of +
                (makes_good ? " that makes " + order + " good" : "") + " began.",
            (number.empty() ? "" : "订单 " + number + " 的") +
                (makes_good ? "赔付 " + order + " 的" : "") + std::string(service().zh) +
                "开始，金额 " + sum + "。"
        };
    }
    return {
        "The payment of " + sum + " for order " + number + " began.",
        "订单 " + number + " 的支付开始，金额 " + sum + "。"
    };
}

Sentence Narrator::tell_outcome(const Value& item) const {
    const Value& said = below(item, "outcome");
    const Word question = question_word(member_text(item, "operation"));
    const Word kind = outcome_word(purpose_of(item), member_text(said, "kind"));
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
    const Word kind = outcome_word(purpose_of(item), member_text(said, "kind"));
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
    if (member_text(item, "reason") == "superseded") {
        return {
            "Another attempt to pay the order is to take the place of this one.",
            "另一次支付尝试将取代本次支付。"
        };
    }
    return {"The business system asked to close the payment.", "业务系统请求关闭支付。"};
}

Sentence Narrator::tell_decision(const Value& item) const {
    const Value& answer = below(item, "value");
    const std::string policy = member_text(answer, "policy");
    if (policy == "route" || policy == "payout_route") {
        return tell_route(answer);
    }
    if (policy == "spread") {
        return tell_spread(answer);
    }
    if (policy == "risk" || policy.ends_with("_risk")) {
        return tell_risk(answer, std::string(service().en));
    }
    if (policy.ends_with("_approval")) {
        return tell_approval(answer);
    }
    if (policy == "payout_limits") {
        return tell_limits(answer);
    }
    return {"The policy '" + policy + "' decided.", "策略“" + policy + "”作出决定。"};
}

Sentence Narrator::tell_spread(const Value& answer) const {
    std::string parts;
    for (const Value& part : list_of(answer, "parts")) {
        const auto place = static_cast<std::size_t>(part.int_or("source", 0));
        const bool is_known = place >= 1 && place <= sources().size();
        const std::string party =
            is_known
                ? party_text(sources()[place - 1].channel, sources()[place - 1].channel_account)
                : "source " + std::to_string(place);
        parts += (parts.empty() ? "" : ", ") + amount_text(part, "amount") + " " + party;
    }
    return {"The refund is spread: " + parts + ".", "退款分摊：" + parts + "。"};
}

Sentence Narrator::tell_terms(const Value& item) const {
    const Value& asked = below(item, "value");
    const std::string party =
        member_text(asked, "channel") + " (" + member_text(asked, "channel_account") + ")";
    const Value& terms = below(asked, "terms");
    if (terms.is_null()) {
        return {"There is no channel account " + party + ".", "没有渠道账户 " + party + "。"};
    }
    const std::string merchant = member_text(terms, "merchant");
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
    const std::string name = member_text(item, "name");
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
    if (purpose_of(item) == payment::Purpose::payout) {
        return {party + " shall pay " + amount + " out.", amount + " 将由 " + party + " 付出。"};
    }
    if (purpose_of(item) == payment::Purpose::refund) {
        return {amount + " shall go back to " + party + ".", amount + " 将退回 " + party + "。"};
    }
    return {
        "Leg " + leg + ": " + amount + " shall come from " + party + ".",
        "第 " + leg + " 部分：" + amount + " 由 " + party + " 支付。"
    };
}

Sentence Narrator::tell_exchange(const Value& item) const {
    const Word question = question_word(member_text(item, "operation"));
    const std::string party = party_of(item);
    const bool again = item.find("repeats") != nullptr;
    return {
        "Asking " + party + " " + std::string(question.en) + (again ? " once more." : "."),
        std::string(again ? "再次向 " : "向 ") + party + " " + std::string(question.zh) + "。"
    };
}

Sentence Narrator::tell_instruction(const Value& item) const {
    const Word status = status_word(member_text(item, "status"));
    const std::string leg = std::to_string(leg_of(item));
    const std::string party = party_of(item);
    if (purpose_of(item) == payment::Purpose::payout) {
        return {
            "Payout at " + party + ": " + std::string(status.en) + ".",
            "付款（" + party + "）：" + std::string(status.zh) + "。"
        };
    }
    if (purpose_of(item) == payment::Purpose::refund) {
        return {
            "Refund at " + party + ": " + std::string(status.en) + ".",
            "退款（" + party + "）：" + std::string(status.zh) + "。"
        };
    }
    return {
        "Leg " + leg + " at " + party + ": " + std::string(status.en) + ".",
        "第 " + leg + " 部分（" + party + "）：" + std::string(status.zh) + "。"
    };
}

Sentence Narrator::tell_status(const Value& item) const {
    const Word status = status_word(member_text(item, "status"));
    const std::string why = reason(item);
    return {
        "The " + std::string(service().en) + ": " + std::string(status.en) + why + ".",
        std::string(service().zh) + "状态：" + std::string(status.zh) + why + "。"
    };
}

}  // namespace sluice::gateway
