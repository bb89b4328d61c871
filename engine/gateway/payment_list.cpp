#include "gateway/payment_list.hpp"

#include <utility>

#include "gateway/listed_merchant.hpp"
#include "gateway/listing.hpp"
#include "gateway/render.hpp"

namespace sluice::gateway {

Answer list_payments(const Services& services, const Call& call) {
    PaymentQuery query;
    SLUICE_ANSWER_ASSIGN(query.merchant_id, listed_merchant(call));
    Listing listing(call.request, {.list = "payments", .merchant_id = query.merchant_id});
    query.order_id = listing.id<OrderId>("order_id");
    query.status = listing.word(
        "status",
        payment::parse_subject_status,
        "pending, compensating, succeeded, failed, closed or surplus"
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
