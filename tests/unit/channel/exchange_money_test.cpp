// Refunds and payouts on their way: what their adapter gets, what is not sent, what is not kept.
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/exchange.hpp"
#include "json/json.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

using payment::OutcomeKind;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

class MoneyExchange : public ::testing::Test {
  protected:
    ExchangeReport report_of(const ExchangeOrder& order, std::string answer = "{}") {
        std::promise<ExchangeReport> reported;
        Exchange exchange({
            .registry = toy_registry(adapter_, account_),
            .sink = [&](ExchangeReport report) { reported.set_value(std::move(report)); },
            .clock = clock_,
            .send =
                [&](http::ClientRequest request, const http::ClientDone& done) {
                    sent_.push_back(std::move(request));
                    done(http::Response{200, {}, answer});
                },
        });
        EXPECT_TRUE(exchange.submit(order));
        return reported.get_future().get();
    }

    void expect_not_capable(const ExchangeOrder& order, std::string_view why) {
        const ExchangeReport report = report_of(order);
        EXPECT_EQ(report.outcome.kind, OutcomeKind::config) << why;
        EXPECT_EQ(report.outcome.code, "not_capable") << report.outcome.message;
        EXPECT_THAT(report.outcome.message, HasSubstr(std::string(why)));
        EXPECT_TRUE(sent_.empty()) << why;
    }

    AdapterFiles adapter_ = generous_adapter();
    ManualClock clock_{Time{}};
    ChannelAccountSettings account_ = toy_account();
    std::vector<http::ClientRequest> sent_;
};

TEST_F(MoneyExchange, TellsARefundWhatItGivesBackAndWhy) {
    ExchangeOrder order = toy_refund();
    order.description = "too sour, 酸酸";

    const auto report = report_of(order, R"({"kind":"succeeded","amount":2500})");

    EXPECT_EQ(report.outcome.kind, OutcomeKind::succeeded) << report.outcome.message;
    EXPECT_EQ(report.operation, Operation::refund);
    ASSERT_EQ(sent_.size(), 1U);
    const Value expected = ValueObject{
        {"amount", 2500},
        {"number", "01KDXW2E8B5F7M9Q3T6V8X0Z2C"},
        {"original", "01KDXVZQ4M8N2P6R0S4T8V2W6X"},
        {"reason", "too sour, "},
        {"reference", "T1"},
        {"total", 7000},
    };
    EXPECT_EQ(json::parse(sent_[0].body).value(), expected) << sent_[0].body;
}

TEST_F(MoneyExchange, TellsAPayoutWhoGetsItAndHow) {
    report_of(toy_payout());

    ASSERT_EQ(sent_.size(), 1U);
    EXPECT_EQ(
        sent_[0].body,
        R"({"account":"62220210","bank":"ICBC","iban":"62220210","method":"bank_card",)"
        R"("name":"nobody","text":"wages"})"
    );
}

TEST_F(MoneyExchange, ShowsNobodyThePayeesSecrets) {
    ExchangeOrder order = toy_payout();
    order.instruction.payee.set("name", "李雷");

    const auto report = report_of(
        order, R"({"kind":"refused","payee":"李雷","tried":62220210,"account":"6222***"})"
    );

    EXPECT_THAT(sent_[0].body, HasSubstr("62220210"));
    EXPECT_THAT(sent_[0].url, HasSubstr("62220210"));
    const Evidence& kept = report.evidence;
    EXPECT_EQ(kept.path, "/payout?to=***");
    for (const std::string& text : {kept.path, kept.request, kept.response}) {
        EXPECT_THAT(text, Not(HasSubstr("62220210")));
        EXPECT_THAT(text, Not(HasSubstr("李雷")));
    }
    EXPECT_THAT(kept.request, HasSubstr("ICBC"));
    EXPECT_THAT(kept.request, HasSubstr(R"("iban":"***")"));
}

TEST_F(MoneyExchange, ShowsNobodyThePayeesSecretsInAMistakeEither) {
    adapter_ = generous_adapter("path = \"/payout?to=\" .. i", "path = \"payout \" .. i");

    const auto report = report_of(toy_payout());

    EXPECT_EQ(report.outcome.code, "adapter_failed");
    EXPECT_THAT(report.outcome.message, HasSubstr("'payout ***'"));
}

