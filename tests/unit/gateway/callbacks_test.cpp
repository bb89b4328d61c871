#include <latch>

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
            if (request.body == "slow") {
                is_reading.count_down();
                may_end.wait();
            }
            if (const int status = refused_with(request.body); status != 0) {
                return std::unexpected(http::Response{.status = status, .headers = {}, .body = "no"}
                );
            }
            gateway::CallbackVerdict verdict;
            verdict.fact.instruction = InstructionId(Id128{.high = 0x100, .low = 1});
            verdict.acknowledgement.status = 204;
            return verdict;
        };
        knows_account = [](const gateway::CallbackAddress& address) {
            return address.channel == "wechatpay" && address.channel_account.starts_with("wechat_");
        };
    }

    static int refused_with(const std::string& body) {
        return body.starts_with("refused ") ? std::stoi(body.substr(8)) : 0;
    }

    static Ask told(const std::string& body, const std::string& account = "wechat%5Fmain") {
        return {
            .method = "POST", .target = "/callbacks/wechatpay/" + account, .body = body, .key = ""
        };
    }
    http::Response tell(const std::string& body, const std::string& account = "wechat%5Fmain") {
        return send(told(body, account));
    }
    /// Until one of a hundred is answered so.
    bool tell_until(const std::string& answer, const std::string& account = "wechat_main") {
        for (int i = 0; i < 100; ++i) {
            const http::Response given = tell("{}", account);
            if (given.status != 204 && summary(given) == answer) {
                return true;
            }
        }
        return false;
    }
    [[nodiscard]] std::string refusals() {
        std::string lines;
        const std::string text = get("/metrics").body;
        const std::string name = "sluice_callbacks_refused_total{reason=";
        for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
            const std::size_t end = text.find('\n', at);
            const std::string line = text.substr(at + name.size(), end - at - name.size());
            lines += line.ends_with(" 0") ? "" : line + "\n";
            at = end;
        }
        return lines;
    }

    std::string seen;
    std::latch is_reading{1};
    std::latch may_end{1};
};

TEST_F(Callbacks, AreAcknowledgedAfterTheyAreRecorded) {
    const auto response = tell("{}");

    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(seen, "wechatpay/wechat_main");
    ASSERT_EQ(intake.callbacks.size(), 1U);
}

TEST_F(Callbacks, AreNotAcknowledgedWhileTheirCommitIsUnderWay) {
    settings.engine_grace = std::chrono::milliseconds(50);
    intake.silent = true;

    EXPECT_EQ(summary(tell("{}")), "503 callback_not_recorded");

    EXPECT_EQ(intake.callbacks.size(), 1U);
}

TEST_F(Callbacks, AreRefusedInTheChannelsWordsWithoutReachingTheEngine) {
    EXPECT_EQ(tell("refused 401").status, 401);
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

TEST_F(Callbacks, HaveALimitOfTheirOwnAboveWhichTheyAreNotRead) {
    EXPECT_EQ(tell(std::string(65'536, 'x')).status, 204);
    seen = "";

    EXPECT_EQ(summary(tell(std::string(65'537, 'x'))), "413 body_too_large");

    EXPECT_EQ(seen, "");
}

TEST_F(Callbacks, OfUnknownAccountsAreNotRead) {
    EXPECT_EQ(summary(tell("{}", "nobody")), "404 not_found");

    EXPECT_EQ(seen, "");
    EXPECT_TRUE(intake.callbacks.empty());
}

TEST_F(Callbacks, AboveTheRateOfTheirAccountAreToBeSentAgain) {
    settings.callbacks.per_second = 1;

    ASSERT_TRUE(tell_until("429 too_many_callbacks"));

    EXPECT_TRUE(tell_until("429 too_many_callbacks"));
    EXPECT_EQ(tell("{}", "wechat_other").status, 204) << "another account";
    EXPECT_EQ(post("/v1/orders", order_json("A-1")).status, 201) << "a caller";
}

TEST_F(Callbacks, ToldToComeAgainAreToldWhen) {
    settings.callbacks.per_second = 1;

    std::string after;
    for (int i = 0; i < 100 && after.empty(); ++i) {
        after = tell("{}").headers.get_or_empty("Retry-After");
    }

    EXPECT_EQ(after, "1");
}

TEST_F(Callbacks, AtUnknownPathsHaveARateTogetherThatIsNobodyElses) {
    settings.callbacks.unknown_per_second = 1;

    int account = 0;
    bool is_too_many = false;
    while (!is_too_many && account < 100) {
        const std::string name = "nobody" + std::to_string(++account);
        is_too_many = summary(tell("{}", name)) == "429 too_many_callbacks";
    }

    EXPECT_TRUE(is_too_many);
    EXPECT_EQ(tell("{}").status, 204);
}

TEST_F(Callbacks, KeepNoThreadFromCallers) {
    settings.threads = 1;
    settings.callbacks.threads = 1;
    settings.callbacks.reading_max = 1;
    const auto slow = begin(told("slow"));
    is_reading.wait();

    EXPECT_EQ(post("/v1/orders", order_json("A-1")).status, 201);
    EXPECT_EQ(summary(tell("{}")), "503 callbacks_busy");

    may_end.count_down();
    EXPECT_EQ(slow->wait().status, 204);
}

TEST_F(Callbacks, AreCountedByWhyTheyWereRefused) {
    settings.callbacks.unknown_per_second = 100'000;
    for (const int status : {400, 401, 401, 404, 415, 500}) {
        tell("refused " + std::to_string(status));
    }
    tell("{}", "nobody");
    tell(std::string(65'537, 'x'));
    intake.next_error = Error{ErrorCode::unavailable, "m", {}};
    tell("{}");

    EXPECT_EQ(
        refusals(),
        "\"unknown_account\"} 1\n\"too_large\"} 1\n\"content_type\"} 1\n\"bad_signature\"} 2\n"
        "\"unknown_number\"} 1\n\"unreadable\"} 1\n\"not_read\"} 1\n\"not_recorded\"} 1\n"
    );
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
