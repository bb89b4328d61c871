#include <gtest/gtest.h>

#include "bench/host_cpu.hpp"
#include "bench/http_wire.hpp"
#include "bench/latency.hpp"
#include "bench/load_plan.hpp"
#include "bench/quiet_seconds.hpp"
#include "bench/stub_reply.hpp"

namespace sluice::bench {
namespace {

using State = HttpMessage::State;

TEST(HttpWire, ReadsOneMessageAndLeavesTheNext) {
    const std::string first = "HTTP/1.1 201 Created\r\ncontent-LENGTH: 3\r\n\r\nabc";

    const std::string buffer = first + "HTTP/1.1 200 OK\r\n";
    const auto message = read_message(buffer);

    ASSERT_EQ(message.state, State::complete);
    EXPECT_EQ(message.body, "abc");
    EXPECT_EQ(message.size, first.size());
    EXPECT_EQ(status_of(message.start_line), 201);
    EXPECT_FALSE(message.closes);
}

TEST(HttpWire, WaitsForWhatIsMissing) {
    const std::string whole =
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";

    for (std::size_t size = 0; size < whole.size(); ++size) {
        ASSERT_EQ(read_message(whole.substr(0, size)).state, State::incomplete) << size;
    }
    EXPECT_EQ(read_message(whole).state, State::complete);
    EXPECT_TRUE(read_message(whole).closes);
}

TEST(HttpWire, RefusesWhatItCannotMeasure) {
    EXPECT_EQ(
        read_message("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n").state, State::unreadable
    );
    EXPECT_EQ(
        read_message("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").state,
        State::unreadable
    );
    EXPECT_EQ(status_of("HTTP/1.1 2x0 OK"), 0);
    EXPECT_EQ(status_of("garbage"), 0);
}

TEST(Latencies, GiveTheExactQuantile) {
    Latencies latencies;
    for (int i = 100; i >= 1; --i) {
        latencies.add(std::chrono::milliseconds{i});
    }

    EXPECT_DOUBLE_EQ(latencies.quantile_ms(0.5), 50);
    EXPECT_DOUBLE_EQ(latencies.quantile_ms(0.99), 99);
    EXPECT_DOUBLE_EQ(latencies.quantile_ms(1), 100);
    EXPECT_DOUBLE_EQ(Latencies().quantile_ms(0.5), 0);
}

TEST(LoadPlan, FillsInNumberAndObject) {
    LoadPlan plan;
    plan.tag = "t";
    plan.body = R"({"o":"{{number}}","a":"{{object}}"})";
    plan.objects = {"x", "y"};
    plan.headers = {"Prefer: wait=30"};

    const std::string request = render_request(plan, 3);

    EXPECT_TRUE(request.ends_with("\r\n\r\n{\"o\":\"t-3\",\"a\":\"y\"}"));
    EXPECT_NE(request.find("\r\nPrefer: wait=30\r\n"), std::string::npos);
    EXPECT_EQ(read_message(request).state, State::complete);
}

TEST(LoadPlan, RefusesOptionsItDoesNotKnowOrCannotRead) {
    EXPECT_FALSE(parse_plan({"--port"}).has_value());
    EXPECT_FALSE(parse_plan({"--port", "x"}).has_value());
    EXPECT_FALSE(parse_plan({"--port", "70000"}).has_value());
    EXPECT_FALSE(parse_plan({"--speed", "1"}).has_value());
    EXPECT_FALSE(parse_plan({"--port", "80"}).has_value());
}

TEST(StubReply, RepeatsTheClaimsOfTheRequest) {
    const auto reply = stub_reply(
        R"({"number":"01J","amount":7000,"currency":"CNY","merchant":"m1"})", "succeeded", 5
    );

    const auto message = read_message(reply);

    ASSERT_EQ(message.state, State::complete);
    EXPECT_EQ(
        message.body,
        R"({"status":"succeeded","reference":"S5","number":"01J","amount":7000,)"
        R"("currency":"CNY","merchant":"m1"})"
    );
}

TEST(StubReply, SaysNullForWhatTheRequestDoesNotCarry) {
    EXPECT_EQ(raw_member(R"({"a":1})", "b"), "null");
    EXPECT_EQ(raw_member(R"({"a":1})", "a"), "1");
    EXPECT_EQ(raw_member(R"({"a":"x)", "a"), "null");
}

TEST(HostCpu, TellsHowMuchOfTheMachineOthersHad) {
    const HostCpu before = HostCpu::from_stat("cpu  100 0 50 800 20 0 10 20 0 0\ncpu0 1 2 3");
    const HostCpu after = HostCpu::from_stat("cpu  150 0 60 820 20 0 10 40 0 0");

    EXPECT_EQ(before.all, 1000U);
    EXPECT_EQ(before.taken, 20U);
    EXPECT_DOUBLE_EQ(taken_percent(before, after), 20.0);
    EXPECT_DOUBLE_EQ(taken_percent(before, before), 0);
}

TEST(QuietSeconds, AreThoseInWhichOthersHadLittle) {
    using std::chrono::milliseconds;
    QuietSeconds seconds(3);
    seconds.add(0, milliseconds(5));
    seconds.add(1, milliseconds(900));
    seconds.add(2, milliseconds(7));
    seconds.add(9, milliseconds(8));  // the last one's
    seconds.others_had(0, 1.5);
    seconds.others_had(1, 30);

    EXPECT_EQ(seconds.with_at_most(2).seconds, 1U) << "of the third nobody knows";
    seconds.others_had(2, 0);
    EXPECT_EQ(seconds.with_at_most(2).seconds, 2U);
    EXPECT_DOUBLE_EQ(seconds.with_at_most(2).p99_ms, 8);
    EXPECT_DOUBLE_EQ(seconds.with_at_most(50).p99_ms, 900);
}

TEST(HostCpu, IsZeroOfATextThatIsNoCount) {
    for (const char* text : {"", "cpu", "cpu 1 2 3", "intr 1 2 3 4 5 6 7 8"}) {
        EXPECT_EQ(HostCpu::from_stat(text).all, 0U) << text;
    }
}

}  // namespace
}  // namespace sluice::bench
