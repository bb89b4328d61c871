#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "core/value.hpp"
#include "gateway/timeline_words.hpp"
#include "payment/payment.hpp"

namespace sluice::gateway {

/// One sentence for people who do not read code, in the two languages of the product.
struct Sentence {
    std::string en;
    std::string zh;
};

/// Tells the items of one payment's timeline. Knows who takes part: legs, accounts, channels. Pure;
/// `picture` must outlive it.
class Narrator {
  public:
    explicit Narrator(const payment::Picture& picture);

    /// `item` as the journal has it, with its `type`; what nobody taught it is told by its type.
    [[nodiscard]] Sentence tell(const Value& item) const;
    /// The leg that the item is about; 0 for none.
    [[nodiscard]] int leg_of(const Value& item) const;

  private:
    using Teller = Sentence (Narrator::*)(const Value&) const;
    static const std::map<std::string_view, Teller>& tellers();

    [[nodiscard]] Sentence tell_started(const Value& item) const;
    [[nodiscard]] Sentence tell_outcome(const Value& item) const;
    [[nodiscard]] Sentence tell_callback(const Value& item) const;
    [[nodiscard]] Sentence tell_timer(const Value& item) const;
    [[nodiscard]] Sentence tell_close_requested(const Value& item) const;
    [[nodiscard]] Sentence tell_decision(const Value& item) const;
    [[nodiscard]] Sentence tell_spread(const Value& answer) const;
    [[nodiscard]] Sentence tell_terms(const Value& item) const;
    [[nodiscard]] Sentence tell_refusal(const Value& item) const;
    [[nodiscard]] Sentence tell_stage(const Value& item) const;
    [[nodiscard]] Sentence tell_instruct(const Value& item) const;
    [[nodiscard]] Sentence tell_exchange(const Value& item) const;
    [[nodiscard]] Sentence tell_instruction(const Value& item) const;
    [[nodiscard]] Sentence tell_status(const Value& item) const;
    // Money that is kept, moved and counted (timeline_money.cpp).
    [[nodiscard]] static Sentence tell_limits(const Value& answer);
    [[nodiscard]] Sentence tell_limit(const Value& item) const;
    [[nodiscard]] Sentence tell_hold(const Value& item) const;
    [[nodiscard]] Sentence tell_claim(const Value& item) const;
    [[nodiscard]] Sentence tell_post(const Value& item) const;
    [[nodiscard]] Sentence tell_case(const Value& item) const;
    // What people are asked and say (timeline_people.cpp).
    [[nodiscard]] static Sentence tell_approval(const Value& answer);
    [[nodiscard]] Sentence tell_task(const Value& item) const;
    [[nodiscard]] Sentence tell_vote(const Value& item) const;
    [[nodiscard]] Sentence tell_resolve(const Value& item) const;

    [[nodiscard]] const payment::Instruction* instruction_of(const Value& item) const;
    [[nodiscard]] payment::Purpose purpose_of(const Value& item) const;
    /// What a refund may give back; empty for the others.
    [[nodiscard]] std::span<const payment::RefundSource> sources() const;
    [[nodiscard]] Word service() const;
    /// "wechatpay (wechat_main)" or "prepaid_card".
    [[nodiscard]] std::string party_of(const Value& item) const;

    const payment::Picture& picture_;
};

/// A member's text; "" when it has none.
[[nodiscard]] inline std::string member_text(const Value& item, std::string_view member) {
    return std::string(item.text_or_empty(member));
}

/// "97.00 CNY" of a member that holds money; "" when it does not.
[[nodiscard]] std::string amount_text(const Value& item, std::string_view member);

}  // namespace sluice::gateway
