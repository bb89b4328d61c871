// Refunds that leave past the path they came by: converted ones, and those with a payee.
#include <gmock/gmock.h>

#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

using payment::InstructionStatus;
using payment::Refund;
using ::testing::HasSubstr;

const std::string kPayee =
    R"("method":"bank_account","payee":{"name":"Zhang San","account_number":"6222"})";

class ConversionsApi : public GatewayFixture {
  protected:
    http::Response refund(const std::string& body) { return post("/v1/refunds", body); }
    payment::Picture& picture_of(const std::string& refund) {
        return payments.pictures.at(RunId(payment::RefundId::parse(refund)->raw()));
    }
    /// 70.00 of the channel's and 30.00 of the card's money went to a balance.
    std::string given_refund_to_balance(const std::string& payment) {
        const auto begun = refund(refund_json("R-1", payment));
        const std::string name = text_of(begun, "id");
        payment::Picture& picture = picture_of(name);
        picture.subject.status = payment::SubjectStatus::succeeded;
        picture.instructions.clear();
        std::uint32_t ordinal = 0;
        for (const auto& source : std::get<Refund>(picture.details).sources) {
            payment::Instruction given;
            given.id = InstructionId(picture.subject.id.raw().derive(2, ++ordinal));
            given.purpose = payment::Purpose::refund;
            given.kind = payment::LegKind::internal;
            given.channel = "balance";
            given.account = account;
            given.amount = source.amount;
            given.original.id = source.instruction;
            given.status = InstructionStatus::succeeded;
            picture.instructions.push_back(std::move(given));
        }
        return name;
    }
    static std::string converting(
        const std::string& number, const std::string& earlier, std::int64_t amount
    ) {
        return R"({"merchant_refund_number":")" + number + R"(","converts":")" + earlier +
               R"(","amount":)" + std::to_string(amount) +
               R"(,"currency":"CNY","reason":"the payer wants cash"})";
    }
    static std::string with(const std::string& body, const std::string& members) {
        return body.substr(0, body.size() - 1) + "," + members + "}";
    }

    AccountId account{Id128{7, 7}};
};

