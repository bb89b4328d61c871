// Payouts that leave in one request: each keeps an outcome, evidence and health of its own.
#include <algorithm>
#include <future>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/exchange.hpp"
#include "json/json.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

using payment::OutcomeKind;
using ::testing::HasSubstr;
using ::testing::Not;

// Three are a full group of the toy and need not wait.
constexpr std::chrono::milliseconds kLongWait{3'600'000};
constexpr std::chrono::milliseconds kShortWait{1};

std::string number_ending(char last) { return toy_payout(last).instruction.id.raw().to_string(); }

http::ClientResult said(std::string body, int status = 200) {
    return http::Response{status, {}, std::move(body)};
}

http::ClientResult lost_at(http::FailureStage stage, std::string code) {
    return std::unexpected(http::ClientFailure{stage, std::move(code), "as the test wants"});
}

std::string line(char last, const std::string& more) {
    return R"({"number":")" + number_ending(last) + R"(",)" + more + "}";
}

class ExchangeMany : public ::testing::Test {
  protected:
    /// What became of them, by the last character of the number.
    using Reports = std::map<char, ExchangeReport>;

    Reports reports_of(const std::vector<ExchangeOrder>& orders) {
        return reports_of(orders, many_adapter());
    }

    Reports reports_of(const std::vector<ExchangeOrder>& orders, const AdapterFiles& adapter) {
        Reports reports;
        std::promise<void> all;
        Exchange exchange({
            .registry = toy_registry(adapter, account_),
            .sink =
                [&](ExchangeReport report) {
                    const char last = report.instruction.raw().to_string().back();
                    reports.emplace(last, std::move(report));
                    if (reports.size() == orders.size()) {
                        all.set_value();
                    }
                },
            .clock = clock_,
            .send =
                [&](const http::ClientRequest& request, const http::ClientDone& done) {
                    sent_.push_back(request.url.substr(request.url.rfind('/')));
                    bodies_.push_back(json::parse(request.body).value_or(Value()));
                    done(answer_);
                },
            .health = &health_,
        });
        for (const ExchangeOrder& order : orders) {
            EXPECT_TRUE(exchange.submit(order));
        }
        all.get_future().get();
        return reports;
    }
    static std::vector<ExchangeOrder> three() {
        return {toy_payout('A'), toy_payout('B'), toy_payout('C')};
    }
    SceneFigures figures(std::string_view scene) {
        const auto health = health_.of({"toy", "one"}, std::chrono::steady_clock::now());
        const auto found = health.scenes.find(scene);
        return found == health.scenes.end() ? SceneFigures{} : found->second;
    }

    ManualClock clock_{Time{}};
    Health health_;
    ChannelAccountSettings account_ = gathering_account(kLongWait);
    http::ClientResult answer_ = said(R"({"kind":"pending"})");
    std::vector<std::string> sent_;
    std::vector<Value> bodies_;
};

