// A channel goes on to another key: it is believed by whoever has learned it, and by nobody else.
#include <gtest/gtest.h>

#include "simulator/bank_signature.hpp"
#include "unit/simulator/alipay_fixture.hpp"
#include "unit/simulator/bank_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using payment::OutcomeKind;

class AlipayKeyRotation : public AlipayTest {
  protected:
    AlipayKeyRotation() { account_ = "certificate"; }
};

TEST_F(AlipayKeyRotation, IsBelievedOnceTheCertificateIsLearned) {
    given_paid();
    ASSERT_EQ(exchange(Operation::query).kind, OutcomeKind::succeeded);
    const Value told = body_of(control("/sim/alipay/rotate", "{}"));

    const payment::Outcome doubted = exchange(Operation::query);
    EXPECT_EQ(doubted.kind, OutcomeKind::unknown);
    EXPECT_EQ(doubted.code, "SIGNATURE_SERIAL_UNKNOWN");

    learn_certificate(std::string(told.text_or_empty("certificate")));
    EXPECT_EQ(exchange(Operation::query).kind, OutcomeKind::succeeded);
}

TEST_F(AlipayKeyRotation, SignsNoticesWithTheNewKeyToo) {
    const Value rotated = body_of(control("/sim/alipay/rotate", "{}"));
    learn_certificate(std::string(rotated.text_or_empty("certificate")));
    given_scanned();
    ASSERT_EQ(status_of(pay(kOrderNumber)), 200);

    EXPECT_EQ(told(0).outcome.kind, OutcomeKind::succeeded);
}

class BankKeyRotation : public BankTest {
  protected:
    std::string rotate() {
        const Value told = body_of(control("/sim/bank/rotate", "{}"));
        EXPECT_EQ(told.text_or_empty("account"), kBankAccount);
        return std::string(told.text_or_empty("key"));
    }
    static bool is_signed_with(const std::string& key, const http::ClientResult& answer) {
        return answer && answer->headers.get_or_empty("Bank-Signature") ==
                             bank_signature(
                                 Secret(std::string(key)),
                                 {.first = std::to_string(answer->status),
                                  .second = "/bank/v1/balance",
                                  .timestamp = answer->headers.get_or_empty("Bank-Timestamp"),
                                  .nonce = answer->headers.get_or_empty("Bank-Nonce"),
                                  .body = answer->body}
                             );
    }
};

TEST_F(BankKeyRotation, SignsWithTheNewKeyAndTakesRequestsOfBoth) {
    ASSERT_TRUE(is_signed_with(std::string(kBankKey), balance()));
    const std::string key = rotate();

    const auto by_old = balance();
    EXPECT_EQ(status_of(by_old), 200);
    EXPECT_FALSE(is_signed_with(std::string(kBankKey), by_old));
    EXPECT_TRUE(is_signed_with(key, by_old));
    BankCall call{.target = "/bank/v1/balance"};
    call.key = key;
    EXPECT_EQ(status_of(send(call)), 200);
    call.key = key + "x";
    EXPECT_EQ(refusal_of(send(call)), "401 SIGNATURE_INVALID");
}

TEST_F(BankKeyRotation, IsOfAnAccountThatIsThere) {
    EXPECT_EQ(refusal_of(control("/sim/bank/rotate", R"({"account":"1"})")), "400 invalid");
    EXPECT_TRUE(is_signed_with(std::string(kBankKey), balance()));
}

TEST_F(BankKeyRotation, LeavesWeChatPayAndItsTransfersAlone) {
    ASSERT_EQ(status_of(control("/sim/alipay/rotate", "{}")), 200);
    const auto created = create(testing::kOrderNumber);
    EXPECT_TRUE(is_signed_by_platform(created->headers, created->body));
    const auto topped_up = control("/sim/wechat/funds", R"({"mchid":"1900000109","top_up":500})");
    EXPECT_EQ(body_of(topped_up).int_or("available", 0), 1'000'000'500);
    EXPECT_EQ(
        refusal_of(control("/sim/alipay/funds", R"({"seller_id":"1900000109","top_up":500})")),
        "400 invalid"
    );
}

}  // namespace
}  // namespace sluice::simulator::testing