TEST_F(ConversionsApi, TakeWhatTheAccountGotOfChannelMoney) {
    const std::string payment = given_paid("A-1");
    const std::string earlier = given_refund_to_balance(payment);

    const auto response = refund(converting("R-2", earlier, 5'000));

    ASSERT_EQ(response.status, 201) << response.body;
    const auto& start = intake.starts.back().picture;
    const auto& details = std::get<Refund>(start.details);
    EXPECT_EQ(payment::RefundId(details.converts.raw()).to_string(), earlier);
    EXPECT_EQ(details.from.id, account);
    EXPECT_EQ(details.from.gl, "2001");
    ASSERT_EQ(details.sources.size(), 1U) << "the card's money stays";
    const auto& source = details.sources.front();
    const auto& given = picture_of(earlier).instructions.back();
    EXPECT_EQ(source.instruction, given.id);
    EXPECT_EQ(source.payment, picture_of(earlier).subject.id);
    EXPECT_EQ(source.kind, payment::LegKind::external);
    EXPECT_EQ(source.collected.instruction, given.original.id);
    EXPECT_EQ(PaymentId(source.collected.payment.raw()).to_string(), payment);
    EXPECT_EQ(start.subject.id.bucket(), bucket_of("alpha", "A-1"));
    EXPECT_EQ(text_of(response, "converts"), earlier);
}

TEST_F(ConversionsApi, StayWithinWhatHasNotLeftYet) {
    const std::string earlier = given_refund_to_balance(given_paid("A-1"));
    picture_of(earlier).instructions.back().refunded_minor = 4'000;

    const auto above = refund(converting("R-2", earlier, 3'001));
    const auto exact = refund(converting("R-3", earlier, 3'000));

    EXPECT_EQ(summary(above), "422 more_than_paid /amount");
    EXPECT_THAT(
        text_of(above, "detail"), HasSubstr("wanted at most the 3000 of refund " + earlier)
    );
    EXPECT_EQ(exact.status, 201) << exact.body;
}

TEST_F(ConversionsApi, AreRefusedWhereNoAccountHasChannelMoney) {
    const std::string earlier = given_refund_to_balance(given_paid("A-1"));
    auto& instructions = picture_of(earlier).instructions;
    const auto begin = [&] { return summary(refund(converting("R-2", earlier, 1))); };

    picture_of(earlier).subject.status = payment::SubjectStatus::pending;
    EXPECT_EQ(begin(), "409 nothing_to_convert /converts");
    picture_of(earlier).subject.status = payment::SubjectStatus::succeeded;
    instructions.back().status = InstructionStatus::refused;
    EXPECT_EQ(begin(), "409 nothing_to_convert /converts");
    instructions.back().status = InstructionStatus::succeeded;
    instructions.push_back(instructions.back());
    instructions.back().account = AccountId(Id128{8, 8});
    EXPECT_EQ(begin(), "409 nothing_to_convert /converts");
    EXPECT_EQ(
        summary(refund(converting("R-2", "ref_00000000000000000000000001", 1))), "404 not_found"
    );
    EXPECT_EQ(summary(refund(converting("R-2", "pay_x", 1))), "400 invalid_request /converts");
}

TEST_F(ConversionsApi, GoNowhereElse) {
    const std::string payment = given_paid("A-1");
    const std::string body = converting("R-2", given_refund_to_balance(payment), 1);
    const std::string id = "acc_00000000000000000000000001";

    const std::pair<std::string, std::string> rows[] = {
        {R"("payment_id":")" + payment + "\"", "400 invalid_request /order_id"},
        {R"("to":"balance","account_id":")" + id + "\"", "400 invalid_request /to"},
        {R"("fallback":{"balance_account_id":")" + id + "\"}",
         "400 invalid_request /fallback/balance_account_id"},
    };
    for (const auto& [members, answer] : rows) {
        EXPECT_EQ(summary(refund(with(body, members))), answer) << members;
    }
    EXPECT_EQ(refund(with(body, R"("fallback":{)" + kPayee + "}")).status, 201);
}

TEST_F(ConversionsApi, AndOtherRefundsKeepThePayeeAndShowHowItWouldBePaid) {
    const std::string payment = given_paid("A-1");

    const auto response =
        refund(with(refund_json("R-1", payment), R"("fallback":{)" + kPayee + "}"));

    ASSERT_EQ(response.status, 201) << response.body;
    const auto& details = std::get<Refund>(intake.starts.back().picture.details);
    EXPECT_EQ(details.payout_method, "bank_account");
    EXPECT_EQ(details.payee.text_or_empty("name"), "Zhang San");
    EXPECT_EQ(parsed(response).find("fallback")->text_or_empty("method"), "bank_account");
    EXPECT_THAT(response.body, ::testing::Not(HasSubstr("Zhang San")));
}

TEST_F(ConversionsApi, WantAPayeeThatSomeChannelCanPay) {
    const std::string good = refund_json("R-1", given_paid("A-1"));
    const std::pair<std::string, std::string> rows[] = {
        {R"("method":"bank_card")", "400 invalid_request /fallback/payee"},
        {R"("payee":{"name":"x"})", "400 invalid_request /fallback/method"},
        {R"("method":"bank_card","payee":"x")", "400 invalid_request /fallback/payee"},
        {R"("method":"bank card","payee":{})", "400 invalid_request /fallback/method"},
        {R"("method":"cash","payee":{"account_number":"6"})", "400 invalid_request /fallback/method"
        },
        {R"("method":"bank_account","payee":{"name":"x"})",
         "400 invalid_request /fallback/payee/account_number"},
    };
    for (const auto& [members, answer] : rows) {
        EXPECT_EQ(summary(refund(with(good, R"("fallback":{)" + members + "}"))), answer)
            << members;
    }
}

}  // namespace
}  // namespace sluice::testing
