#include "core/json_record.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

using std::chrono::microseconds;

const Time kNoon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 9} + std::chrono::hours(12)};
const OrderId kOrder{Id128{0x0123'4567'89ab'cdef, 0xfedc'ba98'7654'3210}};

TEST(JsonRecord, LooksAsToJsonPrintsTheSameValue) {
    std::string out;
    JsonRecord record(out);
    record.add("text", "a \"quoted\" line\n");
    record.add("number", std::int64_t{-42});
    record.add("time", kNoon + microseconds(70));
    record.add("id", kOrder);
    record.add_value("value", ValueArray{1, "b", Value()});
    record.add_null("nothing");
    record.end();

    const Value same = ValueObject{
        {"text", "a \"quoted\" line\n"},
        {"number", -42},
        {"time", "2026-03-09T12:00:00.000070Z"},
        {"id", kOrder.to_string()},
        {"value", ValueArray{1, "b", Value()}},
        {"nothing", Value()},
    };

    EXPECT_EQ(out, to_json(same));
}

TEST(JsonRecord, SaysNullForWhatWasNeverSet) {
    std::string out;
    JsonRecord record(out);
    record.add_or_null("text", "");
    record.add_or_null("time", Time{});
    record.add_or_null("name", "x");
    record.add_or_null("noon", kNoon);
    record.end();

    EXPECT_EQ(out, R"({"text":null,"time":null,"name":"x","noon":"2026-03-09T12:00:00Z"})");
}

TEST(JsonRecord, StandsInsideAnotherAtTheEndOfAText) {
    std::string out = "body: ";
    JsonRecord outer(out);
    outer.begin("inner");
    JsonRecord inner(out);
    inner.end();
    outer.add("last", std::int64_t{1});
    outer.end();

    EXPECT_EQ(out, R"(body: {"inner":{},"last":1})");
}

}  // namespace
}  // namespace sluice