TEST_F(MoneyExchange, RefundsNoMoreThanWasCollected) {
    ExchangeOrder whole = toy_refund();
    whole.instruction.amount = Money(7000, cny());
    EXPECT_EQ(report_of(whole, R"({"kind":"pending"})").outcome.kind, OutcomeKind::pending);
    sent_.clear();

    ExchangeOrder more = toy_refund();
    more.instruction.amount = Money(7001, cny());
    expect_not_capable(more, "takes 1 to 7000");
    ExchangeOrder nothing = toy_refund();
    nothing.instruction.amount = Money(0, cny());
    expect_not_capable(nothing, "takes 1 to 7000");
    ExchangeOrder of_nothing = toy_refund();
    of_nothing.instruction.original = {};
    expect_not_capable(of_nothing, "names no instruction");
    ExchangeOrder foreign = toy_refund();
    foreign.instruction.original.amount = Money(7000, Currency::parse("USD").value());
    expect_not_capable(foreign, "names no instruction in its currency");
}

TEST_F(MoneyExchange, PaysOutWithinWhatIsDeclared) {
    ExchangeOrder small = toy_payout();
    small.instruction.amount = Money(99, cny());
    expect_not_capable(small, "takes 100 to 500000");
    ExchangeOrder large = toy_payout();
    large.instruction.amount = Money(500'001, cny());
    expect_not_capable(large, "takes 100 to 500000");
    ExchangeOrder elsewhere = toy_payout();
    elsewhere.instruction.scene = "passbook";
    expect_not_capable(elsewhere, "to a 'passbook'");
    ExchangeOrder foreign = toy_payout();
    foreign.instruction.amount = Money(100, Currency::parse("USD").value());
    expect_not_capable(foreign, "does not take USD");
    ExchangeOrder nobody = toy_payout();
    nobody.instruction.payee = ValueObject{{"bank", "ICBC"}};
    expect_not_capable(nobody, "payee field 'account' is missing");
}

TEST_F(MoneyExchange, SendsNothingThatTheAdapterDoesNotHave) {
    adapter_ = toy_adapter();
    expect_not_capable(toy_refund(), "has no refund");
    expect_not_capable(toy_payout(), "has no payout");
}

TEST_F(MoneyExchange, NeverTakesOneKindOfMoneyForAnother) {
    ExchangeOrder collects = toy_payout();
    collects.operation = Operation::collect;
    ExchangeOrder refunds = toy_order();
    refunds.operation = Operation::refund;

    expect_not_capable(collects, "has no collect of an instruction to payout");
    expect_not_capable(refunds, "has no refund of an instruction to collect");
}

TEST_F(MoneyExchange, GivesEachOperationTheTimeItsAccountAllows) {
    account_.timeouts = {
        .connect = milliseconds(11),
        .refund = milliseconds(55),
        .refund_query = milliseconds(66),
        .payout = milliseconds(77),
        .payout_query = milliseconds(88),
    };
    const auto time_of = [&](ExchangeOrder order, Operation operation) {
        order.operation = operation;
        report_of(order);
        return sent_.back().total_timeout;
    };

    EXPECT_EQ(time_of(toy_refund(), Operation::refund), milliseconds(55));
    EXPECT_EQ(time_of(toy_refund(), Operation::refund_query), milliseconds(66));
    EXPECT_EQ(time_of(toy_payout(), Operation::payout), milliseconds(77));
    EXPECT_EQ(time_of(toy_payout(), Operation::payout_query), milliseconds(88));
}

TEST_F(MoneyExchange, BelievesAQueryThatMoneyCameBackAndNoRefund) {
    ExchangeOrder asked = toy_refund();
    asked.operation = Operation::refund_query;
    const std::string back = R"({"kind":"returned","amount":2500})";

    EXPECT_EQ(report_of(asked, back).outcome.kind, OutcomeKind::returned);
    EXPECT_EQ(report_of(toy_refund(), back).outcome.kind, OutcomeKind::unknown);
}

}  // namespace
}  // namespace sluice::channel::testing
