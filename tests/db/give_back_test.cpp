// Stuck money on a real database: what of a vote is written where, and that a run which left memory
// pays whom its people named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/reseal_store.hpp"
#include "db/refund_world.hpp"
#include "json/json.hpp"
#include "payment/task.hpp"

namespace sluice::testing {
namespace {

using payment::OutcomeKind;
using payment::TaskVote;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using worker::Input;

Secret<std::string> key_of(char digit) { return Secret<std::string>(std::string(64, digit)); }

class GiveBack : public ::testing::Test {
  protected:
    GiveBack() {
        world.services.terms =
            [](const flow::ChannelAddress&) -> std::optional<flow::ChannelTerms> {
            flow::ChannelTerms terms{"1900000109", true, std::chrono::seconds(60)};
            terms.refunds = true;
            terms.refund_may_repeat = true;
            terms.pays_out = true;
            return terms;
        };
        order = world.given_paid(card);
        world.close_account(card);
        refund = world.begin_refund(order, 10'000, "R-1");
        world.answer_last(world.paid());
    }
    void TearDown() override { EXPECT_THAT(world.database.unsound(), IsEmpty()); }

    TaskId task() {
        return TaskId(
            *Id128::parse_uuid(world.value("SELECT id FROM sluice.task ORDER BY id DESC LIMIT 1"))
        );
    }
    void vote(const std::string& values, const Value& payee = {}) {
        TaskVote said{task(), "zhao.min", {"finance"}};
        said.values = json::parse(values).value();
        said.payee = payee;
        Input input;
        input.run_id = refund;
        input.fact.kind = flow::Fact::Kind::task_vote;
        input.fact.vote = std::make_shared<const TaskVote>(std::move(said));
        input.on_done = [this](const Result<void>& counted) {
            told = counted ? "counted" : counted.error().message;
        };
        std::vector<Input> inputs;
        inputs.push_back(std::move(input));
        ASSERT_TRUE(world.process(std::move(inputs)).has_value());
    }
    /// As the gateway seals it, and what of it the values say.
    Value sealed(const channel::SealingKeys& keys) const {
        Value member;
        member.set("sealed", keys.seal({"payee", refund.to_string(), "name"}, "Zhang San"));
        member.set("shown", "Z**");
        return Value(ValueObject{{"name", std::move(member)}});
    }
    static constexpr const char* kNamed =
        R"({"how":"payout","payee":{"method":"bank_card","shown":{"name":"Z**"},)"
        R"("fingerprint":"0123456789ab"}})";
    std::string case_status() {
        return world.value("SELECT kind || ' ' || status FROM sluice.money_case");
    }

    RefundWorld world;
    AccountId card = world.given_card(3'000);
    OrderId order;
    RunId refund;
    std::string told;
    const channel::SealingKeys first = channel::SealingKeys::make(key_of('7')).value();
};

TEST_F(GiveBack, AsksWithACaseAndATask) {
    EXPECT_EQ(world.status_of(refund), "pending");
    EXPECT_EQ(case_status(), "refund_due open");
    EXPECT_EQ(
        world.value("SELECT kind || ' ' || role || ' ' || amount FROM sluice.task"),
        "give_back finance 3000"
    );
    EXPECT_EQ(world.booked("2202"), "3000");
}

TEST_F(GiveBack, OutsideOfUsEndsTheCaseInTheCommitThatBooksIt) {
    vote(R"({"how":"by_bank","evidence":"slip 7"})");

    EXPECT_EQ(told, "counted");
    EXPECT_EQ(world.status_of(refund), "succeeded");
    EXPECT_EQ(case_status(), "refund_due closed");
    EXPECT_EQ(
        world.value("SELECT sum(-e.side * e.amount) FROM sluice.entry e "
                    "JOIN sluice.account a ON a.id = e.account_id "
                    "WHERE a.gl = '1001' AND a.owner = 'own_bank'"),
        "3000"
    );
    EXPECT_EQ(world.booked("2202"), "0");
    EXPECT_EQ(world.refunded(order), "10000: 3000 7000");
    EXPECT_EQ(
        world.value(
            "SELECT (SELECT resolved_at FROM sluice.money_case) = "
            "(SELECT max(at) FROM sluice.flow_journal WHERE run_id = '" +
            refund.raw().to_uuid() + "')"
        ),
        "t"
    );
}

TEST_F(GiveBack, PaysWhomAVoteNamedThoughTheRunLeftMemory) {
    vote(kNamed, sealed(first));
    ASSERT_EQ(told, "counted");
    const auto named = payment::payee_name_of(world.sent.back().instruction.payee);
    ASSERT_TRUE(named.has_value());
    world.reopen();
    world.answer_last(world.outcome(OutcomeKind::unknown));
    world.reopen();
    world.answer_last(world.paid());

    EXPECT_EQ(named->task, task());
    EXPECT_EQ(world.status_of(refund), "succeeded");
    EXPECT_EQ(world.booked("1103"), "3000");
    EXPECT_EQ(case_status(), "refund_due closed");
    EXPECT_THAT(world.alarms, IsEmpty());
}

TEST_F(GiveBack, KeepsASealedPayeeInTheVotesRowAlone) {
    vote(kNamed, sealed(first));

    EXPECT_THAT(world.value("SELECT payee FROM sluice.task_vote"), HasSubstr("\"sealed\":\"s1."));
    EXPECT_EQ(
        world.value("SELECT count(*) FROM sluice.task_vote WHERE vote_values LIKE '%sealed%'"), "0"
    );
    EXPECT_EQ(
        world.value("SELECT count(*) FROM sluice.task WHERE decided_values LIKE '%sealed%'"), "0"
    );
}

TEST_F(GiveBack, IsSealedAgainUnderAnotherMasterKey) {
    vote(kNamed, sealed(first));
    const auto both = channel::SealingKeys::make(key_of('8'), {key_of('7')}).value();
    const auto second = channel::SealingKeys::make(key_of('8')).value();

    const auto resealed = app::reseal_all(world.owner, both);

    ASSERT_TRUE(resealed.has_value()) << resealed.error().message;
    EXPECT_EQ(resealed->votes, 1U);
    const Value payee = json::parse(world.value("SELECT payee FROM sluice.task_vote")).value();
    const auto opened = second.open(
        {"payee", refund.to_string(), "name"}, payee.find("name")->text_or_empty("sealed")
    );
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    EXPECT_EQ(opened->reveal(), "Zhang San");
    EXPECT_EQ(app::reseal_all(world.owner, both)->votes, 0U);
}

}  // namespace
}  // namespace sluice::testing
