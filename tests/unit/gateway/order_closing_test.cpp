// POST /v1/orders/{order_id}/close: first who is paying it, then the order.
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OrderClosingApi : public GatewayFixture {
  protected:
    OrderClosingApi() { settings.action_wait = std::chrono::seconds(5); }

    http::Response close(const std::string& order, const http::Headers& headers = {}) {
        return send(
            {.method = "POST", .target = "/v1/orders/" + order + "/close", .headers = headers}
        );
    }
    /// A payment that is under way on the order.
    std::string given_pending_payment(const std::string& order) {
        const std::string id = text_of(post("/v1/payments", qr_payment_json(order)), "id");
        orders.set_under_way(*OrderId::parse(order), *PaymentId::parse(id));
        return id;
    }
};

TEST_F(OrderClosingApi, ClosesAnOrderThatNobodyIsPayingAndCanBeRepeated) {
    const std::string order = given_order("A-1");

    const auto closed = close(order);
    const auto again = close(order);

    EXPECT_EQ(closed.status, 200) << closed.body;
    EXPECT_EQ(text_of(closed, "status"), "closed");
    EXPECT_EQ(again.body, closed.body);
    EXPECT_TRUE(intake.closes.empty());
}

TEST_F(OrderClosingApi, AnswersAPaidOrderAsItIs) {
    const std::string order = given_order("A-1");
    orders.set(*OrderId::parse(order), payment::OrderStatus::paid, 10'000);

    const auto response = close(order);

    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(text_of(response, "status"), "paid");
}

TEST_F(OrderClosingApi, ClosesThePaymentThatIsUnderWayFirst) {
    const std::string order = given_order("A-1");
    const std::string payment = given_pending_payment(order);
    intake.late = true;
    const auto line =
        begin({.method = "POST", .target = "/v1/orders/" + order + "/close", .body = {}});
    const auto reply = intake.reply_of(0);
    EXPECT_EQ(text_of(get("/v1/orders/" + order), "status"), "open");
    orders.set_under_way(*OrderId::parse(order), std::nullopt);

    reply();
    const auto closed = line->wait();

    EXPECT_EQ(text_of(closed, "status"), "closed") << closed.body;
    ASSERT_EQ(intake.closes.size(), 1U);
    EXPECT_EQ(PaymentId(intake.closes[0].raw()).to_string(), payment);
    EXPECT_THAT(intake.close_reasons, ElementsAre(payment::CloseReason::closed_by_business));
}

TEST_F(OrderClosingApi, LeavesAnOrderOpenWhosePaymentIsNotResolvedInTime) {
    const std::string order = given_order("A-1");
    const std::string payment = given_pending_payment(order);
    intake.ends_as = payment::SubjectStatus::pending;

    const auto response = close(order, {{"Prefer", "wait=30"}});

    EXPECT_EQ(summary(response), "409 payment_unresolved");
    EXPECT_THAT(text_of(response, "detail"), HasSubstr(payment));
    EXPECT_EQ(text_of(get("/v1/orders/" + order), "status"), "open");
    EXPECT_THAT(intake.wait_deadlines, ElementsAre(clock.now() + std::chrono::seconds(30)));
}

TEST_F(OrderClosingApi, WaitsAtLeastAsLongAsForSomethingToActOn) {
    const std::string order = given_order("A-1");
    given_pending_payment(order);

    close(order, {{"Prefer", "wait=0"}});

    EXPECT_THAT(intake.wait_deadlines, ElementsAre(clock.now() + settings.action_wait));
}

TEST_F(OrderClosingApi, NamesAPaymentThatBeganMeanwhile) {
    const std::string order = given_order("A-1");
    const std::string payment = given_pending_payment(order);

    const auto response = close(order);

    EXPECT_EQ(summary(response), "409 payment_unresolved") << "the store still has one under way";
    EXPECT_THAT(text_of(response, "detail"), HasSubstr(payment));
}

TEST_F(OrderClosingApi, PassesOnWhatTheEngineSays) {
    const std::string order = given_order("A-1");
    given_pending_payment(order);
    intake.next_error = Error{ErrorCode::unavailable, "m", {}};

    EXPECT_EQ(summary(close(order)), "503 unavailable");
}

TEST_F(OrderClosingApi, RefusesWhatIsNoWishToClose) {
    const std::string order = given_order("A-1");
    const auto with_body = post("/v1/orders/" + order + "/close", R"({"why":1})");
    const auto by_other =
        send({.method = "POST", .target = "/v1/orders/" + order + "/close", .key = kOtherKey});

    EXPECT_EQ(summary(with_body), "400 invalid_request /why");
    EXPECT_EQ(summary(by_other), "404 not_found");
    EXPECT_EQ(summary(close("ord_01K9ZV3Q8E3V7T4N6YB2D5H8JM")), "404 not_found");
    EXPECT_EQ(summary(close("x")), "404 not_found");
    EXPECT_EQ(summary(close(order, {{"Prefer", "wait=61"}})), "400 invalid_request Prefer");
    EXPECT_EQ(text_of(get("/v1/orders/" + order), "status"), "open");
}

}  // namespace
}  // namespace sluice::testing
