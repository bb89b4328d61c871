#include <utility>

#include <gmock/gmock.h>

#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

using payment::Refund;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RefundsApi : public GatewayFixture {
  protected:
    http::Response refund(const std::string& body, const http::Headers& headers = {}) {
        return send({.method = "POST", .target = "/v1/refunds", .body = body, .headers = headers});
    }
    std::string given_balance(const std::string& owner, std::string_view key = kMerchantKey) {
        const auto response = send(
            {.method = "POST",
             .target = "/v1/accounts",
             .body = R"({"kind":"balance","owner_number":")" + owner + R"(","currency":"CNY"})",
             .key = key}
        );
        EXPECT_EQ(response.status, 201) << response.body;
        return text_of(response, "id");
    }
    /// As the engine refuses what another refund took first, so many times.
    void refuse_as_outdated(int times) {
        intake.next_error = Error{ErrorCode::refused, "taken", "over_refunded"};
        refunds.on_look = [this, last = refunds.looks + times] {
            if (refunds.looks > last) {
                intake.next_error.reset();
            }
        };
    }
    static const Refund& details(const worker::StartRun& start) {
        return std::get<Refund>(start.picture.details);
    }
};

std::string with(const std::string& body, const std::string& members) {
    return body.substr(0, body.size() - 1) + "," + members + "}";
}

