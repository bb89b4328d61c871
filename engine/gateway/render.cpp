#include "gateway/render.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace sluice::gateway {
namespace {

Value text_or_null(const std::string& text) { return text.empty() ? Value() : Value(text); }

Value time_or_null(Time time) { return time == Time{} ? Value() : Value(format_rfc3339(time)); }

Value render_leg(const payment::Leg& leg) {
    Value body;
    body.set("number", leg.number);
    body.set("kind", payment::to_string(leg.kind));
    body.set("method", leg.method);
    if (leg.kind == payment::LegKind::internal) {
        body.set("account_id", leg.account.to_string());
    } else {
        body.set("scene", leg.scene);
    }
    body.set("amount", leg.amount.minor());
    return body;
}

Value render_instruction(const payment::Instruction& instruction) {
    Value body;
    body.set("id", instruction.id.to_string());
    body.set("leg", instruction.leg_number);
    body.set("kind", payment::to_string(instruction.kind));
    body.set("channel", instruction.channel);
    if (instruction.kind == payment::LegKind::internal) {
        body.set("account_id", instruction.account.to_string());
    } else {
        body.set("channel_account", instruction.channel_account);
        body.set("scene", instruction.scene);
        body.set("channel_reference", text_or_null(instruction.channel_reference));
        body.set("outcome_code", text_or_null(instruction.outcome_code));
        body.set("outcome_message", text_or_null(instruction.outcome_message));
        body.set("expires_at", time_or_null(instruction.expires_at));
    }
    body.set("amount", instruction.amount.minor());
    body.set("status", payment::to_string(instruction.status));
    body.set("created_at", format_rfc3339(instruction.created_at));
    return body;
}

/// What the payer can do now: the latest thing a channel asked for and still waits for.
Value render_next_action(const payment::PaymentPicture& picture) {
    if (payment::is_final(picture.payment.status)) {
        return {};
    }
    Value action;
    for (const payment::Instruction& instruction : picture.instructions) {
        const bool waits = instruction.status == payment::InstructionStatus::pending;
        if (waits && instruction.next_action.as_object() != nullptr) {
            action = instruction.next_action;
        }
    }
    return action;
}

Value render_failure(const payment::Payment& payment) {
    if (payment.failure_code.empty()) {
        return {};
    }
    Value body;
    body.set("code", payment.failure_code);
    body.set("message", payment.failure_message);
    return body;
}

}  // namespace

Value render(const payment::Order& order) {
    Value body;
    body.set("id", order.id.to_string());
    body.set("merchant_order_number", order.merchant_order_number);
    body.set("product_code", order.product_code);
    body.set("description", order.description);
    body.set("currency", order.amount.currency().code());
    body.set("amount", order.amount.minor());
    body.set("amount_paid", order.paid_minor);
    body.set("amount_due", order.amount.minor() - order.paid_minor);
    body.set("status", payment::to_string(order.status));
    body.set("created_at", format_rfc3339(order.created_at));
    body.set("expires_at", format_rfc3339(order.expires_at));
    return body;
}

Value render(const payment::PaymentPicture& picture) {
    const payment::Payment& payment = picture.payment;
    ValueArray legs;
    for (const payment::Leg& leg : payment.legs) {
        legs.push_back(render_leg(leg));
    }
    ValueArray instructions;
    for (const payment::Instruction& instruction : picture.instructions) {
        instructions.push_back(render_instruction(instruction));
    }
    Value body;
    body.set("id", payment.id.to_string());
    body.set("order_id", payment.order_id.to_string());
    body.set("status", payment::to_string(payment.status));
    body.set("stage", text_or_null(payment.stage));
    body.set("currency", payment.amount.currency().code());
    body.set("amount", payment.amount.minor());
    body.set("failure", render_failure(payment));
    body.set("next_action", render_next_action(picture));
    body.set("legs", std::move(legs));
    body.set("instructions", std::move(instructions));
    body.set("order", render(picture.order));
    body.set("created_at", format_rfc3339(payment.created_at));
    body.set("updated_at", format_rfc3339(payment.updated_at));
    return body;
}

Value render(const Account& account) {
    Value body;
    body.set("id", account.identity.id.to_string());
    body.set("kind", to_string(account.identity.kind));
    body.set("owner_number", account.identity.owner_number);
    body.set("currency", account.identity.currency.code());
    body.set("status", account.is_open ? "open" : "closed");
    body.set("balance", account.balance_minor);
    body.set("held", account.held_minor);
    body.set("available", account.available_minor);
    body.set("created_at", format_rfc3339(account.created_at));
    return body;
}

Value render(const AccountEntry& entry) {
    Value body;
    body.set("number", entry.seq);
    body.set("journal_id", entry.journal.to_string());
    body.set("event", entry.event);
    body.set("direction", entry.adds ? "in" : "out");
    body.set("amount", entry.amount.minor());
    body.set("currency", entry.amount.currency().code());
    body.set("order_id", entry.order ? Value(entry.order->to_string()) : Value());
    body.set("posted_at", format_rfc3339(entry.posted_at));
    return body;
}

http::Response json_response(int status, const Value& body) {
    return {
        .status = status, .headers = {{"Content-Type", "application/json"}}, .body = to_json(body)
    };
}

}  // namespace sluice::gateway
