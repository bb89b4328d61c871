#include "gateway/render.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include "core/json_record.hpp"
#include "gateway/render_parts.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kUsualPaymentBytes = 2048;

/// How far a leg is: "waiting" before its turn, "given_back" when what it collected went back, else
/// the status of its newest movement.
std::string_view status_of_leg(const payment::Picture& picture, int number) {
    const payment::Instruction* newest = nullptr;
    bool is_given_back = false;
    for (const payment::Instruction& each : picture.instructions) {
        const bool collects = each.purpose == payment::Purpose::collect;
        newest = collects && each.leg_number == number ? &each : newest;
        const bool is_back = newest != nullptr && !collects && each.original.id == newest->id &&
                             each.status == payment::InstructionStatus::succeeded &&
                             each.amount == newest->amount;
        is_given_back = is_given_back || is_back;
    }
    if (is_given_back) {
        return "given_back";
    }
    return newest == nullptr ? "waiting" : payment::to_string(newest->status);
}

/// How much of what came by the leg has gone back or is on its way.
std::int64_t refunded_of(const payment::Picture& picture, const payment::Leg& leg) {
    std::int64_t minor = 0;
    for (const payment::Instruction& instruction : picture.instructions) {
        minor += instruction.leg_number == leg.number ? instruction.refunded_minor : 0;
    }
    return minor;
}

void append_leg(std::string& out, const payment::Picture& picture, const payment::Leg& leg) {
    JsonRecord body(out);
    body.add("number", std::int64_t{leg.number});
    body.add("kind", payment::to_string(leg.kind));
    body.add("method", leg.method);
    if (leg.kind == payment::LegKind::internal) {
        body.add("account_id", leg.account);
    } else {
        body.add("scene", leg.scene);
    }
    body.add("amount", leg.amount.minor());
    body.add("status", status_of_leg(picture, leg.number));
    body.add("amount_refunded", refunded_of(picture, leg));
    body.end();
}

void append_legs(std::string& out, const payment::Picture& picture) {
    out.push_back('[');
    for (const payment::Leg& leg : picture.legs) {
        if (out.back() != '[') {
            out.push_back(',');
        }
        append_leg(out, picture, leg);
    }
    out.push_back(']');
}

void append_payment_instruction(std::string& out, const payment::Instruction& instruction) {
    JsonRecord body(out);
    body.add("id", instruction.id);
    body.add("purpose", payment::to_string(instruction.purpose));
    body.add("leg", std::int64_t{instruction.leg_number});
    body.add("kind", payment::to_string(instruction.kind));
    body.add("channel", instruction.channel);
    if (instruction.kind == payment::LegKind::internal) {
        body.add("account_id", instruction.account);
    } else {
        body.add("channel_account", instruction.channel_account);
        body.add("scene", instruction.scene);
        body.add_or_null("channel_reference", instruction.channel_reference);
        body.add_or_null("outcome_code", instruction.outcome_code);
        body.add_or_null("outcome_message", instruction.outcome_message);
        body.add_or_null("expires_at", instruction.expires_at);
    }
    body.add("amount", instruction.amount.minor());
    body.add("status", payment::to_string(instruction.status));
    body.add("created_at", instruction.created_at);
    body.end();
}

/// What the payer can do now, and for which leg: the latest thing a channel asked for and still
/// waits for.
Value next_action_of(const payment::Picture& picture) {
    const payment::Instruction* asking = asking_instruction(picture);
    if (asking == nullptr) {
        return {};
    }
    Value action = asking->next_action;
    action.set("leg", asking->leg_number);
    return action;
}

void append_order(std::string& out, const payment::Order& order) {
    JsonRecord body(out);
    body.add("id", order.id);
    body.add("merchant_order_number", order.merchant_order_number);
    body.add("product_code", order.product_code);
    body.add("description", order.description);
    body.add("currency", order.amount.currency().code());
    body.add("amount", order.amount.minor());
    body.add("amount_paid", order.paid_minor);
    body.add("amount_due", order.amount.minor() - order.paid_minor);
    body.add("amount_refunded", order.refunded_minor);
    if (order.compensated_minor) {
        body.add("amount_compensated", *order.compensated_minor);
    }
    if (!order.credit.id.is_nil()) {
        body.add("credit_account_id", order.credit.id);
    }
    body.add("status", payment::to_string(order.status));
    body.add("created_at", order.created_at);
    body.add("expires_at", order.expires_at);
    body.end();
}

}  // namespace

std::string render(const payment::Order& order) {
    std::string out;
    append_order(out, order);
    return out;
}

namespace {

void append_payment(std::string& out, const payment::Picture& picture) {
    const payment::Subject& payment = picture.subject;
    JsonRecord body(out);
    body.add("id", payment.name());
    body.add("order_id", payment.order_id);
    body.add("status", payment::to_string(payment.status));
    body.add_or_null("stage", payment.stage);
    body.add("currency", payment.amount.currency().code());
    body.add("amount", payment.amount.minor());
    body.begin("failure");
    append_failure(out, payment);
    body.add_value("next_action", next_action_of(picture));
    body.begin("legs");
    append_legs(out, picture);
    body.begin("instructions");
    append_list(out, picture.instructions, append_payment_instruction);
    body.begin("order");
    append_order(out, picture.order);
    if (picture.order_paid_by) {
        body.add("order_paid_by", payment::to_string(*picture.order_paid_by));
    }
    body.add("created_at", payment.created_at);
    body.add("updated_at", payment.updated_at);
    body.end();
}

}  // namespace

std::string render(const payment::Picture& picture) {
    std::string out;
    out.reserve(kUsualPaymentBytes);
    append_payment(out, picture);
    return out;
}

std::string render_page(const std::vector<payment::Order>& orders, const std::string& next_cursor) {
    return render_page_of<payment::Order>({"orders", orders, next_cursor}, append_order);
}

std::string render_page(
    const std::vector<payment::Picture>& payments, const std::string& next_cursor
) {
    return render_page_of<payment::Picture>({"payments", payments, next_cursor}, append_payment);
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
    return json_response(status, to_json(body));
}

http::Response json_response(int status, std::string body) {
    return {
        .status = status,
        .headers = {{"Content-Type", "application/json"}},
        .body = std::move(body),
    };
}

}  // namespace sluice::gateway
