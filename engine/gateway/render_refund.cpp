#include "gateway/render_refund.hpp"

#include <algorithm>
#include <variant>

#include "gateway/render_parts.hpp"

namespace sluice::gateway {
namespace {

using payment::Instruction;
using payment::Picture;
using payment::Refund;
using payment::RefundSource;

const Refund& details_of(const Picture& picture) {
    static const Refund kNothing;
    const auto* refund = std::get_if<Refund>(&picture.details);
    return refund == nullptr ? kNothing : *refund;
}

/// What a way gives back of; a conversion's way names what was collected in the first place.
const RefundSource& source_of(const Instruction& way, const Refund& refund) {
    static const RefundSource kNothing;
    const auto found = std::ranges::find_if(refund.sources, [&way](const RefundSource& source) {
        return way.original.id == source.instruction ||
               way.original.id == source.collected.instruction;
    });
    return found == refund.sources.end() ? kNothing : *found;
}

RunId payment_of(const RefundSource& source) {
    return source.collected.payment.is_nil() ? source.payment : source.collected.payment;
}

/// The payment that was named, else those whose money goes back, in the order in which it does.
std::vector<RunId> payments_of(const Picture& picture) {
    const Refund& refund = details_of(picture);
    std::vector<RunId> payments;
    const auto add = [&payments](RunId id) {
        if (!id.is_nil() && std::ranges::find(payments, id) == payments.end()) {
            payments.push_back(id);
        }
    };
    add(refund.payment);
    for (const Instruction& way : picture.instructions) {
        add(payment_of(source_of(way, refund)));
    }
    return payments;
}

void append_payment_id(std::string& out, const RunId& id) {
    out.push_back('"');
    out += PaymentId(id.raw()).to_string();
    out.push_back('"');
}

void append_source(std::string& out, const RefundSource& source) {
    JsonRecord body(out);
    body.add("payment_id", PaymentId(payment_of(source).raw()));
    body.add("leg", std::int64_t{source.leg_number});
    body.add("kind", payment::to_string(source.kind));
    body.add("method", source.method);
    body.add("channel", source.channel);
    body.add("amount", source.amount.minor());
    body.end();
}

/// By which way a part goes: along the one it came, or where else.
std::string_view way_to(const Instruction& way, const RefundSource& source, const Refund& refund) {
    if (way.purpose == payment::Purpose::payout) {
        return "payout";
    }
    if (way.kind == source.kind && way.account == source.account) {
        return "original";
    }
    const bool paid_a_leg = std::ranges::any_of(refund.sources, [&way](const RefundSource& other) {
        return other.kind == payment::LegKind::internal && other.account == way.account;
    });
    return paid_a_leg ? "other_leg" : "balance";
}

void append_way(std::string& out, const Instruction& way, const Refund& refund) {
    const RefundSource& source = source_of(way, refund);
    JsonRecord body(out);
    body.add("id", way.id);
    body.add("to", way_to(way, source, refund));
    if (way.kind == payment::LegKind::internal) {
        body.add("account_id", way.account);
    } else {
        body.add("channel", way.channel);
        body.add("channel_account", way.channel_account);
        body.add_or_null("channel_reference", way.channel_reference);
        body.add_or_null("outcome_code", way.outcome_code);
        body.add_or_null("outcome_message", way.outcome_message);
    }
    body.add("amount", way.amount.minor());
    body.add("status", payment::to_string(way.status));
    body.begin("source");
    append_source(out, source);
    body.add("created_at", way.created_at);
    body.end();
}

void append_ways(std::string& out, const Picture& picture) {
    const Refund& refund = details_of(picture);
    out.push_back('[');
    for (const Instruction& way : picture.instructions) {
        if (out.back() != '[') {
            out.push_back(',');
        }
        append_way(out, way, refund);
    }
    out.push_back(']');
}

void append_fallback(std::string& out, const Refund& refund) {
    const bool has_account = !refund.balance_account.is_nil();
    if (!has_account && refund.payout_method.empty()) {
        out += "null";
        return;
    }
    JsonRecord body(out);
    if (has_account) {
        body.add("balance_account_id", refund.balance_account);
    }
    body.add_or_null("method", refund.payout_method);
    body.end();
}

void append_refund(std::string& out, const Picture& picture) {
    const payment::Subject& subject = picture.subject;
    const Refund& refund = details_of(picture);
    JsonRecord body(out);
    body.add("id", subject.name());
    body.add("merchant_refund_number", subject.number);
    body.add("order_id", subject.order_id);
    body.begin("payment_ids");
    append_list(out, payments_of(picture), append_payment_id);
    body.add("status", payment::to_string(subject.status));
    body.add("flow", subject.flow);
    body.add_or_null("stage", subject.stage);
    body.add("currency", subject.amount.currency().code());
    body.add("amount", subject.amount.minor());
    body.add("reason", refund.reason);
    if (refund.to_account.is_nil()) {
        body.add("to", "original");
        body.add_null("account_id");
    } else {
        body.add("to", "balance");
        body.add("account_id", refund.to_account);
    }
    if (refund.converts.is_nil()) {
        body.add_null("converts");
    } else {
        body.add("converts", payment::RefundId(refund.converts.raw()));
    }
    body.begin("fallback");
    append_fallback(out, refund);
    body.begin("failure");
    append_failure(out, subject);
    body.begin("ways");
    append_ways(out, picture);
    body.add("created_at", subject.created_at);
    body.add("updated_at", subject.updated_at);
    body.end();
}

}  // namespace

std::string render_refund(const Picture& picture) {
    std::string out;
    append_refund(out, picture);
    return out;
}

std::string render_refund_page(
    const std::vector<Picture>& refunds, const std::string& next_cursor
) {
    return render_page_of<Picture>({"refunds", refunds, next_cursor}, append_refund);
}

}  // namespace sluice::gateway
