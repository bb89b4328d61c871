#include "gateway/event_objects.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/json_record.hpp"
#include "gateway/order_store.hpp"
#include "gateway/render.hpp"
#include "notify/endpoint.hpp"
#include "payment/service.hpp"
#include "worker/picture.hpp"

namespace sluice::gateway {
namespace {

using Objects = std::vector<Result<std::string>>;
/// Positions in the list of events.
using Places = std::vector<std::size_t>;
using Events = std::span<const notify::Event>;

std::string kind_of(const notify::Event& event) {
    return event.type.substr(0, event.type.find('.'));
}

/// The members of the object follow the merchant's.
std::string with_merchant(std::string_view merchant_id, std::string_view object) {
    std::string out;
    JsonRecord body(out);
    body.add("merchant_id", merchant_id);
    out.push_back(',');
    return out.append(object.substr(1));
}

/// Of a refund, a payout or a transfer: what tells that it changed and when.
std::string render_service_briefly(const payment::Subject& subject) {
    std::string out;
    JsonRecord body(out);
    body.add("id", subject.name());
    body.add("status", payment::to_string(subject.status));
    body.add("updated_at", subject.updated_at);
    body.end();
    return out;
}

std::string render_run(const payment::Picture& picture) {
    const payment::Subject& subject = picture.subject;
    return with_merchant(
        subject.merchant_id,
        subject.service == payment::Service::payment ? render(picture)
                                                     : render_service_briefly(subject)
    );
}

void render_runs(
    db::Connection& connection, Events events, const Places& places, Objects& objects
) {
    std::vector<RunId> ids;
    for (const std::size_t place : places) {
        ids.emplace_back(events[place].object);
    }
    const auto rows = worker::PictureRows::load(connection, ids);
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!rows) {
            objects[places[i]] = fail(rows.error());
            continue;
        }
        const auto read = rows->read(ids[i]);
        if (!read) {
            objects[places[i]] = fail(read.error());
            continue;
        }
        const std::optional<payment::Picture>& picture = *read;
        if (picture) {
            objects[places[i]] = render_run(*picture);
        }
    }
}

void render_orders(
    db::Connection& connection, Events events, const Places& places, Objects& objects
) {
    std::vector<OrderId> ids;
    for (const std::size_t place : places) {
        ids.emplace_back(events[place].object);
    }
    const auto orders = load_orders(connection, ids);
    for (const std::size_t place : places) {
        if (!orders) {
            objects[place] = fail(orders.error());
            continue;
        }
        const auto found =
            std::ranges::find(*orders, OrderId(events[place].object), &payment::Order::id);
        if (found != orders->end()) {
            objects[place] = with_merchant(found->merchant_id, render(*found));
        }
    }
}

/// What a test event tells is that it arrived.
void render_endpoints(Events events, const Places& places, Objects& objects) {
    for (const std::size_t place : places) {
        std::string out;
        JsonRecord body(out);
        body.add("id", notify::EndpointId(events[place].object));
        body.add("updated_at", events[place].at);
        body.end();
        objects[place] = std::move(out);
    }
}

}  // namespace

Objects render_event_objects(db::Connection& connection, Events events) {
    Objects objects(
        events.size(), fail(ErrorCode::not_found, "the object of the event does not exist")
    );
    Places runs;
    Places orders;
    Places endpoints;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const std::string kind = kind_of(events[i]);
        if (payment::parse_service(kind)) {
            runs.push_back(i);
        } else if (kind == "order") {
            orders.push_back(i);
        } else if (kind == "endpoint") {
            endpoints.push_back(i);
        }
    }
    if (!runs.empty()) {
        render_runs(connection, events, runs, objects);
    }
    if (!orders.empty()) {
        render_orders(connection, events, orders, objects);
    }
    render_endpoints(events, endpoints, objects);
    return objects;
}

}  // namespace sluice::gateway
