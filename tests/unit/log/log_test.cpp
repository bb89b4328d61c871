#include "log/log.hpp"

#include <gtest/gtest.h>

namespace sluice::log {
namespace {

Line line_of(std::span<const Field> fields) {
    return {
        .time = Time{},
        .level = Level::warn,
        .event = "channel_slow",
        .context = {},
        .fields = fields
    };
}

class CapturedLog : public testing::Test {
  protected:
    void SetUp() override { testing::internal::CaptureStderr(); }
    void TearDown() override { configure({}); }
    static std::string written() { return testing::internal::GetCapturedStderr(); }
};

TEST(LogLine, NamesTimeLevelEventAndFieldsInTheirOrder) {
    const std::array fields = {
        Field("attempt", 3), Field("paid", true), Field("amount", Money(1234, cny()))
    };

    const std::string text = format_line(Format::text, line_of(fields));

    EXPECT_EQ(
        text, "1970-01-01T00:00:00Z warn channel_slow attempt=3 paid=true amount=\"1234 CNY\""
    );
}

TEST(LogLine, PrintsTypedIdsWithTheirPrefix) {
    const OrderId order(Id128{1, 2});
    const std::array fields = {Field("order", order), Field("raw", Id128{1, 2})};

    const std::string text = format_line(Format::text, line_of(fields));

    EXPECT_NE(text.find("order=" + order.to_string()), std::string::npos) << text;
    EXPECT_NE(text.find("raw=" + order.raw().to_string()), std::string::npos) << text;
}

TEST(LogLine, AValueCanNeitherBeginALineNorAField) {
    const std::array fields = {Field("message", "one\ntwo level=error \"quoted\"")};

    const std::string text = format_line(Format::text, line_of(fields));

    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_NE(text.find(R"(message="one\ntwo level=error \"quoted\"")"), std::string::npos) << text;
}

TEST(LogLine, IsOneJsonObjectWhenMachinesRead) {
    const std::array context = {Field("order", "ord_1")};
    const std::array fields = {Field("waited_ms", 8000), Field("share", 0.5)};
    Line line = line_of(fields);
    line.context = context;

    EXPECT_EQ(
        format_line(Format::json, line),
        R"({"time":"1970-01-01T00:00:00Z","level":"warn","event":"channel_slow",)"
        R"("order":"ord_1","waited_ms":8000,"share":0.5})"
    );
}

TEST_F(CapturedLog, WritesNothingBelowTheConfiguredLevel) {
    configure({.level = Level::warn, .format = Format::text});

    debug("not_seen");
    info("not_seen");
    warn("seen_warn");
    error("seen_error");

    const std::string text = written();
    EXPECT_EQ(text.find("not_seen"), std::string::npos) << text;
    EXPECT_NE(text.find("seen_warn"), std::string::npos) << text;
    EXPECT_NE(text.find("seen_error"), std::string::npos) << text;
}

TEST_F(CapturedLog, WritesNothingAtAllWhenOff) {
    configure({.level = Level::off, .format = Format::text});

    error("not_seen");

    EXPECT_FALSE(is_enabled(Level::error));
    EXPECT_EQ(written(), "");
}

TEST_F(CapturedLog, InheritsTheFieldsOfEveryScopeAroundIt) {
    {
        const Scope request({{"request", "req_1"}});
        const Scope order({{"order", "ord_1"}});
        info("inside", {{"attempt", 1}});
    }
    info("outside");

    const std::string text = written();
    EXPECT_NE(text.find("inside request=req_1 order=ord_1 attempt=1\n"), std::string::npos) << text;
    EXPECT_NE(text.find("outside\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace sluice::log
