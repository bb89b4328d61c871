#include "gateway/outgoing_list.hpp"

#include <utility>

#include "gateway/listed_merchant.hpp"
#include "gateway/listing.hpp"
#include "gateway/member_rules.hpp"
#include "gateway/render.hpp"
#include "gateway/render_outgoing.hpp"

namespace sluice::gateway {
namespace {

using payment::Service;
using payment::SubjectStatus;

/// Only what such a subject can be.
template <Service service>
Result<SubjectStatus> parse_status(std::string_view text) {
    SLUICE_ASSIGN(const SubjectStatus status, payment::parse_subject_status(text));
    const bool fits = status == SubjectStatus::pending || status == SubjectStatus::succeeded ||
                      status == SubjectStatus::failed ||
                      (status == SubjectStatus::returned && service == Service::payout);
    if (!fits) {
        return fail(ErrorCode::invalid, std::string(text) + " is the status of something else");
    }
    return status;
}

}  // namespace

Answer list_outgoing(const Services& services, const Call& call, Service service) {
    const std::string name(to_string(service));
    const std::string list = name + "s";
    OutgoingQuery query;
    query.service = service;
    SLUICE_ANSWER_ASSIGN(query.merchant_id, listed_merchant(call));
    Listing listing(call.request, {.list = list, .merchant_id = query.merchant_id});
    if (service == Service::payout) {
        query.status = listing.word(
            "status", parse_status<Service::payout>, "pending, succeeded, failed or returned"
        );
        query.order_id = listing.id<OrderId>("order_id");
    } else {
        query.status =
            listing.word("status", parse_status<Service::transfer>, "pending, succeeded or failed");
    }
    query.number = listing.text("merchant_" + name + "_number", kMerchantNumberRule);
    query.window = listing.window();
    if (!listing.errors().empty()) {
        return std::unexpected(invalid_request(std::move(listing.errors())));
    }
    const auto page = services.parts.payouts.list(query);
    if (!page) {
        return std::unexpected(problem_of(page.error()));
    }
    const auto& next = page->next_after;
    return json_response(
        200, render_outgoing_page(service, page->pictures, next ? listing.cursor_after(*next) : "")
    );
}

}  // namespace sluice::gateway
