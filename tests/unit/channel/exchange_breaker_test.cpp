// What an exchange tells of a channel's health, and what it does not send where nobody answers.
#include <future>

#include <gtest/gtest.h>

#include "channel/exchange.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

using payment::OutcomeKind;

class ExchangeBreaker : public ::testing::Test {
  protected:
    ExchangeReport report_of(ExchangeOrder order, http::ClientResult result) {
        std::promise<ExchangeReport> reported;
        Exchange exchange({
            .registry = toy_registry(generous_adapter(), toy_account()),
            .sink = [&](ExchangeReport report) { reported.set_value(std::move(report)); },
            .clock = clock_,
            .send =
                [&](const http::ClientRequest&, const http::ClientDone& done) {
                    ++sent_;
                    done(result);
                },
            .health = &health_,
        });
        EXPECT_TRUE(exchange.submit(std::move(order)));
        return reported.get_future().get();
    }
    static http::ClientResult lost() {
        return std::unexpected(
            http::ClientFailure{http::FailureStage::maybe_sent, "timeout", "as the test wants"}
        );
    }
    static http::ClientResult accepted() {
        return http::Response{200, {}, R"({"kind":"pending"})"};
    }
    void break_it() {
        for (std::size_t i = 0; i < HealthRules{}.enough; ++i) {
            EXPECT_EQ(report_of(toy_order(), lost()).outcome.kind, OutcomeKind::unknown);
        }
        sent_ = 0;
    }
    SceneFigures figures(std::string_view scene) {
        const auto health = health_.of({"toy", "one"}, std::chrono::steady_clock::now());
        const auto found = health.scenes.find(scene);
        return found == health.scenes.end() ? SceneFigures{} : found->second;
    }

    ManualClock clock_{Time{}};
    Health health_;
    int sent_ = 0;
};

ExchangeOrder asked_by(Operation operation, ExchangeOrder order) {
    order.operation = operation;
    return order;
}

TEST_F(ExchangeBreaker, SendsNothingThatAnotherAccountCouldDoWhileNobodyAnswers) {
    break_it();

    const auto collect = report_of(toy_order(), accepted());
    const auto payout = report_of(toy_payout(), accepted());

    EXPECT_EQ(sent_, 0);
    EXPECT_EQ(collect.outcome.kind, OutcomeKind::not_sent);
    EXPECT_EQ(collect.outcome.code, "circuit_open");
    EXPECT_EQ(payout.outcome.kind, OutcomeKind::not_sent);
    EXPECT_EQ(collect.evidence.request, "") << "no request that was never made";
}

TEST_F(ExchangeBreaker, SendsWhatOnlyThisAccountCanDoAllTheSame) {
    break_it();

    EXPECT_NE(report_of(toy_refund(), accepted()).outcome.code, "circuit_open");
    EXPECT_NE(
        report_of(asked_by(Operation::query, toy_order()), accepted()).outcome.code, "circuit_open"
    );
    EXPECT_NE(
        report_of(asked_by(Operation::close, toy_order()), accepted()).outcome.code, "circuit_open"
    );
    EXPECT_EQ(sent_, 3);
}

TEST_F(ExchangeBreaker, SendsAgainOnceAProbeWasAnswered) {
    break_it();
    const auto later = std::chrono::steady_clock::now() + HealthRules{}.open_first;
    ASSERT_TRUE(health_.take_probe({"toy", "one"}, later));
    health_.probed({"toy", "one"}, true, later);

    EXPECT_EQ(report_of(toy_order(), accepted()).outcome.kind, OutcomeKind::pending);
    EXPECT_EQ(sent_, 1);
}

TEST_F(ExchangeBreaker, CountsMovementsOfMoneyByHowTheyEnded) {
    (void)report_of(toy_order(), accepted());
    (void)report_of(toy_order(), http::Response{200, {}, R"({"kind":"refused","code":"NO"})"});
    (void)report_of(toy_order(), http::Response{500, {}, R"({"kind":"refused"})"});
    (void)report_of(toy_order(), lost());

    const SceneFigures seen = figures(toy_order().instruction.scene);
    EXPECT_EQ(seen.exchanges, 4);
    EXPECT_EQ(seen.accepted, 1);
    EXPECT_EQ(seen.unanswered, 2) << "an error of the server is no answer";
}

TEST_F(ExchangeBreaker, CountsNeitherQuestionsNorWhatWasGivenUpOnThisSide) {
    (void)report_of(asked_by(Operation::query, toy_order()), lost());
    (void)report_of(
        toy_order(),
        std::unexpected(http::ClientFailure{http::FailureStage::not_sent, "busy", "too many"})
    );

    EXPECT_EQ(figures(toy_order().instruction.scene).exchanges, 0);
}

}  // namespace
}  // namespace sluice::channel::testing
