#include "gateway/orders_api.hpp"

#include <utility>

#include "gateway/idempotency.hpp"
#include "gateway/listed_merchant.hpp"
#include "gateway/listing.hpp"
#include "gateway/member_rules.hpp"
#include "gateway/payout_request.hpp"
#include "gateway/render.hpp"

namespace sluice::gateway {
namespace {

constexpr TextRule kOrderDescriptionRule{.min = 1, .max = 127, .charset = TextRule::Charset::any};
constexpr TextRule kProductRule{.min = 1, .max = 64, .charset = TextRule::Charset::token};
constexpr std::chrono::seconds kLifetimeMax{30 * 24 * 3600};
constexpr std::string_view kDefaultProduct = "default";

/// An expiry that is over already is left to the caller: the repeat of an old request names one.
Time read_expires_at(Fields& fields, Time now) {
    const std::string text = fields.text("expires_at", kTimeRule);
    if (text.empty()) {
        return now;
    }
    const auto time = parse_rfc3339(text);
    if (!time) {
        fields.refuse("expires_at", "expires_at: " + time.error().message);
        return now;
    }
    if (*time > now + kLifetimeMax) {
        fields.refuse(
            "expires_at",
            "expires_at is " + format_rfc3339(*time) + ", wanted at most 30 days from now (" +
                format_rfc3339(now + kLifetimeMax) + ")"
        );
    }
    return *time;
}

Time read_expiry(Fields& fields, const Settings& settings, Time now) {
    const bool has_time = fields.has("expires_at");
    const bool has_seconds = fields.has("expires_in_seconds");
    if (has_time && has_seconds) {
        fields.refuse(
            "expires_at", "expires_at and expires_in_seconds are both given, wanted one of them"
        );
        return now;
    }
    if (has_time) {
        return read_expires_at(fields, now);
    }
    if (has_seconds) {
        const WholeRule rule{.min = 1, .max = kLifetimeMax.count(), .unit = "seconds"};
        return now + std::chrono::seconds{fields.whole("expires_in_seconds", rule)};
    }
    return now + settings.order_lifetime;
}

Problem expired_already(const payment::Order& order) {
    return invalid_request(
        {{FieldError::Where::pointer,
          "/expires_at",
          "expires_at is " + format_rfc3339(order.expires_at) + ", wanted a time after now (" +
              format_rfc3339(order.created_at) + ")"}}
    );
}

Answer order_answer(const Result<std::optional<payment::Order>>& found, std::string_view name) {
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    const std::optional<payment::Order>& order = *found;
    if (!order) {
        return std::unexpected(not_found("order", name));
    }
    return json_response(200, render(*order));
}

}  // namespace

payment::Order read_order(Fields& fields, const Services& services, const Call& call) {
    payment::Order order;
    order.merchant_id = call.merchant_id;
    order.merchant_order_number = fields.text("merchant_order_number", kMerchantNumberRule);
    const std::int64_t amount = fields.whole("amount", {.unit = "minor units"});
    order.amount = Money{amount, read_currency(fields)};
    order.description = fields.text("description", kOrderDescriptionRule);
    order.product_code = fields.text_or("product_code", kProductRule, kDefaultProduct);
    order.created_at = services.ids.now();
    order.expires_at = read_expiry(fields, services.settings, order.created_at);
    if (fields.has("credit_account_id")) {
        order.credit.id = fields.id<AccountId>("credit_account_id");
    }
    fields.finish();
    const Bucket bucket = bucket_of(order.merchant_id, order.merchant_order_number);
    order.id = services.ids.make<OrderId>(bucket);
    return order;
}

std::optional<Problem> settle_credit(
    payment::Order& order, const Services& services, const Call& call
) {
    if (order.credit.id.is_nil()) {
        return std::nullopt;
    }
    const auto found = services.parts.accounts.identify(order.credit.id);
    if (!found) {
        return problem_of(found.error());
    }
    const std::optional<AccountIdentity>& account = *found;
    auto fault = find_account_fault(account, order.credit.id, order.amount.currency(), call);
    if (fault || !account) {
        return invalid_request(
            {{FieldError::Where::pointer, "/credit_account_id", std::move(fault).value_or("")}}
        );
    }
    order.credit.gl = gl_of(account->kind);
    return std::nullopt;
}

Answer create_order(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const std::string key, read_idempotency_key(call.request));
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    OpenOrder request;
    request.order = read_order(fields, services, call);
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    if (auto problem = settle_credit(request.order, services, call)) {
        return std::unexpected(*std::move(problem));
    }
    request.order_hash = hash_request("order", body);
    request.idempotency_key = key;
    request.request_hash = hash_request("POST /v1/orders", body);
    if (request.order.expires_at <= request.order.created_at) {
        const auto existing = services.parts.orders.find_by_number(
            {call.merchant_id, request.order.merchant_order_number}
        );
        if (existing && !*existing) {
            return std::unexpected(expired_already(request.order));
        }
    }
    const auto opened = services.parts.orders.open(request);
    if (!opened) {
        return std::unexpected(problem_of(opened.error()));
    }
    http::Response response = json_response(opened->is_new ? 201 : 200, render(opened->order));
    response.headers.set({"Location", "/v1/orders/" + opened->order.id.to_string()});
    return response;
}

Answer get_order(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const OrderId id, id_in_path<OrderId>(call, "order"));
    return order_answer(
        services.parts.orders.find(call.shown_merchant(), id), call.captures.front()
    );
}

Answer list_orders(const Services& services, const Call& call) {
    OrderQuery query;
    SLUICE_ANSWER_ASSIGN(query.merchant_id, listed_merchant(call));
    Listing listing(call.request, {.list = "orders", .merchant_id = query.merchant_id});
    query.status = listing.word("status", payment::parse_order_status, "open, paid or closed");
    query.product_code = listing.text("product_code", kProductRule);
    query.number = listing.text("merchant_order_number", kMerchantNumberRule);
    query.window = listing.window();
    if (!listing.errors().empty()) {
        return std::unexpected(invalid_request(std::move(listing.errors())));
    }
    const auto page = services.parts.orders.list(query);
    if (!page) {
        return std::unexpected(problem_of(page.error()));
    }
    const auto& next = page->next_after;
    return json_response(200, render_page(page->orders, next ? listing.cursor_after(*next) : ""));
}

}  // namespace sluice::gateway
