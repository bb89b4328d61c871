#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

class TopUpOrders : public GatewayFixture {
  protected:
    static std::string order_for(const std::string& account, const std::string& number = "A-1") {
        return R"({"merchant_order_number":")" + number +
               R"(","amount":10000,"currency":"CNY","description":"Top-up","credit_account_id":")" +
               account + "\"}";
    }
};

TEST_F(TopUpOrders, NameTheAccountThatGetsWhatIsPaid) {
    const std::string card = given_account("card-1");

    const auto order = post("/v1/orders", order_for(card));
    const auto paid = post("/v1/payments", qr_payment_json(order_for(card, "A-2")));

    ASSERT_EQ(order.status, 201) << order.body;
    EXPECT_EQ(text_of(order, "credit_account_id"), card);
    ASSERT_EQ(paid.status, 201) << paid.body;
    EXPECT_EQ(intake.starts.at(0).picture.order.credit.gl, "2002");
    EXPECT_EQ(intake.starts.at(0).picture.order.credit.id.to_string(), card);
}

TEST_F(TopUpOrders, AreSeenToOffTheIoThreadWhenTheAccountMustBeLookedUp) {
    const std::string card = given_account("card-1");
    accounts.all_known = false;

    const auto paid = post("/v1/payments", qr_payment_json(order_for(card)));

    EXPECT_EQ(paid.status, 201) << paid.body;
    EXPECT_NE(intake.asked_on, std::this_thread::get_id());
}

TEST_F(TopUpOrders, AreRefusedForAccountsThatTheMerchantDoesNotHave) {
    const std::string dollars = text_of(
        post("/v1/accounts", R"({"kind":"balance","owner_number":"d","currency":"USD"})"), "id"
    );
    const std::string none = "acc_00000000000000000000000001";
    for (const std::string& account : {dollars, none, std::string("x")}) {
        EXPECT_EQ(
            summary(post("/v1/orders", order_for(account))),
            "400 invalid_request /credit_account_id"
        );
        EXPECT_EQ(
            summary(post("/v1/payments", qr_payment_json(order_for(account)))),
            "400 invalid_request /order/credit_account_id"
        );
    }
    EXPECT_TRUE(intake.starts.empty());
    EXPECT_EQ(orders.size(), 0U);
}

TEST_F(TopUpOrders, AreNotRefunded) {
    const std::string paid = given_paid("A-1");
    payment::Picture& picture = payments.pictures.at(RunId(PaymentId::parse(paid)->raw()));
    picture.order.credit = {AccountId(Id128{.high = 1, .low = 2}), "2001"};

    EXPECT_EQ(
        summary(post("/v1/refunds", refund_json("R-1", paid, 100))),
        "409 top_up_not_refundable /payment_id"
    );
    EXPECT_EQ(intake.starts.size(), 1U) << "the payment alone";
}

}  // namespace
}  // namespace sluice::testing
