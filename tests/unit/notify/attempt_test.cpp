#include "notify/attempt.hpp"

#include <gtest/gtest.h>

#include "notify/backoff.hpp"
#include "notify/signature.hpp"

namespace sluice::notify {
namespace {

using Kind = Judgement::Kind;

const Time kNow = *parse_rfc3339("2026-10-21T07:27:00Z");

http::ClientResult answer(int status, http::Headers headers = {}) {
    return http::Response{.status = status, .headers = std::move(headers), .body = "whatever"};
}

DueDelivery delivery_of(std::string body) {
    DueDelivery delivery;
    delivery.event.id = EventId(Id128{.high = 9, .low = 9});
    delivery.body = std::move(body);
    return delivery;
}

TEST(WebhookAttempt, CarriesTheHeadersOfTheSpecification) {
    SeededRandom random(3);
    const Receiver receiver{.id = {}, .url = "https://h/x", .secrets = {make_secret(random)}};
    const DueDelivery delivery = delivery_of(R"({"type":"payment.closed"})");

    const auto request = make_request(receiver, delivery, {.now = kNow});

    ASSERT_TRUE(request.has_value()) << request.error().message;
    const std::string id = delivery.event.id.to_string();
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->url, "https://h/x");
    EXPECT_EQ(request->body, *delivery.body);
    EXPECT_EQ(request->total_timeout, std::chrono::seconds(15));
    EXPECT_EQ(request->headers.get_or_empty("webhook-id"), id);
    EXPECT_EQ(request->headers.get_or_empty("webhook-timestamp"), "1792567620");
    EXPECT_EQ(
        request->headers.get_or_empty("webhook-signature"),
        *sign({id, kNow, *delivery.body}, receiver.secrets)
    );
    EXPECT_EQ(request->headers.get_or_empty("Content-Type"), "application/json");
}

TEST(WebhookAttempt, BodyHasTypeTimestampAndData) {
    const Event event{.id = {}, .type = "payment.closed", .object = {}, .at = kNow};

    EXPECT_EQ(
        webhook_body(event, R"({"id":"pay_1"})"),
        R"({"type":"payment.closed","timestamp":"2026-10-21T07:27:00Z","data":{"id":"pay_1"}})"
    );
}

TEST(WebhookAnswer, IsTakenForAny2xxAndNothingElse) {
    struct Case {
        int status;
        Kind kind;
    };
    for (const Case& one :
         {Case{199, Kind::failed},
          Case{200, Kind::taken},
          Case{204, Kind::taken},
          Case{299, Kind::taken},
          Case{301, Kind::failed},
          Case{307, Kind::failed},
          Case{400, Kind::failed},
          Case{404, Kind::failed},
          Case{410, Kind::gone},
          Case{500, Kind::failed},
          Case{503, Kind::failed}}) {
        const Judgement judgement = judge(answer(one.status), kNow);

        EXPECT_EQ(judgement.kind, one.kind) << one.status;
        EXPECT_EQ(judgement.status, one.status);
        EXPECT_EQ(judgement.failure.empty(), one.kind == Kind::taken) << one.status;
    }
}

TEST(WebhookAnswer, ThatNeverCameIsAFailureWithItsReason) {
    const Judgement judgement = judge(
        std::unexpected(http::ClientFailure{
            .stage = http::FailureStage::maybe_sent, .code = "timeout", .message = "15 s are over"
        }),
        kNow
    );

    EXPECT_EQ(judgement.kind, Kind::failed);
    EXPECT_EQ(judgement.status, std::nullopt);
    EXPECT_EQ(judgement.failure, "timeout: 15 s are over");
}

TEST(WebhookAnswer, MayAskForMoreTimeWithinLimits) {
    using std::chrono::seconds;
    struct Case {
        const char* text;
        std::optional<seconds> wanted;
    };
    for (const Case& one :
         {Case{"120", seconds(120)},
          Case{"Wed, 21 Oct 2026 07:28:00 GMT", seconds(60)},
          Case{"999999999", kRetryAfterMax},
          Case{"Wed, 21 Oct 2037 07:28:00 GMT", kRetryAfterMax},
          Case{"0", std::nullopt},
          Case{"-5", std::nullopt},
          Case{"soon", std::nullopt},
          Case{"Wed, 21 Oct 2015 07:28:00 GMT", std::nullopt},
          Case{"99999999999999999999", std::nullopt}}) {
        EXPECT_EQ(judge(answer(503, {{"Retry-After", one.text}}), kNow).retry_after, one.wanted)
            << one.text;
    }
}

}  // namespace
}  // namespace sluice::notify
