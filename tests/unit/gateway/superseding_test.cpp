// A new payment of an order whose last one is not resolved.
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

using payment::SubjectStatus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Superseding : public GatewayFixture {
  protected:
    Superseding() {
        settings.action_wait = std::chrono::seconds(5);
        order_ = given_order("A-1");
        rival_ = text_of(post("/v1/payments", qr_payment_json(order_, 6'000)), "id");
        orders.set_under_way(*OrderId::parse(order_), *PaymentId::parse(rival_));
        intake.in_the_way[*OrderId::parse(order_)] = {
            ErrorCode::conflict, "in the way: " + rival_, "payment_unresolved"
        };
    }
    http::Response pay(std::int64_t amount = 10'000, const http::Headers& headers = {}) {
        return send(
            {.method = "POST",
             .target = "/v1/payments",
             .body = qr_payment_json(order_, amount),
             .headers = headers}
        );
    }

    std::string order_;
    std::string rival_;
};

TEST_F(Superseding, ClosesTheFirstAttemptAndThenBegins) {
    const auto response = pay();

    EXPECT_EQ(response.status, 201) << response.body;
    EXPECT_NE(text_of(response, "id"), rival_);
    ASSERT_EQ(intake.closes.size(), 1U);
    EXPECT_EQ(PaymentId(intake.closes[0].raw()).to_string(), rival_);
    EXPECT_THAT(intake.close_reasons, ElementsAre(payment::CloseReason::superseded));
    EXPECT_EQ(intake.starts.size(), 2U);
}

TEST_F(Superseding, IsNotAskedForByARepeatOfTheAttemptItself) {
    const std::string order = given_order("A-2");
    const http::Headers key{{"Idempotency-Key", "k"}};
    const Ask ask{
        .method = "POST", .target = "/v1/payments", .body = qr_payment_json(order), .headers = key
    };
    const std::string first = text_of(send(ask), "id");
    orders.set_under_way(*OrderId::parse(order), *PaymentId::parse(first));

    const auto repeat = send(ask);

    EXPECT_EQ(repeat.status, 200);
    EXPECT_EQ(text_of(repeat, "id"), first);
    EXPECT_THAT(intake.closes, IsEmpty());
}

TEST_F(Superseding, CanBeForbidden) {
    std::string body = qr_payment_json(order_);
    body.insert(1, R"("supersede":false,)");

    const auto response = post("/v1/payments", body);

    EXPECT_EQ(summary(response), "409 payment_unresolved");
    EXPECT_THAT(text_of(response, "detail"), HasSubstr(rival_));
    EXPECT_THAT(intake.closes, IsEmpty());
}

TEST_F(Superseding, ClosesNothingForAPaymentThatCouldNotBegin) {
    const auto response = pay(10'001);

    EXPECT_EQ(summary(response), "422 more_than_due");
    EXPECT_THAT(intake.closes, IsEmpty());
}

TEST_F(Superseding, GivesWayWhenTheFirstTurnsOutPaid) {
    struct Case {
        std::int64_t rival;
        std::int64_t ours;
        std::string answer;
    };
    const std::vector<Case> cases{
        {10'000, 10'000, "422 order_not_open"},
        {6'000, 10'000, "422 more_than_due"},
        {6'000, 4'001, "422 more_than_due"},
        {6'000, 4'000, "409 rival_succeeded"},
    };
    intake.ends_as = SubjectStatus::succeeded;
    const auto start_count = intake.starts.size();
    for (const Case& row : cases) {
        auto& rival = payments.pictures.at(RunId(PaymentId::parse(rival_)->raw()));
        rival.subject.status = SubjectStatus::pending;
        rival.subject.amount = Money{row.rival, cny()};
        rival.order.paid_minor = 0;
        rival.order.status = payment::OrderStatus::open;
        intake.in_the_way[*OrderId::parse(order_)] = {
            ErrorCode::conflict, "in the way", "payment_unresolved"
        };

        const auto response = pay(row.ours);

        EXPECT_EQ(summary(response), row.answer) << row.rival << " against " << row.ours;
        EXPECT_THAT(text_of(response, "detail"), HasSubstr(rival_));
    }
    EXPECT_EQ(intake.starts.size(), start_count);
}

TEST_F(Superseding, TellsAnUnresolvedFirstAttemptWhenItsTimeIsOver) {
    intake.ends_as = SubjectStatus::pending;

    const auto response = pay(10'000, {{"Prefer", "wait=20"}});

    EXPECT_EQ(summary(response), "409 payment_unresolved");
    EXPECT_THAT(text_of(response, "detail"), HasSubstr(rival_));
    EXPECT_THAT(intake.wait_deadlines, ElementsAre(clock.now() + std::chrono::seconds(20)));
    EXPECT_EQ(intake.starts.size(), 1U);
}

TEST_F(Superseding, WaitsAtLeastAsLongAsForSomethingToActOn) {
    intake.ends_as = SubjectStatus::compensating;

    EXPECT_EQ(summary(pay(10'000, {{"Prefer", "wait=0"}})), "409 payment_unresolved");
    EXPECT_THAT(intake.wait_deadlines, ElementsAre(clock.now() + settings.action_wait));
}

TEST_F(Superseding, LosesCleanlyToAnotherNewAttempt) {
    intake.end_frees_the_way = false;

    EXPECT_EQ(summary(pay()), "409 payment_unresolved");
    EXPECT_EQ(intake.closes.size(), 1U) << "the winner is left alone";
    EXPECT_EQ(intake.starts.size(), 1U);
}

TEST_F(Superseding, GivesTheNewAttemptItsWholeTime) {
    intake.late = true;
    const auto line = begin(
        {.method = "POST",
         .target = "/v1/payments",
         .body = qr_payment_json(order_),
         .headers = {{"Prefer", "wait=20"}}}
    );
    const auto reply = intake.reply_of(0);
    clock.advance(std::chrono::seconds(15));

    reply();

    EXPECT_EQ(line->wait().status, 201);
    EXPECT_EQ(intake.starts.back().answer_by, clock.now() + std::chrono::seconds(20));
}

TEST_F(Superseding, RefusesAWordThatIsNeitherTrueNorFalse) {
    for (const std::string word : {"1", "\"false\"", "null", "[]"}) {
        std::string body = qr_payment_json(order_);
        body.insert(1, R"("supersede":)" + word + ",");
        EXPECT_EQ(summary(post("/v1/payments", body)), "400 invalid_request /supersede") << word;
    }
}

}  // namespace
}  // namespace sluice::testing
