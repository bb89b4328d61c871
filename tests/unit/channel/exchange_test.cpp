#include "channel/exchange.hpp"

#include <deque>
#include <future>

#include <gtest/gtest.h>

#include "core/mutex.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

using payment::OutcomeKind;

http::ClientResult answer(std::string body, int status = 200) {
    return http::Response{status, {}, std::move(body)};
}

http::ClientResult failure(http::FailureStage stage, std::string code) {
    return std::unexpected(http::ClientFailure{stage, std::move(code), "as the test wants"});
}

/// An exchange whose HTTP answers at once with what the test prepared.
class ExchangeTest : public ::testing::Test {
  protected:
    ExchangeReport report_of(const ExchangeOrder& order, http::ClientResult result) {
        return report_of(order, std::move(result), toy_adapter());
    }

    ExchangeReport report_of(
        const ExchangeOrder& order, http::ClientResult result, const AdapterFiles& adapter
    ) {
        std::promise<ExchangeReport> reported;
        Exchange exchange({
            .registry = toy_registry(adapter, account_),
            .sink = [&](ExchangeReport report) { reported.set_value(std::move(report)); },
            .clock = clock_,
            .send =
                [&](http::ClientRequest request, const http::ClientDone& done) {
                    sent_.push_back(std::move(request));
                    done(result);
                },
        });
        EXPECT_TRUE(exchange.submit(order));
        return reported.get_future().get();
    }

    ManualClock clock_{Time{}};
    ChannelAccountSettings account_ = toy_account();
    std::vector<http::ClientRequest> sent_;
};

ExchangeOrder toy_order_for(Operation operation) {
    ExchangeOrder order = toy_order();
    order.operation = operation;
    return order;
}

TEST_F(ExchangeTest, CarriesAnInstructionThereAndItsOutcomeBack) {
    ExchangeOrder order = toy_order();
    order.resent = true;
    order.tenure = Id128{5, 6};

    const auto report = report_of(order, answer(R"({"kind":"succeeded","amount":7000})"));

    EXPECT_EQ(report.run, order.run);
    EXPECT_EQ(report.instruction, order.instruction.id);
    EXPECT_EQ(report.ordinal, 3U);
    EXPECT_TRUE(report.resent);
    EXPECT_EQ(report.tenure, order.tenure);
    EXPECT_EQ(report.outcome.kind, OutcomeKind::succeeded);
    EXPECT_EQ(report.outcome.amount, Money(7000, cny()));
    EXPECT_EQ(report.evidence.method, "POST");
    EXPECT_EQ(report.evidence.path, "/ask");
    EXPECT_EQ(report.evidence.http_status, 200);
    EXPECT_EQ(report.evidence.request, R"({"number":"01KDXW2E8B5F7M9Q3T6V8X0Z2C"})");
    ASSERT_EQ(sent_.size(), 1U);
    EXPECT_EQ(sent_[0].url, "https://pay.toy.example/ask");
}

TEST_F(ExchangeTest, FinishesWithTheAdapterItBeganWithWhenAnotherOneIsLoaded) {
    LiveRegistry live(toy_registry(toy_adapter()));
    const std::string sceptic = toy_script("kind = body.kind", "kind = \"unknown\"");
    std::promise<ExchangeReport> first;
    std::promise<ExchangeReport> second;
    bool is_second = false;
    Exchange exchange({
        .registry = live,
        .sink = [&](ExchangeReport report
                ) { (is_second ? second : first).set_value(std::move(report)); },
        .clock = clock_,
        .send =
            [&](const http::ClientRequest&, const http::ClientDone& done) {
                live.adopt(toy_registry(toy_adapter(sceptic)));
                done(answer(R"({"kind":"succeeded","amount":7000})"));
            },
    });

    ASSERT_TRUE(exchange.submit(toy_order()));
    EXPECT_EQ(first.get_future().get().outcome.kind, OutcomeKind::succeeded);
    is_second = true;
    ASSERT_TRUE(exchange.submit(toy_order()));
    EXPECT_EQ(second.get_future().get().outcome.kind, OutcomeKind::unknown);
}