TEST_F(RefundsApi, BeginARefundOfOnePayment) {
    const std::string payment = given_paid("A-1");

    const auto response = refund(refund_json("R-1", payment, 8'000));

    ASSERT_EQ(response.status, 201) << response.body;
    ASSERT_EQ(intake.starts.size(), 2U);
    const worker::StartRun& start = intake.starts.back();
    const payment::Subject& subject = start.picture.subject;
    EXPECT_EQ(subject.service, payment::Service::refund);
    EXPECT_EQ(subject.flow, "refund");
    EXPECT_EQ(subject.number, "R-1");
    EXPECT_EQ(subject.merchant_id, "alpha");
    EXPECT_EQ(subject.amount, Money(8'000, cny()));
    EXPECT_EQ(subject.id.bucket(), bucket_of("alpha", "A-1"));
    EXPECT_EQ(subject.order_id, start.picture.order.id);
    EXPECT_EQ(details(start).reason, "the goods came back");
    ASSERT_EQ(details(start).sources.size(), 2U);
    EXPECT_EQ(details(start).sources.back().method, "wechatpay");
    EXPECT_EQ(start.wait_for, worker::WaitFor::committed);
    EXPECT_EQ(response.headers.get_or_empty("Location"), "/v1/refunds/" + text_of(response, "id"));
    EXPECT_THAT(text_of(response, "id"), ::testing::StartsWith("ref_"));
    EXPECT_EQ(parsed(response).find("payment_ids")->as_array()->at(0), Value(payment));
}

TEST_F(RefundsApi, TakeAllPaymentsOfAnOrderWhenNoneIsNamed) {
    const std::string payment = given_paid("A-1");
    given_paid("A-2");
    const std::string order = text_of(get("/v1/payments/" + payment), "order_id");

    const auto response = refund(refund_json("R-1", order));

    ASSERT_EQ(response.status, 201) << response.body;
    EXPECT_EQ(text_of(response, "order_id"), order);
    EXPECT_TRUE(details(intake.starts.back()).payment.is_nil());
    EXPECT_EQ(details(intake.starts.back()).sources.size(), 2U) << "those of the other order too";
}

TEST_F(RefundsApi, AnswerTheSameNumberWithTheFirstRefundAlsoWhenNothingIsLeft) {
    const std::string payment = given_paid("A-1");
    const auto first = refund(refund_json("R-1", payment));
    for (payment::RefundSource& source : refunds.collected) {
        source.refunded = source.amount;
    }

    const auto again = refund(refund_json("R-1", payment));
    const auto other_body = refund(refund_json("R-1", payment, 1));
    const auto other_number = refund(refund_json("R-2", payment));

    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(text_of(again, "id"), text_of(first, "id"));
    EXPECT_EQ(summary(other_body), "409 merchant_refund_number_reused /merchant_refund_number");
    EXPECT_EQ(summary(other_number), "422 more_than_paid /amount");
    EXPECT_EQ(intake.starts.size(), 2U);
}

TEST_F(RefundsApi, AnswerARepeatWhoseAccountWasClosedSince) {
    const std::string account = given_balance("u-1");
    const std::string body = with(
        refund_json("R-1", given_paid("A-1")), R"("to":"balance","account_id":")" + account + "\""
    );
    const auto first = refund(body);
    post("/v1/accounts/" + account + "/close", "");

    const auto again = refund(body);

    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(text_of(again, "id"), text_of(first, "id"));
}

TEST_F(RefundsApi, AnswerARepeatThatOvertookTheCommitOfItsFirst) {
    const std::string payment = given_paid("A-1");
    const std::string body = refund_json("R-1", payment);
    std::string first;
    bool has_begun = false;
    refunds.on_look = [&] {
        if (std::exchange(has_begun, true)) {
            intake.next_error.reset();
            return;
        }
        first = text_of(refund(body), "id");
        payment::Picture& picture = payments.pictures.at(RunId(PaymentId::parse(payment)->raw()));
        picture.order.refunded_minor = 10'000;
        for (payment::RefundSource& source : refunds.collected) {
            source.refunded = source.amount;
        }
        intake.next_error = Error{ErrorCode::refused, "taken", "more_than_paid"};
    };

    const auto repeat = refund(body);

    EXPECT_EQ(repeat.status, 200) << repeat.body;
    EXPECT_EQ(text_of(repeat, "id"), first);
}

TEST_F(RefundsApi, AnswerARepeatUnderTheSameKey) {
    const std::string payment = given_paid("A-1");
    const http::Headers key{{"Idempotency-Key", "k-1"}};
    const auto first = refund(refund_json("R-1", payment, 10), key);

    const auto again = refund(refund_json("R-1", payment, 10), key);
    const auto other = refund(refund_json("R-2", payment, 10), key);

    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(text_of(again, "id"), text_of(first, "id"));
    EXPECT_EQ(summary(other), "409 idempotency_key_reused Idempotency-Key");
}

struct RefundCase {
    std::string body;
    std::string answer;
};

std::vector<RefundCase> bad_refunds(const std::string& payment, const std::string& order) {
    const std::string good = refund_json("R-9", payment, 1);
    const auto amount = [&](const std::string& given) {
        std::string body = good;
        return body.replace(body.find("\"amount\":1") + 9, 1, given);
    };
    const auto without = [&](const std::string& from, const std::string& to) {
        std::string body = good;
        return body.replace(body.find(from), from.size(), to);
    };
    const std::string id = "acc_00000000000000000000000001";
    return {
        {"{}", "400 invalid_request /merchant_refund_number /order_id /amount /currency /reason"},
        {amount("0"), "400 invalid_request /amount"},
        {amount("-1"), "400 invalid_request /amount"},
        {amount("1.5"), "400 invalid_request /amount"},
        {amount("1.00"), "400 invalid_request /amount"},
        {amount("\"1\""), "400 invalid_request /amount"},
        {amount("9007199254740992"), "400 invalid_request /amount"},
        {amount("true"), "400 invalid_request /amount"},
        {without("CNY", "XXX"), "400 invalid_request /currency"},
        {without("CNY", "USD"), "400 invalid_request /currency"},
        {without("the goods came back", ""), "400 invalid_request /reason"},
        {without("the goods came back", std::string(81, 'x')), "400 invalid_request /reason"},
        {without("R-9", std::string(65, 'x')), "400 invalid_request /merchant_refund_number"},
        {without("R-9", "surplus-9"), "400 invalid_request /merchant_refund_number"},
        {without(payment, "pay_x"), "400 invalid_request /payment_id"},
        {with(good, R"("order_id":")" + order + "\""), "400 invalid_request /order_id"},
        {with(good, R"("to":"payee")"), "400 invalid_request /to"},
        {with(good, R"("to":"balance")"), "400 invalid_request /account_id"},
        {with(good, R"("account_id":")" + id + "\""), "400 invalid_request /account_id"},
        {with(good, R"("to":"original","account_id":")" + id + "\""),
         "400 invalid_request /account_id"},
        {with(good, R"("to":"balance","account_id":")" + id + "\""),
         "400 invalid_request /account_id"},
        {with(good, R"("to":"balance","account_id":")" + id + R"(","fallback":{})"),
         "400 invalid_request /fallback"},
        {with(good, R"("fallback":7)"), "400 invalid_request /fallback"},
        {with(good, R"("fallback":{})"), "400 invalid_request /fallback/balance_account_id"},
        {with(good, R"("fallback":{"balance_account_id":")" + id + R"(","x":1})"),
         "400 invalid_request /fallback/x"},
        {with(good, R"("fallback":{"balance_account_id":")" + id + "\"}"),
         "400 invalid_request /fallback/balance_account_id"},
        {with(good, R"("resaon":"x")"), "400 invalid_request /resaon"},
        {refund_json("R-9", "pay_00000000000000000000000001", 1), "404 not_found"},
        {refund_json("R-9", "ord_00000000000000000000000001", 1), "404 not_found"},
        {refund_json("R-9", payment, 10'001), "422 more_than_paid /amount"},
    };
}

