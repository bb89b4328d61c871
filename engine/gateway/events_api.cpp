#include "gateway/events_api.hpp"

#include <algorithm>
#include <utility>

#include "gateway/page.hpp"
#include "gateway/render.hpp"
#include "gateway/render_webhooks.hpp"
#include "gateway/text_rule.hpp"
#include "notify/filter.hpp"

namespace sluice::gateway {
namespace {

constexpr std::string_view kEventWord = "event";

std::expected<std::vector<std::string>, Problem> read_types(std::string_view text) {
    std::vector<std::string> types;
    while (true) {
        const std::size_t end = std::min(text.find(','), text.size());
        const std::string_view type = text.substr(0, end);
        if (!notify::is_filter(type) || types.size() == notify::kFiltersMax) {
            return std::unexpected(bad_parameter(
                "types",
                "an item of types is '" + show_bytes(type) + "', wanted " +
                    std::string(notify::kFilterWanted) + ", and at most " +
                    std::to_string(notify::kFiltersMax) + " with commas between them"
            ));
        }
        types.emplace_back(type);
        if (end == text.size()) {
            return types;
        }
        text.remove_prefix(end + 1);
    }
}

/// An id of any kind of object: four characters of prefix, then the id.
std::expected<Id128, Problem> read_object(std::string_view text) {
    const auto id = Id128::parse(text.size() > 4 && text[3] == '_' ? text.substr(4) : "");
    if (!id) {
        return std::unexpected(bad_parameter(
            "object_id", "object_id is '" + show_bytes(text) + "', wanted an id like pay_01J..."
        ));
    }
    return *id;
}

std::expected<notify::EventPageRequest, Problem> read_page(const Call& call) {
    notify::EventPageRequest page;
    page.merchant_id = call.shown_merchant();
    SLUICE_ANSWER_ASSIGN(page.limit, read_limit(call.request));
    if (const auto text = http::query_parameter(call.request, "types")) {
        SLUICE_ANSWER_ASSIGN(page.filters, read_types(*text));
    }
    if (const auto text = http::query_parameter(call.request, "object_id")) {
        SLUICE_ANSWER_ASSIGN(page.object, read_object(*text));
    }
    if (const auto text = http::query_parameter(call.request, "cursor")) {
        const auto cursor = notify::parse_event_cursor(*text);
        if (!cursor) {
            return std::unexpected(bad_parameter("cursor", cursor.error().message));
        }
        page.after = *cursor;
    }
    return page;
}

}  // namespace

Answer list_events(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const notify::EventPageRequest request, read_page(call));
    const auto page = services.parts.webhooks.events.list(request);
    if (!page) {
        return std::unexpected(problem_of(page.error()));
    }
    std::string body = R"({"events":[)";
    for (const notify::ShownEvent& event : page->events) {
        body += body.ends_with('[') ? "" : ",";
        body += render(event);
    }
    body += R"(],"next_cursor":")" + to_string(page->next) + R"(","has_more":)";
    body += page->has_more ? "true}" : "false}";
    return json_response(200, std::move(body));
}

Answer get_event(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const EventId id, id_in_path<EventId>(call, kEventWord));
    const auto found = services.parts.webhooks.events.find(call.shown_merchant(), id);
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    const std::optional<notify::ShownEvent>& event = *found;
    if (!event) {
        return std::unexpected(not_found(kEventWord, call.captures.front()));
    }
    return json_response(200, render(*event));
}

}  // namespace sluice::gateway
