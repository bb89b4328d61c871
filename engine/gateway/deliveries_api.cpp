#include "gateway/deliveries_api.hpp"

#include <charconv>
#include <utility>

#include "gateway/input.hpp"
#include "gateway/member_rules.hpp"
#include "gateway/page.hpp"
#include "gateway/render.hpp"
#include "gateway/render_webhooks.hpp"
#include "gateway/webhook_calls.hpp"

namespace sluice::gateway {
namespace {

constexpr std::string_view kDeliveryWord = "delivery";

std::expected<notify::DeliveryPageRequest, Problem> read_page(const http::Request& request) {
    notify::DeliveryPageRequest page;
    SLUICE_ANSWER_ASSIGN(page.limit, read_limit(request));
    if (const auto text = http::query_parameter(request, "status")) {
        const auto status = notify::parse_delivery_status(*text);
        if (!status) {
            return std::unexpected(bad_parameter("status", status.error().message));
        }
        page.status = *status;
    }
    if (const auto text = http::query_parameter(request, "cursor")) {
        const auto id = notify::DeliveryId::parse(*text);
        if (!id) {
            return std::unexpected(bad_parameter("cursor", id.error().message));
        }
        page.before = *id;
    }
    return page;
}

/// `cursor` of the body: the number an earlier answer gave.
std::int64_t read_place(Fields& fields) {
    if (!fields.has("cursor")) {
        return 0;
    }
    const std::string text = fields.text("cursor", {.min = 1, .max = 20});
    std::int64_t place = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, place);
    if (!text.empty() && (error != std::errc{} || stop != end || place < 0)) {
        fields.refuse(
            "cursor", "cursor is " + show(Value(text)) + ", wanted next_cursor of before"
        );
    }
    return place;
}

Answer answer_delivery(const Call& call, const Result<std::optional<notify::Delivery>>& found) {
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    const std::optional<notify::Delivery>& delivery = *found;
    if (!delivery) {
        return std::unexpected(not_found(kDeliveryWord, call.captures.front()));
    }
    return json_response(200, render(*delivery));
}

}  // namespace

Answer list_deliveries(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(notify::DeliveryPageRequest request, read_page(call.request));
    SLUICE_ANSWER_ASSIGN(const notify::Endpoint endpoint, own_endpoint(services, call));
    request.endpoint = endpoint.id;
    const auto page = services.parts.webhooks.deliveries.list(request);
    if (!page) {
        return std::unexpected(problem_of(page.error()));
    }
    ValueArray list;
    for (const notify::Delivery& delivery : page->deliveries) {
        list.push_back(render(delivery));
    }
    Value body;
    body.set("deliveries", std::move(list));
    const auto& next = page->next_before;
    body.set("next_cursor", next ? Value(next->to_string()) : Value());
    return json_response(200, body);
}

Answer get_delivery(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const auto id, id_in_path<notify::DeliveryId>(call, kDeliveryWord));
    return answer_delivery(
        call, services.parts.webhooks.deliveries.find(call.shown_merchant(), id)
    );
}

Answer redeliver(const Services& services, const Call& call) {
    if (auto problem = check_empty_body(call.request, services.settings.body_bytes_max)) {
        return std::unexpected(*std::move(problem));
    }
    SLUICE_ANSWER_ASSIGN(const auto id, id_in_path<notify::DeliveryId>(call, kDeliveryWord));
    const auto found =
        services.parts.webhooks.deliveries.redeliver(call.merchant_id, id, services.ids.now());
    services.parts.webhooks.wake();
    return answer_delivery(call, found);
}

Answer redeliver_since(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    const std::string text = fields.text("since", kTimeRule);
    const auto since = parse_rfc3339(text);
    if (!since && !text.empty()) {
        fields.refuse("since", since.error().message);
    }
    const std::int64_t from = read_place(fields);
    fields.finish();
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    SLUICE_ANSWER_ASSIGN(const notify::Endpoint endpoint, own_endpoint(services, call));
    const auto done = services.parts.webhooks.deliveries.redeliver_since(
        {.endpoint = endpoint.id, .since = *since, .from = from, .now = services.ids.now()}
    );
    if (!done) {
        return std::unexpected(problem_of(done.error()));
    }
    services.parts.webhooks.wake();
    Value answer;
    answer.set("deliveries", done->deliveries);
    const auto& next = done->next;
    answer.set("next_cursor", next ? Value(std::to_string(*next)) : Value());
    return json_response(202, answer);
}

}  // namespace sluice::gateway
