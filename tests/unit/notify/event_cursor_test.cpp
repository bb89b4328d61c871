#include <gtest/gtest.h>

#include "notify/event_store.hpp"

namespace sluice::notify {
namespace {

TEST(EventCursor, IsReadBackAsItWasPrinted) {
    const EventCursor cursor{.xid = 812'345, .id = {.high = 77, .low = 5}};

    const auto read = parse_event_cursor(to_string(cursor));

    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read->xid, cursor.xid);
    EXPECT_EQ(read->id, cursor.id);
}

TEST(EventCursor, RefusesWhatItDidNotPrint) {
    const std::string id = Id128{.high = 77, .low = 5}.to_string();
    for (const std::string& text :
         {std::string(""),
          std::string("5"),
          std::string("5-"),
          "-5-" + id,
          "x-" + id,
          "5-" + id + "0",
          "5 -" + id,
          "99999999999999999999-" + id}) {
        EXPECT_FALSE(parse_event_cursor(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace sluice::notify