TEST_F(ExchangeTest, TellsWhatWasNotSentFromWhatMayHaveBeen) {
    const auto lost = report_of(toy_order(), failure(http::FailureStage::maybe_sent, "timeout"));
    const auto dead = report_of(toy_order(), failure(http::FailureStage::not_sent, "connect"));

    EXPECT_EQ(lost.outcome.kind, OutcomeKind::unknown);
    EXPECT_EQ(lost.outcome.code, "timeout");
    EXPECT_EQ(dead.outcome.kind, OutcomeKind::not_sent);
    EXPECT_EQ(dead.evidence.http_status, 0);
}

TEST_F(ExchangeTest, NeverBelievesAServerError) {
    for (const int status : {500, 502, 503}) {
        const auto report = report_of(toy_order(), answer(R"({"kind":"refused"})", status));
        EXPECT_EQ(report.outcome.kind, OutcomeKind::unknown) << status;
    }
}

TEST_F(ExchangeTest, TakesWhatItCannotReadAsUnknown) {
    for (const std::string body :
         {"",
          "<html>",
          "{\"kind\":",
          "{\"kind\":\"paid\"}",
          "{\"kind\":1}",
          "\xff",
          "{}",
          R"({"kind":"succeeded","amount":70.5})",
          R"({"kind":"closed"})"}) {
        const auto report = report_of(toy_order(), answer(body));
        EXPECT_EQ(report.outcome.kind, OutcomeKind::unknown) << body;
        EXPECT_EQ(report.outcome.code, "adapter_failed") << body;
    }
}

TEST_F(ExchangeTest, SendsNothingWhenTheRequestCannotBeBuilt) {
    ExchangeOrder lost = toy_order();
    lost.instruction.channel_account = "gone";
    ExchangeOrder large = toy_order();
    large.instruction.amount = Money(1'000'001, cny());
    const auto broken = toy_adapter(toy_script("path = \"/ask\"", "path = \"https://evil\""));
    const auto mistaken = toy_adapter(toy_script("path = \"/ask\"", "path = instruction.pth"));

    const auto expect_config = [](const ExchangeReport& report, std::string_view code) {
        EXPECT_EQ(report.outcome.kind, OutcomeKind::config) << report.outcome.message;
        EXPECT_EQ(report.outcome.code, code);
    };
    expect_config(report_of(lost, answer("{}")), "no_channel_account");
    expect_config(report_of(large, answer("{}")), "not_capable");
    expect_config(report_of(toy_order(), answer("{}"), broken), "adapter_failed");
    expect_config(report_of(toy_order(), answer("{}"), mistaken), "adapter_failed");
    EXPECT_TRUE(sent_.empty());
}

TEST_F(ExchangeTest, FetchesAWholeUrlOnlyFromAHostThatIsAllowed) {
    const auto fetching = [](std::string_view url) {
        return toy_adapter(toy_script("path = \"/ask\"", "url = \"" + std::string(url) + "\""));
    };
    account_.hosts_allowed = {"bills.example"};

    for (const std::string_view url :
         {"https://bills.example/file?x=1", "https://pay.toy.example:8443/file"}) {
        const auto report = report_of(toy_order(), answer(R"({"kind":"pending"})"), fetching(url));
        EXPECT_EQ(report.outcome.kind, OutcomeKind::pending) << report.outcome.message;
        EXPECT_EQ(report.evidence.path, url);
        EXPECT_EQ(sent_.back().url, url);
    }
}

TEST_F(ExchangeTest, FetchesFromThisMachineWhereItsAccountHasTheChannel) {
    account_.settings["base_url"] = "http://127.0.0.1:8090";
    const auto adapter =
        toy_adapter(toy_script("path = \"/ask\"", "url = \"http://127.0.0.1:8090/f\""));

    const auto report = report_of(toy_order(), answer(R"({"kind":"pending"})"), adapter);

    EXPECT_EQ(report.outcome.kind, OutcomeKind::pending) << report.outcome.message;
}

TEST_F(ExchangeTest, SendsNothingToAHostThatIsNotAllowed) {
    account_.hosts_allowed = {"bills.example"};

    for (const std::string_view url :
         {"https://evil.example/file",
          "https://bills.example.evil.example/file",
          "https://evil.example:443/https://bills.example/",
          "https://bills.example@evil.example/file",
          "http://bills.example/file",
          "http://127.0.0.1:80/file",
          "https://localhost/file",
          "ftp://bills.example/file"}) {
        const auto adapter =
            toy_adapter(toy_script("path = \"/ask\"", "url = \"" + std::string(url) + "\""));
        const auto report = report_of(toy_order(), answer(R"({"kind":"pending"})"), adapter);
        EXPECT_EQ(report.outcome.kind, OutcomeKind::config) << url;
        EXPECT_EQ(report.outcome.code, "host_not_allowed") << url;
    }
    EXPECT_TRUE(sent_.empty());
}

