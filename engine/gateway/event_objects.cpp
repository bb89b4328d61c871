#include "gateway/event_objects.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/json_record.hpp"
#include "gateway/order_store.hpp"
#include "gateway/render.hpp"
#include "gateway/render_subject.hpp"
#include "gateway/render_tasks.hpp"
#include "gateway/task_store.hpp"
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
            objects[places[i]] =
                with_merchant(picture->subject.merchant_id, render_subject(*picture));
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

void render_tasks(
    db::Connection& connection, Events events, const Places& places, Objects& objects
) {
    std::vector<TaskId> ids;
    for (const std::size_t place : places) {
        ids.emplace_back(events[place].object);
    }
    const auto tasks = load_tasks(connection, ids);
    for (const std::size_t place : places) {
        if (!tasks) {
            objects[place] = fail(tasks.error());
            continue;
        }
        const auto id_of = [](const StoredTask& stored) { return stored.task.id; };
        const auto found = std::ranges::find(*tasks, TaskId(events[place].object), id_of);
        if (found != tasks->end()) {
            objects[place] = to_json(render(*found));
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
    Places tasks;
    Places endpoints;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const std::string kind = kind_of(events[i]);
        if (payment::parse_service(kind)) {
            runs.push_back(i);
        } else if (kind == "order") {
            orders.push_back(i);
        } else if (kind == "task") {
            tasks.push_back(i);
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
    if (!tasks.empty()) {
        render_tasks(connection, events, tasks, objects);
    }
    render_endpoints(events, endpoints, objects);
    return objects;
}

}  // namespace sluice::gateway
