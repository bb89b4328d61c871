// Each scene of Alipay from end to end over real connections.
#include <gtest/gtest.h>

#include "unit/simulator/alipay_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using payment::OutcomeKind;

/// In key mode, and in certificate mode with encrypted contents.
class AlipayAdapter : public AlipayTest, public ::testing::WithParamInterface<const char*> {
  protected:
    AlipayAdapter() { account_ = GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(
    Modes,
    AlipayAdapter,
    ::testing::Values("key", "certificate"),
    [](const auto& test) { return std::string(test.param); }
);

TEST_P(AlipayAdapter, CollectsByACodeAndIsTold) {
    const payment::Outcome created = exchange(Operation::collect);
    ASSERT_EQ(created.kind, OutcomeKind::pending) << created.code << " " << created.message;
    const std::string code(created.next_action.text_or_empty("code_url"));
    EXPECT_TRUE(code.starts_with("https://qr.alipay.com/")) << code;

    ASSERT_EQ(status_of(control("/sim/pay", R"({"code_url":")" + code + "\"}")), 200);
    const payment::Outcome queried = exchange(Operation::query);
    const channel::CallbackVerdict verdict = told(0);

    EXPECT_EQ(queried.kind, OutcomeKind::succeeded) << queried.code << " " << queried.message;
    EXPECT_EQ(queried.amount, Money(1234, cny()));
    EXPECT_EQ(queried.number, kOrderNumber);
    EXPECT_EQ(verdict.answer.status, 200);
    EXPECT_EQ(verdict.answer.body, "success");
    EXPECT_EQ(verdict.outcome.kind, OutcomeKind::succeeded);
    EXPECT_EQ(verdict.outcome.amount, Money(1234, cny()));
    EXPECT_EQ(verdict.outcome.channel_reference, queried.channel_reference);
}

/// One scene of which nothing is sent by us.
class AlipayPage : public AlipayTest, public ::testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(
    Scenes,
    AlipayPage,
    ::testing::Values("page", "wap", "app"),
    [](const auto& test) { return std::string(test.param); }
);

TEST_P(AlipayPage, IsWhereThePayerGoesWithWhatWeSigned) {
    const Value action = handed_over(GetParam());
    const bool is_app = std::string_view(GetParam()) == "app";
    const std::string url =
        is_app ? psp_->url() + "/gateway.do?" + std::string(action.text_or_empty("order_string"))
               : std::string(action.text_or_empty("url"));
    EXPECT_EQ(action.text_or_empty("type"), is_app ? "app" : "redirect");
    EXPECT_EQ(exchange(Operation::query).code, "TRADE_NOT_EXIST");

    const auto page = send({.method = "GET", .url = url});

    ASSERT_TRUE(page.has_value());
    ASSERT_EQ(page->status, 302) << page->body;
    const std::string payer(page->headers.get_or_empty("Location"));
    EXPECT_EQ(exchange(Operation::query).code, "WAIT_BUYER_PAY");
    EXPECT_EQ(status_of(send({.method = "GET", .url = psp_->url() + payer})), 200);
    EXPECT_EQ(status_of(send({.method = "POST", .url = psp_->url() + payer + "/confirm"})), 303);
    EXPECT_EQ(exchange(Operation::query).kind, OutcomeKind::succeeded);
    EXPECT_EQ(told(0).outcome.kind, OutcomeKind::succeeded);
}

TEST_P(AlipayPage, IsOpenToNobodyWhoChangedTheAmount) {
    const Value action = handed_over(GetParam());
    const bool is_app = std::string_view(GetParam()) == "app";
    std::string url =
        is_app ? psp_->url() + "/gateway.do?" + std::string(action.text_or_empty("order_string"))
               : std::string(action.text_or_empty("url"));
    const std::size_t amount = url.find("12.34");
    ASSERT_NE(amount, std::string::npos);
    url.replace(amount, 5, "00.01");

    const auto page = send({.method = "GET", .url = url});

    ASSERT_TRUE(page.has_value());
    EXPECT_NE(page->body.find("isv.invalid-signature"), std::string::npos) << page->body;
    EXPECT_EQ(exchange(Operation::query).code, "TRADE_NOT_EXIST");
}

TEST_P(AlipayAdapter, KnowsNoTradeBeforeItsPayerCame) {
    ASSERT_EQ(exchange(Operation::collect).kind, OutcomeKind::pending);

    const payment::Outcome before = exchange(Operation::query);
    const payment::Outcome closing = exchange(Operation::close);
    ASSERT_EQ(
        status_of(control("/sim/scan", R"({"out_trade_no":"01KDXVZQ4M8N2P6R0S4T8V2W6X"})")), 200
    );
    const payment::Outcome after = exchange(Operation::query);

    EXPECT_EQ(before.kind, OutcomeKind::pending);
    EXPECT_EQ(before.code, "TRADE_NOT_EXIST");
    EXPECT_EQ(closing.kind, OutcomeKind::unknown);
    EXPECT_EQ(after.code, "WAIT_BUYER_PAY");
}

TEST_P(AlipayAdapter, BelievesThatThereIsNoTradeOnceNobodyCanComeAnyMore) {
    const channel::ExchangeOrder query = order_of(Operation::query);
    const channel::ExchangeOrder close = order_of(Operation::close);
    clock_.advance(std::chrono::minutes(12));

    EXPECT_EQ(exchange(query).kind, OutcomeKind::not_found);
    EXPECT_EQ(exchange(close).kind, OutcomeKind::not_found);
}

TEST_P(AlipayAdapter, ClosesWhatWasScannedAndNotPaid) {
    given_scanned();

    EXPECT_EQ(exchange(Operation::close).kind, OutcomeKind::closed);
    EXPECT_EQ(exchange(Operation::query).kind, OutcomeKind::closed);
    EXPECT_NE(status_of(pay(kOrderNumber)), 200);
}

TEST_P(AlipayAdapter, FindsThePaymentThatWasQuickerThanItsClose) {
    given_scanned();
    order_fault(R"({"operation":"close","kind":"close_after_pay"})");

    EXPECT_EQ(exchange(Operation::close).kind, OutcomeKind::unknown);
    EXPECT_EQ(exchange(Operation::query).kind, OutcomeKind::succeeded);
}

TEST_P(AlipayAdapter, GetsTheSameTradeWhenItAsksAgainAndNoneForAnotherAmount) {
    ASSERT_EQ(exchange(Operation::collect).kind, OutcomeKind::pending);
    EXPECT_EQ(exchange(Operation::collect).kind, OutcomeKind::pending);
    channel::ExchangeOrder dearer = order_of(Operation::collect);
    dearer.instruction.amount = Money(1235, cny());

    const payment::Outcome other = exchange(dearer);

    EXPECT_EQ(other.kind, OutcomeKind::unknown);
    EXPECT_EQ(other.code, "CONTEXT_INCONSISTENT");
}

TEST_P(AlipayAdapter, RefundsOnceHoweverOftenItAsks) {
    given_paid();
    EXPECT_EQ(exchange(Operation::refund_query).kind, OutcomeKind::not_found);

    const payment::Outcome refunded = exchange(Operation::refund);
    const payment::Outcome again = exchange(Operation::refund);
    const payment::Outcome known = exchange(Operation::refund_query);

    EXPECT_EQ(refunded.kind, OutcomeKind::succeeded) << refunded.code << refunded.message;
    EXPECT_EQ(refunded.amount, Money(234, cny()));
    EXPECT_EQ(refunded.number, kRefundNumber);
    EXPECT_EQ(again.kind, OutcomeKind::unknown);
    EXPECT_EQ(known.kind, OutcomeKind::succeeded) << known.code;
    EXPECT_EQ(known.amount, Money(234, cny()));
    EXPECT_EQ(booked(kOrderNumber).int_or("refunded_amount", 0), 234);
    EXPECT_EQ(exchange(Operation::query).kind, OutcomeKind::succeeded);
}

TEST_P(AlipayAdapter, WaitsForASlowRefund) {
    given_paid();
    ASSERT_EQ(status_of(control("/sim/refund_course", R"({"delay_ms":3600000})")), 200);

    EXPECT_EQ(exchange(Operation::refund).kind, OutcomeKind::unknown);
    EXPECT_EQ(exchange(Operation::refund_query).kind, OutcomeKind::not_found);
    ASSERT_EQ(
        status_of(control(
            "/sim/refund",
            R"({"out_refund_no":")" + std::string(kRefundNumber) + R"(","status":"SUCCESS"})"
        )),
        200
    );
    EXPECT_EQ(exchange(Operation::refund_query).kind, OutcomeKind::succeeded);
}

TEST_P(AlipayAdapter, ReadsRefusalsOfRefunds) {
    given_paid();
    const std::string seller(account_ == "key" ? kAlipaySeller : kCertifiedSeller);
    ASSERT_EQ(status_of(control("/sim/funds", R"({"sweep":1234,"mchid":")" + seller + "\"}")), 200);
    const payment::Outcome short_of_money = exchange(Operation::refund);
    ASSERT_EQ(
        status_of(control("/sim/funds", R"({"top_up":1234,"mchid":")" + seller + "\"}")), 200
    );
    channel::ExchangeOrder late = order_of(Operation::refund);
    clock_.advance(std::chrono::days(366));
    const payment::Outcome too_late = exchange(late);

    EXPECT_EQ(short_of_money.kind, OutcomeKind::not_sent);
    EXPECT_EQ(short_of_money.code, "SELLER_BALANCE_NOT_ENOUGH");
    EXPECT_EQ(too_late.kind, OutcomeKind::refused);
    EXPECT_EQ(too_late.code, "TRADE_HAS_FINISHED");
}

