#include "gateway/payment_list.hpp"

#include <utility>

#include "gateway/listing.hpp"
#include "gateway/render.hpp"

namespace sluice::gateway {

Answer list_payments(const Services& services, const Call& call) {
    Listing listing(call.request, {.list = "payments", .merchant_id = call.merchant_id});
    PaymentQuery query;
    query.merchant_id = call.merchant_id;
    query.order_id = listing.id<OrderId>("order_id");
    query.status = listing.word(
        "status",
        payment::parse_subject_status,
        "pending, compensating, succeeded, failed or closed"
    );
    query.window = listing.window();
    if (!listing.errors().empty()) {
        return std::unexpected(invalid_request(std::move(listing.errors())));
    }
    const auto page = services.parts.payments.list(query);
    if (!page) {
        return std::unexpected(problem_of(page.error()));
    }
    const auto& next = page->next_after;
    return json_response(200, render_page(page->payments, next ? listing.cursor_after(*next) : ""));
}

}  // namespace sluice::gateway
