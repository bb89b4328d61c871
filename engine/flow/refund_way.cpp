#include "flow/refund_way.hpp"

#include <algorithm>
#include <utility>

namespace sluice::flow {

using payment::LegKind;
using payment::RefundSource;

Value on_its_way(InstructionId id) {
    Value answer;
    answer.set("ok", true);
    answer.set("instruction", id.to_string());
    return answer;
}

Value not_possible(std::string_view code, std::string message) {
    Value answer;
    answer.set("ok", false);
    answer.set("code", code);
    answer.set("message", std::move(message));
    return answer;
}

RefundSource as_source(const payment::Instruction& collected, RunId run) {
    RefundSource source;
    source.instruction = collected.id;
    source.payment = run;
    source.leg_number = collected.leg_number;
    source.kind = collected.kind;
    source.channel = collected.channel;
    source.channel_account = collected.channel_account;
    source.scene = collected.scene;
    source.account = collected.account;
    source.amount = collected.amount;
    source.refunded = Money{0, collected.amount.currency()};
    source.channel_reference = collected.channel_reference;
    source.collected_at = collected.created_at;
    return source;
}

payment::Original original_of(const RefundSource& source) {
    payment::Original original;
    original.claimed = source.instruction;
    original.claimed_run = source.payment;
    original.channel_reference = source.channel_reference;
    const bool is_converted = !source.collected.instruction.is_nil();
    original.id = is_converted ? source.collected.instruction : source.instruction;
    original.run_id = is_converted ? source.collected.payment : source.payment;
    original.amount = is_converted ? source.collected.amount : source.amount;
    return original;
}

const payment::Refund* conversion_in(const payment::Picture& picture) {
    const auto* refund = std::get_if<payment::Refund>(&picture.details);
    return refund != nullptr && !refund->converts.is_nil() ? refund : nullptr;
}

Value no_channel(const RefundSource& source) {
    return not_possible(
        "no_channel", source.channel + "/" + source.channel_account + " is not there any more"
    );
}

std::optional<Value> closed_way(const RefundSource& source, const ChannelTerms& terms, Time now) {
    if (!terms.refunds) {
        return not_possible(
            "no_refunds", source.channel + "/" + source.channel_account + " gives nothing back"
        );
    }
    if (terms.refund_window.count() > 0 && now - source.collected_at > terms.refund_window) {
        return not_possible(
            "window_over", "the channel takes refunds only for a time, which is over"
        );
    }
    return std::nullopt;
}

Result<std::string> channel_of_named(const payment::Picture& picture, AccountId account) {
    if (const auto* refund = std::get_if<payment::Refund>(&picture.details)) {
        const auto paid = std::ranges::find_if(refund->sources, [&](const RefundSource& source) {
            return source.kind == LegKind::internal && source.account == account;
        });
        if (paid != refund->sources.end()) {
            return paid->channel;
        }
        if (account == refund->to_account || account == refund->balance_account) {
            return "balance";
        }
    }
    return fail(
        ErrorCode::script,
        account.to_string() + " is no account that " + picture.subject.name() +
            " names, it gives nothing there"
    );
}

}  // namespace sluice::flow