TEST_F(RefundsApi, RefuseWhatIsNoRefundAndStartNothing) {
    const std::string payment = given_paid("A-1");
    const std::string order = text_of(get("/v1/payments/" + payment), "order_id");

    for (const RefundCase& row : bad_refunds(payment, order)) {
        EXPECT_EQ(summary(refund(row.body)), row.answer) << row.body;
    }
    EXPECT_EQ(intake.starts.size(), 1U) << "the payment alone";
}

TEST_F(RefundsApi, RefuseAccountsThatCannotTakeTheMoney) {
    const std::string payment = given_paid("A-1");
    const std::string card = given_account("card-1");
    const std::string closed = given_balance("u-1");
    post("/v1/accounts/" + closed + "/close", "");
    const std::string foreign = given_balance("u-1", kOtherKey);

    for (const auto& [account, why] : std::vector<std::pair<std::string, std::string>>{
             {card, "is a prepaid_card, wanted a balance"},
             {closed, "is closed, wanted an open one"},
             {foreign, "does not exist"}
         }) {
        const auto chosen = refund(
            with(refund_json("R-1", payment), R"("to":"balance","account_id":")" + account + "\"")
        );
        const auto fallback = refund(with(
            refund_json("R-1", payment), R"("fallback":{"balance_account_id":")" + account + "\"}"
        ));

        EXPECT_EQ(summary(chosen), "400 invalid_request /account_id") << why;
        EXPECT_EQ(summary(fallback), "400 invalid_request /fallback/balance_account_id") << why;
        EXPECT_THAT(text_of(chosen, "detail"), HasSubstr(account + " " + why));
    }
    EXPECT_EQ(intake.starts.size(), 1U);
}

TEST_F(RefundsApi, KeepWhereTheMoneyMayGo) {
    const std::string payment = given_paid("A-1");
    const std::string account = given_balance("u-1");

    const auto chosen = refund(
        with(refund_json("R-1", payment), R"("to":"balance","account_id":")" + account + "\"")
    );
    const auto fallback = refund(
        with(refund_json("R-2", payment), R"("fallback":{"balance_account_id":")" + account + "\"}")
    );

    ASSERT_EQ(intake.starts.size(), 3U);
    EXPECT_EQ(details(intake.starts[1]).to_account.to_string(), account);
    EXPECT_TRUE(details(intake.starts[1]).balance_account.is_nil());
    EXPECT_EQ(text_of(chosen, "to"), "balance");
    EXPECT_EQ(text_of(chosen, "account_id"), account);
    EXPECT_TRUE(details(intake.starts[2]).to_account.is_nil());
    EXPECT_EQ(details(intake.starts[2]).balance_account.to_string(), account);
    EXPECT_EQ(text_of(fallback, "to"), "original");
    EXPECT_EQ(parsed(fallback).find("fallback")->text_or_empty("balance_account_id"), account);
}

TEST_F(RefundsApi, AreRefusedWhereNothingWasCollected) {
    const std::string pending = given_payment("A-1");
    const std::string order = given_order("A-2");

    const auto of_payment = refund(refund_json("R-1", pending, 1));
    const auto of_order = refund(refund_json("R-1", order, 1));

    EXPECT_EQ(summary(of_payment), "409 nothing_collected /payment_id");
    EXPECT_THAT(text_of(of_payment, "detail"), HasSubstr(pending));
    EXPECT_EQ(summary(of_order), "409 nothing_collected /order_id");
}

