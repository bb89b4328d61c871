#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "db/pool.hpp"
#include "notify/delivery.hpp"

namespace sluice::notify {

/// The objects of events as the API shows them, in JSON, in the order of the events; an error
/// where one cannot be shown. Uses the session; one statement for many.
using RenderObjects =
    std::function<std::vector<Result<std::string>>(db::Connection&, std::span<const Event>)>;

/// A place in the order in which events were committed: everything before it was seen.
struct EventCursor {
    std::int64_t xid = 0;
    Id128 id;
};
/// "812345-01J..."; read back by parse_event_cursor(), `invalid` for anything else.
[[nodiscard]] std::string to_string(const EventCursor& cursor);
Result<EventCursor> parse_event_cursor(std::string_view text);

/// An event with its object as it is now.
struct ShownEvent {
    Event event;
    std::string object;  ///< JSON
};

struct EventPageRequest {
    std::optional<std::string_view> merchant_id;  ///< none: all of them
    std::vector<std::string> filters{"*"};
    std::optional<Id128> object;
    EventCursor after;
    std::int64_t limit = 20;
};

struct EventPage {
    std::vector<ShownEvent> events;
    EventCursor next;       ///< goes on behind the last event, also when there is no more yet
    bool has_more = false;  ///< there may be more now; the next page may also turn out empty
};

/// Events as merchants see them, only those of transactions that are over, so that none ever
/// appears behind a cursor. Each call looks at a bounded number of rows. Blocks on the database;
/// any thread; the pool must outlive it.
class EventStore {
  public:
    EventStore(db::Pool& pool, RenderObjects render);

    Result<EventPage> list(const EventPageRequest& request);
    /// Without a merchant whosever it is.
    Result<std::optional<ShownEvent>> find(std::optional<std::string_view> merchant_id, EventId id);

  private:
    struct Found;
    static Result<Found> look(db::Connection& connection, const EventPageRequest& request);
    static Result<Found> look_beside(db::Connection& connection, const EventPageRequest& request);
    Result<std::vector<ShownEvent>> show(db::Connection& connection, std::vector<Event> events);

    db::Pool& pool_;
    const RenderObjects render_;
};

}  // namespace sluice::notify