TEST_F(ExchangeTest, ARequestHasOneAddress) {
    for (const std::string_view address :
         {"path = \"/ask\", url = \"https://pay.toy.example/ask\"",
          "path = nil",
          "url = \"https://pay.toy.example\"",
          "url = \"https://pay.toy.example/a b\"",
          "url = 7"}) {
        const auto adapter = toy_adapter(toy_script("path = \"/ask\"", address));
        const auto report = report_of(toy_order(), answer(R"({"kind":"pending"})"), adapter);
        EXPECT_EQ(report.outcome.kind, OutcomeKind::config) << address;
    }
    EXPECT_TRUE(sent_.empty());
}

TEST_F(ExchangeTest, GivesEachOperationTheTimeItsAccountAllows) {
    using std::chrono::milliseconds;
    account_.timeouts = {
        .connect = milliseconds(11),
        .collect = milliseconds(22),
        .query = milliseconds(33),
        .close = milliseconds(44),
    };

    for (const auto operation : {Operation::collect, Operation::query, Operation::close}) {
        report_of(toy_order_for(operation), answer("{}"));
    }

    ASSERT_EQ(sent_.size(), 3U);
    EXPECT_EQ(sent_[0].connect_timeout, milliseconds(11));
    EXPECT_EQ(sent_[0].total_timeout, milliseconds(22));
    EXPECT_EQ(sent_[1].total_timeout, milliseconds(33));
    EXPECT_EQ(sent_[2].total_timeout, milliseconds(44));
}

TEST_F(ExchangeTest, GoesOnAfterAScriptThatDoesNotEnd) {
    const auto endless = toy_adapter(toy_script(
        "local body = json.decode", "while answer.body == \"\" do end local body = json.decode"
    ));
    std::deque<std::promise<ExchangeReport>> reported(2);
    std::deque<http::ClientResult> answers = {answer(""), answer(R"({"kind":"pending"})")};
    std::size_t next = 0;
    Exchange exchange(
        {.registry = toy_registry(endless),
         .sink = [&](ExchangeReport report) { reported[next++].set_value(std::move(report)); },
         .clock = clock_,
         .send =
             [&](const http::ClientRequest&, const http::ClientDone& done) {
                 done(answers.front());
                 answers.pop_front();
             }},
        {.threads = 1}
    );

    EXPECT_TRUE(exchange.submit(toy_order()));
    EXPECT_EQ(reported[0].get_future().get().outcome.kind, OutcomeKind::unknown);
    EXPECT_TRUE(exchange.submit(toy_order()));
    EXPECT_EQ(reported[1].get_future().get().outcome.kind, OutcomeKind::pending);
}

TEST_F(ExchangeTest, RefusesWhatIsTooMuchAndEverythingAfterItsStop) {
    std::vector<http::ClientDone> waiting;
    std::promise<void> two_are_sent;
    int reports = 0;
    Exchange exchange(
        {.registry = toy_registry(toy_adapter()),
         .sink = [&](const ExchangeReport&) { ++reports; },
         .clock = clock_,
         .send =
             [&](const http::ClientRequest&, http::ClientDone done) {
                 waiting.push_back(std::move(done));
                 if (waiting.size() == 2) {
                     two_are_sent.set_value();
                 }
             }},
        {.threads = 1, .open_max = 2}
    );

    EXPECT_TRUE(exchange.submit(toy_order()));
    EXPECT_TRUE(exchange.submit(toy_order()));
    EXPECT_EQ(exchange.submit(toy_order()).error().code, ErrorCode::limit);
    two_are_sent.get_future().wait();
    exchange.stop();
    EXPECT_EQ(exchange.submit(toy_order()).error().code, ErrorCode::unavailable);
    for (const auto& done : waiting) {
        done(answer(R"({"kind":"pending"})"));
    }
    EXPECT_EQ(reports, 0);
}

TEST_F(ExchangeTest, DoesNotTakeACloseForMoreThanItProves) {
    const auto report = report_of(toy_order_for(Operation::close), answer(R"({"kind":"refused"})"));

    EXPECT_EQ(report.outcome.kind, OutcomeKind::unknown);
}

}  // namespace
}  // namespace sluice::channel::testing
