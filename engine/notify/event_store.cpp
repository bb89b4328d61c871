#include "notify/event_store.hpp"

#include <charconv>
#include <utility>

#include "notify/text_array.hpp"

namespace sluice::notify {

/// Events in their order, each with its transaction.
struct EventStore::Found {
    std::vector<Event> events;
    std::vector<std::int64_t> xids;
    EventCursor next;
    bool has_more = false;
};

namespace {

constexpr db::Statement kLook{
    "notify_list_events", "SELECT * FROM sluice.list_events($1, $2, $3, $4, $5, $6)"
};
// The events of an object have ids beside its own, see functions/ids.sql.
constexpr db::Statement kLookBeside{
    "notify_list_object_events",
    "SELECT e.id, e.type, e.object_id, e.created_at, e.xid FROM sluice.owned_event e "
    "WHERE e.id BETWEEN sluice.first_id_beside($2) AND sluice.last_id_beside($2) "
    "AND e.object_id = $2 AND e.merchant_id = coalesce($1, e.merchant_id) AND (e.xid, e.id) > "
    "($3::bigint, $4::uuid) "
    "AND e.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint "
    "AND $5::text[] && sluice.event_patterns(e.type) ORDER BY e.xid, e.id LIMIT $6"
};
constexpr db::Statement kFindEvent{
    "notify_find_event",
    "SELECT e.id, e.type, e.object_id, e.created_at, e.xid FROM sluice.owned_event e "
    "WHERE e.id = $1 AND e.merchant_id = coalesce($2, e.merchant_id)"
};

// One call looks at so many rows a turn, and takes so many turns, at most.
constexpr std::int64_t kRowsMax = 1'000;
constexpr int kTurnsMax = 10;
constexpr std::int64_t kTransactionsFirst = 1'000;
constexpr std::int64_t kTransactionsMax = 1'000'000;

Event read_event(const db::Row& row) {
    return {
        .id = EventId(row.uuid(0)),
        .type = std::string(row.text(1)),
        .object = row.uuid(2),
        .at = row.time(3),
    };
}

db::Parameter or_all(std::optional<std::string_view> merchant_id) {
    return merchant_id ? db::Parameter(*merchant_id) : db::Parameter(nullptr);
}

}  // namespace

std::string to_string(const EventCursor& cursor) {
    return std::to_string(cursor.xid) + "-" + cursor.id.to_string();
}

Result<EventCursor> parse_event_cursor(std::string_view text) {
    EventCursor cursor;
    const std::size_t dash = text.find('-');
    const std::string_view number = text.substr(0, dash);
    const char* end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, cursor.xid);
    const auto id = Id128::parse(dash == std::string_view::npos ? "" : text.substr(dash + 1));
    if (error != std::errc{} || stop != end || cursor.xid < 0 || !id) {
        return fail(
            ErrorCode::invalid,
            "cursor is '" + std::string(cut_text(text, 64)) + "', wanted next_cursor of a page"
        );
    }
    cursor.id = *id;
    return cursor;
}

EventStore::EventStore(db::Pool& pool, RenderObjects render)
    : pool_(pool), render_(std::move(render)) {}

Result<EventStore::Found> EventStore::look(
    db::Connection& connection, const EventPageRequest& request
) {
    const db::ArrayBuilder filters = text_array(request.filters);
    std::int64_t transactions = kTransactionsFirst;
    Found found{.events = {}, .xids = {}, .next = request.after, .has_more = true};
    const auto limit = static_cast<std::size_t>(request.limit);
    for (int turn = 0; turn < kTurnsMax && found.has_more && found.events.size() < limit; ++turn) {
        SLUICE_ASSIGN(
            const db::Rows rows,
            connection.execute(
                kLook,
                {or_all(request.merchant_id),
                 found.next.xid,
                 found.next.id,
                 transactions,
                 kRowsMax,
                 filters}
            )
        );
        for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
            found.events.push_back(read_event(rows[i]));
            found.xids.push_back(rows[i].int64(4));
        }
        const db::Row place = rows[rows.size() - 1];
        found.next = {.xid = place.int64(4), .id = place.uuid(0)};
        found.has_more = place.boolean(5);
        transactions = std::min(transactions * 4, kTransactionsMax);
    }
    return found;
}

Result<EventStore::Found> EventStore::look_beside(
    db::Connection& connection, const EventPageRequest& request
) {
    const db::ArrayBuilder filters = text_array(request.filters);
    const Id128 object = request.object.value_or(Id128{});
    SLUICE_ASSIGN(
        const db::Rows rows,
        connection.execute(
            kLookBeside,
            {or_all(request.merchant_id),
             object,
             request.after.xid,
             request.after.id,
             filters,
             request.limit + 1}
        )
    );
    Found found{.events = {}, .xids = {}, .next = request.after, .has_more = false};
    for (const db::Row row : rows) {
        found.events.push_back(read_event(row));
        found.xids.push_back(row.int64(4));
        found.next = {.xid = row.int64(4), .id = row.uuid(0)};
    }
    return found;
}

Result<std::vector<ShownEvent>> EventStore::show(
    db::Connection& connection, std::vector<Event> events
) {
    auto objects = render_(connection, events);
    std::vector<ShownEvent> shown;
    for (std::size_t i = 0; i < events.size(); ++i) {
        SLUICE_ASSIGN(std::string object, std::move(objects[i]));
        shown.push_back({std::move(events[i]), std::move(object)});
    }
    return shown;
}

Result<EventPage> EventStore::list(const EventPageRequest& request) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(
        Found found, request.object ? look_beside(*lease, request) : look(*lease, request)
    );
    EventPage page;
    page.next = found.next;
    page.has_more = found.has_more;
    const auto limit = static_cast<std::size_t>(request.limit);
    if (found.events.size() > limit) {
        found.events.resize(limit);
        page.next = {.xid = found.xids[limit - 1], .id = found.events.back().id.raw()};
        page.has_more = true;
    }
    SLUICE_ASSIGN(page.events, show(*lease, std::move(found.events)));
    return page;
}

Result<std::optional<ShownEvent>> EventStore::find(
    std::optional<std::string_view> merchant_id, EventId id
) {
    SLUICE_ASSIGN(auto lease, pool_.acquire());
    SLUICE_ASSIGN(const db::Rows rows, lease->execute(kFindEvent, {id, or_all(merchant_id)}));
    if (rows.empty()) {
        return std::nullopt;
    }
    SLUICE_ASSIGN(auto shown, show(*lease, {read_event(rows[0])}));
    return std::move(shown.front());
}

}  // namespace sluice::notify
