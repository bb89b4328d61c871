// Passing a request on to a node that hangs: the kernel takes the connection, nobody answers.
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/channel_wiring.hpp"
#include "unit/http/raw_socket.hpp"

namespace sluice::app {
namespace {

using http::testing::RawListener;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

class ForwarderToAHangingNode : public ::testing::Test {
  protected:
    std::string address() const { return "127.0.0.1:" + std::to_string(listener_.port()); }

    /// How long it took to be refused, and with what.
    milliseconds forward(const http::Headers& headers) {
        const auto forwards = forwarder(client_, {.unasked = kUnasked, .beyond_wait = kBeyondWait});
        http::Request request;
        request.method = "POST";
        request.target = "/v1/payments";
        request.headers = headers;
        const auto begun = steady_clock::now();
        std::promise<Result<http::Response>> answered;
        forwards(address(), request, [&](Result<http::Response> answer) {
            answered.set_value(std::move(answer));
        });
        const auto answer = answered.get_future().get();
        EXPECT_FALSE(answer.has_value());
        code_ = answer ? ErrorCode::invalid : answer.error().code;
        return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
    }

    static constexpr milliseconds kUnasked{1'000};
    static constexpr milliseconds kBeyondWait{50};
    RawListener listener_;
    http::Client client_;
    ErrorCode code_ = ErrorCode::invalid;
};

TEST_F(ForwarderToAHangingNode, GivesUpSoonWhenTheCallerAskedForNoWait) {
    const milliseconds took = forward({});

    EXPECT_GE(took, kUnasked);
    EXPECT_LT(took, milliseconds(5000));
    EXPECT_EQ(code_, ErrorCode::unknown) << "it may have been carried out";
}

TEST_F(ForwarderToAHangingNode, WaitsAsLongAsTheCallerAskedAndLittleMore) {
    const milliseconds took = forward({{"Prefer", "wait=1"}});

    EXPECT_GE(took, milliseconds(1000) + kBeyondWait);
    EXPECT_LT(took, milliseconds(5000));
    EXPECT_EQ(code_, ErrorCode::unknown);
}

TEST_F(ForwarderToAHangingNode, TakesAWaitOfNoSecondsForAWish) {
    const milliseconds took = forward({{"Prefer", "wait=0"}});

    EXPECT_GE(took, kBeyondWait);
    EXPECT_LT(took, milliseconds(5000));
}

TEST(ForwardSettings, LeaveAHealthyOwnerTheTimeThatItMayTake) {
    const ForwardSettings settings;

    EXPECT_GT(settings.unasked, gateway::Settings{}.action_wait);
    EXPECT_LE(settings.unasked, std::chrono::seconds(6));
    EXPECT_LE(settings.beyond_wait, std::chrono::seconds(5));
}

}  // namespace
}  // namespace sluice::app