TEST_F(RefundsApi, AllowExactlyTheRestAndNameItOtherwise) {
    const std::string payment = given_paid("A-1");
    refunds.collected.back().refunded = Money{4'000, cny()};
    payments.pictures.at(RunId(PaymentId::parse(payment)->raw())).order.refunded_minor = 4'000;

    const auto above = refund(refund_json("R-1", payment, 6'001));
    const auto exact = refund(refund_json("R-2", payment, 6'000));

    EXPECT_EQ(summary(above), "422 more_than_paid /amount");
    EXPECT_EQ(
        text_of(above, "detail"),
        "amount is 6001, wanted at most the 6000 of payment " + payment +
            " that are not refunded yet (10000 were collected)"
    );
    EXPECT_EQ(exact.status, 201);
}

TEST_F(RefundsApi, AreLimitedByWhatWasCollectedNotByWhatTheOrderOwes) {
    const std::string payment = given_paid("A-1");
    refunds.collected.front().amount = Money{0, cny()};
    refunds.collected.back().amount = Money{4'000, cny()};
    payments.pictures.at(RunId(PaymentId::parse(payment)->raw())).order.paid_minor = 4'000;

    EXPECT_EQ(summary(refund(refund_json("R-1", payment, 5'000))), "422 more_than_paid /amount");
    EXPECT_EQ(refund(refund_json("R-1", payment, 4'000)).status, 201);
}

TEST_F(RefundsApi, CountWhatOtherRefundsWerePromised) {
    const std::string payment = given_paid("A-1");
    payments.pictures.at(RunId(PaymentId::parse(payment)->raw())).order.refunded_minor = 9'000;

    EXPECT_EQ(summary(refund(refund_json("R-1", payment, 1'001))), "422 more_than_paid /amount");
    EXPECT_EQ(refund(refund_json("R-1", payment, 1'000)).status, 201);
}

TEST_F(RefundsApi, LookAgainWhenAnotherTookTheMoneyMeanwhile) {
    const std::string payment = given_paid("A-1");
    refuse_as_outdated(3);

    const auto response = refund(refund_json("R-1", payment));

    EXPECT_EQ(response.status, 201) << response.body;
    EXPECT_EQ(refunds.looks, 4);
}

TEST_F(RefundsApi, GiveUpLookingWhenItIsAlwaysTaken) {
    const std::string payment = given_paid("A-1");
    refuse_as_outdated(1'000);

    const auto response = refund(refund_json("R-1", payment));

    EXPECT_EQ(summary(response), "409 over_refunded");
    EXPECT_EQ(refunds.looks, 16);
}

TEST_F(RefundsApi, TellCleanlyWhatTheEngineRefuses) {
    const std::string payment = given_paid("A-1");
    const std::vector<std::pair<Error, std::string>> rows = {
        {{ErrorCode::conflict, "used", "merchant_refund_number"},
         "409 merchant_refund_number_reused /merchant_refund_number"},
        {{ErrorCode::conflict, "used", "merchant_payout_number"},
         "409 merchant_payout_number_reused /merchant_payout_number"},
        {{ErrorCode::refused, "no", "over_refunded"}, "409 over_refunded"},
        {{ErrorCode::refused, "no", "more_than_paid"}, "422 more_than_paid"},
        {{ErrorCode::refused, "no", "flow_failed"}, "422 flow_failed"},
        {{ErrorCode::unavailable, "no", ""}, "503 unavailable"},
        {{ErrorCode::unknown, "no", ""}, "503 outcome_unknown"},
    };
    for (const auto& [error, answer] : rows) {
        intake.next_error = error;
        EXPECT_EQ(summary(refund(refund_json("R-1", payment))), answer);
    }
}

TEST_F(RefundsApi, WaitForTheEndWhenAsked) {
    const std::string payment = given_paid("A-1");

    const auto response = refund(refund_json("R-1", payment), {{"Prefer", "wait=30"}});

    EXPECT_EQ(text_of(response, "status"), "succeeded");
    EXPECT_EQ(response.headers.get_or_empty("Preference-Applied"), "wait=30");
    EXPECT_EQ(intake.starts.back().answer_by, clock.now() + std::chrono::seconds(30));
}

TEST_F(RefundsApi, AreShownByTheirIdOnly) {
    const std::string payment = given_paid("A-1");
    const std::string id = given_refund("R-1", payment);
    intake.ends_as = payment::SubjectStatus::succeeded;

    const auto shown = get("/v1/refunds/" + id);
    const auto waited = send({.target = "/v1/refunds/" + id, .headers = {{"Prefer", "wait=9"}}});
    const auto as_payment = get("/v1/payments/pay_" + id.substr(4));
    const auto payment_as_refund = get("/v1/refunds/ref_" + payment.substr(4));

    EXPECT_EQ(text_of(shown, "status"), "pending");
    EXPECT_EQ(text_of(waited, "status"), "succeeded");
    EXPECT_EQ(summary(as_payment), "404 not_found");
    EXPECT_EQ(summary(payment_as_refund), "404 not_found");
    EXPECT_EQ(summary(get("/v1/refunds/ref_00000000000000000000000001")), "404 not_found");
    EXPECT_EQ(get("/v1/refunds/" + id + "/timeline").status, 200);
}

TEST_F(RefundsApi, ShowEachWayWithTheLegItCameFrom) {
    const std::string payment = given_paid("A-1");
    const std::string id = given_refund("R-1", payment);
    payment::Picture& picture = payments.pictures.at(RunId(payment::RefundId::parse(id)->raw()));
    const Refund& refund = std::get<Refund>(picture.details);
    payment::Instruction way;
    way.purpose = payment::Purpose::refund;
    way.id = InstructionId(picture.subject.id.raw().derive(1, 2));
    way.channel = "wechatpay";
    way.channel_account = "wechat_main";
    way.outcome_code = "ABNORMAL";
    way.amount = Money{7'000, cny()};
    way.status = payment::InstructionStatus::refused;
    way.original.id = refund.sources[1].instruction;
    picture.instructions.push_back(way);
    way.kind = payment::LegKind::internal;
    way.account = AccountId(Id128{1, 2});
    picture.instructions.push_back(way);
    way.account = refund.sources[0].account;
    way.original.id = refund.sources[0].instruction;
    picture.instructions.push_back(way);

    const Value body = parsed(get("/v1/refunds/" + id));

    std::vector<std::string> ways;
    for (const Value& each : *body.find("ways")->as_array()) {
        ways.push_back(
            std::string(each.text_or_empty("to")) + " " +
            std::string(each.text_or_empty("status")) + " " +
            std::string(each.text_or_empty("outcome_code")) + " of leg " +
            std::to_string(each.find("source")->int_or("leg", 0))
        );
    }
    EXPECT_THAT(
        ways,
        ElementsAre(
            "original refused ABNORMAL of leg 2",
            "balance refused  of leg 2",
            "original refused  of leg 1"
        )
    );
}

TEST_F(RefundsApi, AreListedByWhatTheyAreAbout) {
    const std::string payment = given_paid("A-1");
    const std::string other = given_paid("A-2");
    const std::string first = given_refund("R-1", payment);
    clock.advance(std::chrono::seconds(1));
    const std::string second = given_refund("R-2", other);
    const auto ids = [&](const std::string& query) {
        std::vector<std::string> found;
        const Value body = parsed(get("/v1/refunds" + query));
        for (const Value& each : *body.find("refunds")->as_array()) {
            found.emplace_back(each.text_or_empty("id"));
        }
        return found;
    };
    const std::string order = text_of(get("/v1/payments/" + payment), "order_id");

    EXPECT_THAT(ids(""), ElementsAre(second, first));
    EXPECT_THAT(ids("?order_id=" + order), ElementsAre(first));
    EXPECT_THAT(ids("?payment_id=" + other), ElementsAre(second));
    EXPECT_THAT(ids("?merchant_refund_number=R-1"), ElementsAre(first));
    EXPECT_THAT(ids("?status=failed"), ElementsAre());
    EXPECT_THAT(ids("?created_from=2026-01-01T08:00:01Z"), ElementsAre(second));
    const auto page = get("/v1/refunds?limit=1");
    EXPECT_THAT(ids("?limit=1&cursor=" + text_of(page, "next_cursor")), ElementsAre(first));
    EXPECT_EQ(
        summary(get("/v1/refunds?status=x&payment_id=7&limit=0")),
        "400 invalid_request payment_id status limit"
    );
}

TEST_F(RefundsApi, GoToTheNodeThatOwnsTheOrder) {
    const std::string payment = given_paid("A-1");
    intake.owner = "10.0.0.2:8080";
    std::string asked;
    forwarder = [&](const std::string& address, const http::Request&, const auto& done) {
        asked = address;
        done(http::Response{.status = 503, .headers = {}, .body = {}});
    };
    restart();

    begin({.method = "POST", .target = "/v1/refunds", .body = refund_json("R-1", payment)})->wait();

    EXPECT_EQ(asked, "10.0.0.2:8080");
    EXPECT_EQ(intake.starts.size(), 1U);
}

}  // namespace
}  // namespace sluice::testing
