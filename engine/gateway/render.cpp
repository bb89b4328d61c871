#include "gateway/render.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include "core/json_record.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kUsualBytes = 2048;

void append_leg(std::string& out, const payment::Leg& leg) {
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
    body.end();
}

void append_instruction(std::string& out, const payment::Instruction& instruction) {
    JsonRecord body(out);
    body.add("id", instruction.id);
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

template <class T>
void append_list(
    std::string& out, const std::vector<T>& items, void (*append)(std::string&, const T&)
) {
    out.push_back('[');
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) {
            out.push_back(',');
        }
        append(out, items[i]);
    }
    out.push_back(']');
}

/// What the payer can do now: the latest thing a channel asked for and still waits for.
const Value& next_action_of(const payment::Picture& picture) {
    static const Value kNothing;
    const Value* action = &kNothing;
    for (const payment::Instruction& instruction : picture.instructions) {
        const bool waits = instruction.status == payment::InstructionStatus::pending;
        if (waits && instruction.next_action.as_object() != nullptr) {
            action = &instruction.next_action;
        }
    }
    return payment::is_final(picture.subject.status) ? kNothing : *action;
}

void append_failure(std::string& out, const payment::Subject& payment) {
    if (payment.failure_code.empty()) {
        out += "null";
        return;
    }
    JsonRecord body(out);
    body.add("code", payment.failure_code);
    body.add("message", payment.failure_message);
    body.end();
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
    append_list(out, picture.legs, append_leg);
    body.begin("instructions");
    append_list(out, picture.instructions, append_instruction);
    body.begin("order");
    append_order(out, picture.order);
    body.add("created_at", payment.created_at);
    body.add("updated_at", payment.updated_at);
    body.end();
}

/// The members of a list, and where it goes on.
template <class T>
struct Page {
    std::string_view name;
    const std::vector<T>& items;
    const std::string& next_cursor;
};

template <class T>
std::string render_page_of(const Page<T>& page, void (*append)(std::string&, const T&)) {
    std::string out;
    JsonRecord body(out);
    body.begin(page.name);
    append_list(out, page.items, append);
    body.add_or_null("next_cursor", page.next_cursor);
    body.end();
    return out;
}

}  // namespace

std::string render(const payment::Picture& picture) {
    std::string out;
    out.reserve(kUsualBytes);
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