TEST_F(ExchangeMany, LeaveInOneRequestAndEndOneByOne) {
    answer_ = said(
        R"({"lines":[)" + line('C', R"("kind":"refused","code":"NO_FUNDS")") + "," +
        line('A', R"("kind":"pending","amount":7000)") + "]}"
    );
    std::vector<ExchangeOrder> orders = three();
    orders[1].ordinal = 7;

    const Reports reports = reports_of(orders);

    EXPECT_EQ(sent_, std::vector<std::string>{"/many"});
    EXPECT_EQ(bodies_[0].find("payouts")->find("lines")->as_array()->size(), 3U);
    EXPECT_EQ(bodies_[0].int_or("total", 0), 21'000);
    EXPECT_EQ(reports.at('A').outcome.kind, OutcomeKind::pending);
    EXPECT_EQ(reports.at('A').outcome.amount, Money(7000, cny()));
    EXPECT_EQ(reports.at('B').outcome.kind, OutcomeKind::unknown);
    EXPECT_EQ(reports.at('B').outcome.code, "not_in_answer");
    EXPECT_EQ(reports.at('B').ordinal, 7U);
    EXPECT_EQ(reports.at('B').operation, Operation::payout);
    EXPECT_EQ(reports.at('C').outcome.kind, OutcomeKind::refused);
    EXPECT_EQ(reports.at('C').outcome.code, "NO_FUNDS");
}

TEST_F(ExchangeMany, LeaveAloneWhenNobodyElseIsThere) {
    account_ = gathering_account(kShortWait);

    const Reports reports = reports_of({toy_payout('A')});

    ASSERT_EQ(sent_.size(), 1U);
    EXPECT_THAT(sent_[0], HasSubstr("/payout?"));
    EXPECT_EQ(reports.at('A').outcome.kind, OutcomeKind::pending);
}

TEST_F(ExchangeMany, HaveARequestNumberThatNoOtherHas) {
    answer_ = said(R"({"whole":"refused"})");

    reports_of(three());
    reports_of(three());

    ASSERT_EQ(bodies_.size(), 2U);
    const std::string first(bodies_[0].text_or_empty("number"));
    EXPECT_TRUE(Id128::parse(first)) << first;
    EXPECT_NE(first, bodies_[1].text_or_empty("number"));
}

TEST_F(ExchangeMany, EndUnknownEachWhenTheAnswerIsLostOrCannotBeRead) {
    for (const http::ClientResult& lost :
         {lost_at(http::FailureStage::maybe_sent, "timeout"),
          said(""),
          said("<html>"),
          said(R"({"lines":7})"),
          said(R"({"whole":"pending"})"),
          said(R"({"whole":"refused"})", 500),
          said(R"({"lines":[]})", 503)}) {
        answer_ = lost;
        const Reports reports = reports_of(three());
        for (const auto& [last, report] : reports) {
            EXPECT_EQ(report.outcome.kind, OutcomeKind::unknown) << last;
            EXPECT_FALSE(report.outcome.code.empty());
        }
    }
    EXPECT_EQ(sent_.size(), 7U) << "nothing is sent again";
}

TEST_F(ExchangeMany, EndNotSentEachWhenNothingLeft) {
    answer_ = lost_at(http::FailureStage::not_sent, "connect");

    for (const auto& [last, report] : reports_of(three())) {
        EXPECT_EQ(report.outcome.kind, OutcomeKind::not_sent) << last;
        EXPECT_EQ(report.outcome.code, "connect");
    }
}

TEST_F(ExchangeMany, EndAllAlikeWhenTheRequestAsAWholeIsRefused) {
    answer_ = said(R"({"whole":"refused"})");

    for (const auto& [last, report] : reports_of(three())) {
        EXPECT_EQ(report.outcome.kind, OutcomeKind::refused) << last;
        EXPECT_EQ(report.outcome.code, "ALL");
    }
}

TEST_F(ExchangeMany, ShowInEachTimelineNobodyElse) {
    answer_ = said(
        R"({"lines":[)" + line('A', R"("kind":"pending")") + "," +
        line('B', R"("kind":"pending")") + "," + line('C', R"("kind":"pending")") + "]}"
    );

    const Reports reports = reports_of(three());

    const Evidence& evidence = reports.at('B').evidence;
    EXPECT_EQ(evidence.method, "POST");
    EXPECT_EQ(evidence.path, "/many");
    EXPECT_EQ(evidence.http_status, 200);
    for (const std::string& shown : {evidence.request, evidence.response}) {
        EXPECT_THAT(shown, HasSubstr(number_ending('B')));
        EXPECT_THAT(shown, HasSubstr("and 2 more"));
        EXPECT_THAT(shown, Not(HasSubstr(number_ending('A'))));
        EXPECT_THAT(shown, Not(HasSubstr("6222021")));
    }
}

TEST_F(ExchangeMany, ShowNoPayeeOfABodyThatCannotBeTakenApart) {
    answer_ = said("bad account 6222021A, 6222021B or 6222021C");

    for (const auto& [last, report] : reports_of(three())) {
        EXPECT_EQ(report.evidence.response, "bad account ***, *** or ***") << last;
    }
}

TEST_F(ExchangeMany, LeaveOneByOneWhenTheyCannotBeWrittenTogether) {
    const auto broken = many_adapter("path = \"/many\"", "path = many.pth");

    for (const auto& [last, report] : reports_of(three(), broken)) {
        EXPECT_EQ(report.outcome.kind, OutcomeKind::pending) << last;
        EXPECT_THAT(report.evidence.path, HasSubstr("/payout?"));
    }
    EXPECT_EQ(sent_.size(), 3U);
}

TEST_F(ExchangeMany, LeaveOutWhatTheChannelCannotDo) {
    ExchangeOrder small = toy_payout('D', 99);
    ExchangeOrder nameless = toy_payout('E');
    nameless.instruction.payee = Value();
    std::vector<ExchangeOrder> orders = three();
    orders.insert(orders.begin(), {small, nameless});
    answer_ = said(R"({"whole":"refused"})");

    const Reports reports = reports_of(orders);

    EXPECT_EQ(sent_, std::vector<std::string>{"/many"});
    EXPECT_EQ(reports.at('D').outcome.code, "not_capable");
    EXPECT_EQ(reports.at('E').outcome.code, "not_capable");
    EXPECT_EQ(reports.at('A').outcome.kind, OutcomeKind::refused);
}

TEST_F(ExchangeMany, LeaveOutWhatIsSentAgain) {
    std::vector<ExchangeOrder> orders = three();
    ExchangeOrder again = toy_payout('D');
    again.resent = true;
    again.tenure = Id128{5, 6};
    orders.insert(orders.begin() + 1, again);

    const Reports reports = reports_of(orders);

    ASSERT_EQ(sent_.size(), 2U);
    EXPECT_THAT(sent_[0], HasSubstr("6222021D"));
    EXPECT_EQ(sent_[1], "/many");
    EXPECT_TRUE(reports.at('D').resent);
    EXPECT_EQ(reports.at('D').tenure, again.tenure);
    EXPECT_EQ(reports.at('D').outcome.kind, OutcomeKind::pending);
}

TEST_F(ExchangeMany, DoNotLeaveWhileNobodyAnswers) {
    answer_ = lost_at(http::FailureStage::maybe_sent, "timeout");
    account_ = toy_account();
    for (std::size_t i = 0; i < HealthRules{}.enough; ++i) {
        reports_of({toy_payout('A')});
    }
    sent_.clear();
    account_ = gathering_account(kLongWait);

    for (const auto& [last, report] : reports_of(three())) {
        EXPECT_EQ(report.outcome.kind, OutcomeKind::not_sent) << last;
        EXPECT_EQ(report.outcome.code, "circuit_open");
        EXPECT_EQ(report.evidence.request, "");
    }
    EXPECT_TRUE(sent_.empty());
}

TEST_F(ExchangeMany, CountForTheHealthOneByOneWhenTheyWereAnswered) {
    answer_ = said(
        R"({"lines":[)" + line('A', R"("kind":"pending")") + "," +
        line('B', R"("kind":"refused","code":"NO")") + "]}"
    );

    reports_of(three());

    const SceneFigures seen = figures("bank_card");
    EXPECT_EQ(seen.exchanges, 3);
    EXPECT_EQ(seen.accepted, 1);
    EXPECT_EQ(seen.unanswered, 1);
}

TEST_F(ExchangeMany, CountForTheHealthOnceWhenTheirAnswerIsLost) {
    answer_ = lost_at(http::FailureStage::maybe_sent, "timeout");
    reports_of(three());
    EXPECT_EQ(figures("bank_card").exchanges, 1);
    answer_ = said("<html>");

    reports_of(three());

    EXPECT_EQ(figures("bank_card").exchanges, 2);
    EXPECT_EQ(figures("bank_card").unanswered, 2);
}

TEST_F(ExchangeMany, AreForgottenAtAStopWhileTheyWait) {
    int reports = 0;
    Exchange exchange({
        .registry = toy_registry(many_adapter(), account_),
        .sink = [&](const ExchangeReport&) { ++reports; },
        .clock = clock_,
        .send = [](const http::ClientRequest&, const http::ClientDone&) { ADD_FAILURE(); },
    });
    EXPECT_TRUE(exchange.submit(toy_payout('A')));

    exchange.stop();

    EXPECT_EQ(reports, 0);
}

}  // namespace
}  // namespace sluice::channel::testing
