#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

class Callbacks : public GatewayFixture {
  protected:
    Callbacks() {
        reader = [this](
                     const gateway::CallbackAddress& address, const http::Request& request
                 ) -> std::expected<gateway::CallbackVerdict, http::Response> {
            seen = address.channel + "/" + address.channel_account;
            if (request.body == "forged") {
                return std::unexpected(http::Response{.status = 401, .headers = {}, .body = "no"});
            }
            gateway::CallbackVerdict verdict;
            verdict.fact.instruction = InstructionId(Id128{.high = 0x100, .low = 1});
            verdict.acknowledgement.status = 204;
            return verdict;
        };
    }

    http::Response tell(const std::string& body) {
        return send(
            {.method = "POST",
             .target = "/callbacks/wechatpay/wechat%5Fmain",
             .body = body,
             .key = ""}
        );
    }

    std::string seen;
};

TEST_F(Callbacks, AreAcknowledgedAfterTheyAreRecorded) {
    const auto response = tell("{}");

    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(seen, "wechatpay/wechat_main");
    ASSERT_EQ(intake.callbacks.size(), 1U);
}

TEST_F(Callbacks, AreRefusedInTheChannelsWordsWithoutReachingTheEngine) {
    EXPECT_EQ(tell("forged").status, 401);
    EXPECT_TRUE(intake.callbacks.empty());
}

TEST_F(Callbacks, AreToBeRepeatedWhenTheyCannotBeRecorded) {
    intake.next_error = Error{ErrorCode::unavailable, "m", {}};
    EXPECT_EQ(summary(tell("{}")), "503 callback_not_recorded");
    intake.next_error = Error{ErrorCode::unknown, "m", {}};
    EXPECT_EQ(summary(tell("{}")), "503 callback_not_recorded");
    intake.next_error = Error{ErrorCode::not_found, "m", {}};
    EXPECT_EQ(summary(tell("{}")), "500 callback_not_recorded");
}

TEST_F(Callbacks, ThatAreTooLargeAreNotRead) {
    EXPECT_EQ(summary(tell(std::string(2'000'000, 'x'))), "413 body_too_large");
    EXPECT_EQ(seen, "");
}

TEST_F(Callbacks, GoToTheOwnerOfTheInstruction) {
    intake.owner = "10.0.0.2:80";
    std::string went;
    forwarder = [&](const std::string& address,
                    const http::Request& request,
                    const gateway::ForwardDone& done) {
        went = address + " " + request.body;
        done(http::Response{.status = 204, .headers = {}, .body = {}});
    };

    EXPECT_EQ(tell("{}").status, 204);
    EXPECT_EQ(went, "10.0.0.2:80 {}");
    EXPECT_TRUE(intake.callbacks.empty());
}

}  // namespace
}  // namespace sluice::testing
