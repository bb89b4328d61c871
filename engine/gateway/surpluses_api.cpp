#include "gateway/surpluses_api.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "gateway/listed_merchant.hpp"
#include "gateway/listing.hpp"
#include "gateway/render.hpp"
#include "payment/service.hpp"

namespace sluice::gateway {
namespace {

/// How far the day of the list is ahead of UTC: finance reconciles by days in Beijing, as the bills
/// of channels and the limits of payouts count them. No daylight saving there.
constexpr std::chrono::hours kBeijing{8};
constexpr std::size_t kDaySize = 10;  // "2026-01-31"
constexpr TextRule kDayRule{.min = kDaySize, .max = kDaySize, .charset = TextRule::Charset::any};

Value id_or_null(const std::optional<RunId>& refund) {
    if (!refund) {
        return {};
    }
    return Value(
        std::string(payment::prefix_of(payment::Service::refund)) + refund->raw().to_string()
    );
}

Value render(const Surplus& surplus) {
    Value body;
    body.set("id", surplus.id.to_string());
    body.set("merchant_id", surplus.merchant_id);
    body.set("payment_id", PaymentId(surplus.payment.raw()).to_string());
    body.set("order_id", surplus.order.to_string());
    body.set("merchant_order_number", surplus.merchant_order_number);
    body.set("instruction_id", surplus.instruction.to_string());
    body.set("channel", surplus.channel);
    body.set("channel_account", surplus.channel_account);
    body.set("currency", surplus.amount.currency().code());
    body.set("amount", surplus.amount.minor());
    body.set("status", surplus.is_open ? "open" : "closed");
    body.set("order_paid_by", payment::to_string(surplus.order_paid_by));
    body.set("refund_id", id_or_null(surplus.refund));
    body.set("refund_status", surplus.refund ? Value(surplus.refund_status) : Value());
    body.set("created_at", format_rfc3339(surplus.at));
    return body;
}

Value render(const SurplusTotal& total) {
    Value body;
    body.set("currency", total.amount.currency().code());
    body.set("count", total.count);
    body.set("amount", total.amount.minor());
    body.set("amount_open", total.open.minor());
    return body;
}

template <class Items>
Value render_all(const Items& items) {
    ValueArray list;
    for (const auto& item : items) {
        list.push_back(render(item));
    }
    return Value(std::move(list));
}

/// The moment at which the day begins in Beijing. No day before 1970: the database has no year 0.
std::expected<Time, FieldError> begin_of(const std::optional<std::string>& day) {
    const auto begin = parse_rfc3339(day.value_or("") + "T00:00:00Z");
    if (!begin || *begin < Time{}) {
        const std::string given = day ? "is '" + show_bytes(*day) + "'" : "is missing";
        return std::unexpected(FieldError{
            FieldError::Where::parameter, "day", "day " + given + ", wanted a day as 2026-01-31"
        });
    }
    return *begin - kBeijing;
}

}  // namespace

Answer list_surpluses(const Services& services, const Call& call) {
    SurplusQuery query;
    SLUICE_ANSWER_ASSIGN(query.merchant_id, listed_merchant_or_all(call));
    Listing listing(
        call.request, {.list = "surpluses", .merchant_id = query.merchant_id.value_or("")}
    );
    const auto day = listing.text("day", kDayRule);
    query.window = listing.window();
    if (listing.errors().empty()) {
        const auto begin = begin_of(day);
        if (!begin) {
            return std::unexpected(invalid_request({begin.error()}));
        }
        query.from = *begin;
        query.to = *begin + std::chrono::days(1);
    }
    if (!listing.errors().empty()) {
        return std::unexpected(invalid_request(std::move(listing.errors())));
    }
    const auto page = services.parts.surpluses.list(query);
    if (!page) {
        return std::unexpected(problem_of(page.error()));
    }
    Value body;
    body.set("day", day.value_or(""));
    body.set("surpluses", render_all(page->surpluses));
    body.set("totals", render_all(page->totals));
    const auto& next = page->next_after;
    body.set("next_cursor", next ? Value(listing.cursor_after(*next)) : Value());
    return json_response(200, body);
}

}  // namespace sluice::gateway