TEST_P(AlipayAdapter, GuessesNothingFromAnswersThatCannotBeRead) {
    const std::vector<const char*> kinds{
        "garbage", "status_5xx_after", "bad_signature", "status_5xx"
    };
    given_paid();
    for (const char* kind : kinds) {
        order_fault(R"({"operation":"query","kind":")" + std::string(kind) + "\"}");
        EXPECT_EQ(exchange(Operation::query).kind, OutcomeKind::unknown) << kind;
    }
    EXPECT_EQ(exchange(Operation::query).kind, OutcomeKind::succeeded);
}

TEST_P(AlipayAdapter, TurnsForgedNoticesAway) {
    // Every notice is one of those that are sent here: the simulator has none of its own.
    order_fault(R"({"operation":"callback","kind":"missing"})");
    given_paid();
    const auto forge = [this](const char* kind) {
        const auto sent = control(
            "/sim/callback",
            R"({"out_trade_no":")" + std::string(kOrderNumber) + R"(","kind":")" + kind + "\"}"
        );
        EXPECT_EQ(status_of(sent), 200) << kind;
        return told(receiver_.count() - 1);
    };

    EXPECT_EQ(forge("forged").answer.status, 401);
    EXPECT_EQ(forge("bad_signature").answer.status, 401);
    EXPECT_EQ(forge("wrong_amount").outcome.amount, Money(1235, cny()));
    EXPECT_EQ(forge("wrong_merchant").outcome.merchant, "2088999999999999");
    EXPECT_EQ(forge("resend").outcome.kind, OutcomeKind::succeeded);
}

TEST_F(AlipayTest, TransfersInCertificateModeOnly) {
    const auto refused = build(order_of(Operation::payout));
    account_ = "certificate";
    EXPECT_EQ(exchange(Operation::payout_query).kind, OutcomeKind::not_found);

    const payment::Outcome paid = exchange(Operation::payout);
    const payment::Outcome again = exchange(Operation::payout);
    const payment::Outcome known = exchange(Operation::payout_query);

    EXPECT_FALSE(refused.has_value());
    EXPECT_EQ(paid.kind, OutcomeKind::succeeded) << paid.code << " " << paid.message;
    EXPECT_EQ(again.kind, OutcomeKind::succeeded);
    EXPECT_EQ(known.kind, OutcomeKind::succeeded);
    EXPECT_EQ(known.amount, Money(5000, cny()));
    const Value books = body_of(control("/sim/alipay/books?seller_id=2088102119685839"));
    EXPECT_EQ(books.find("accounts")->as_array()->front().int_or("paid", 0), 5000);
}

TEST_F(AlipayTest, LearnsThatATransferFailedOrCameBack) {
    account_ = "certificate";
    order_fault(R"({"operation":"payout","kind":"processing_ms","value":3600000})");
    EXPECT_EQ(exchange(Operation::payout).kind, OutcomeKind::pending);
    EXPECT_EQ(exchange(Operation::payout_query).kind, OutcomeKind::pending);
    const auto step = [this](const char* status) {
        return status_of(control(
            "/sim/alipay/transfer",
            R"({"out_biz_no":")" + std::string(kRefundNumber) + R"(","status":")" + status + "\"}"
        ));
    };

    ASSERT_EQ(step("succeeded"), 200);
    EXPECT_EQ(exchange(Operation::payout_query).kind, OutcomeKind::succeeded);
    ASSERT_EQ(step("returned"), 200);
    EXPECT_EQ(exchange(Operation::payout_query).kind, OutcomeKind::returned);
}

TEST_F(AlipayTest, TransfersNothingWithoutMoney) {
    account_ = "certificate";
    order_fault(R"({"operation":"payout","kind":"not_enough"})");

    const payment::Outcome refused = exchange(Operation::payout);

    EXPECT_EQ(refused.kind, OutcomeKind::not_sent);
    EXPECT_EQ(refused.code, "PAYER_BALANCE_NOT_ENOUGH");
}

}  // namespace
}  // namespace sluice::simulator::testing
