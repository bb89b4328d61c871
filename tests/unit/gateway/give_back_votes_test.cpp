// Votes on how stuck money goes back: whom they may name, and what is kept of that.
#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class GiveBackVotes : public GatewayFixture {
  protected:
    GiveBackVotes() {
        gateway::ApiKey made{"alpha", Secret<std::string>(std::string(kOperator))};
        made.operator_name = "zhao.min";
        made.roles = {"finance"};
        settings.keys.push_back(made);
        intake.on_vote = [this](const payment::TaskVote& vote) {
            tasks.rows.front().task.votes.push_back(vote);
        };
        gateway::StoredTask stored;
        stored.run = RunId::generate(clock.now(), Bucket{5}, random);
        stored.service = payment::Service::refund;
        stored.merchant_id = "alpha";
        auto& task = stored.task;
        task.id = TaskId(stored.run.raw().derive(1, 3));
        task.kind = payment::kGiveBackTask;
        task.title = {"Decide how the money goes back", "决定退款去向"};
        task.role = "finance";
        task.form = payment::give_back_form(payment::LegKind::external);
        task.amount = Money{7000, *Currency::parse("CNY")};
        task.opened_at = clock.now();
        tasks.rows.push_back(std::move(stored));
    }
    http::Response vote(const std::string& values) {
        return send(
            {.method = "POST",
             .target = "/v1/tasks/" + tasks.rows.front().task.id.to_string() + "/votes",
             .body = R"({"verdict":"approve","values":)" + values + "}",
             .key = kOperator}
        );
    }
    static std::string to_account(const std::string& account) {
        return R"({"how":"balance","account":")" + account + R"("})";
    }
    /// An account of a merchant; its id.
    std::string given_account(
        const std::string& kind, const std::string& currency, std::string_view key = kMerchantKey
    ) {
        return text_of(
            send(
                {.method = "POST",
                 .target = "/v1/accounts",
                 .body = R"({"kind":")" + kind + R"(","owner_number":"u-1","currency":")" +
                         currency + R"("})",
                 .key = key}
            ),
            "id"
        );
    }

    static constexpr std::string_view kOperator = "op_zhao";
};

TEST_F(GiveBackVotes, NameAnOpenBalanceOfTheMerchantInTheMoneysCurrency) {
    const std::string theirs = given_account("balance", "CNY");
    const std::string others = given_account("balance", "CNY", kOtherKey);
    const std::string card = given_account("prepaid_card", "CNY");
    const std::string dollars = given_account("balance", "USD");

    for (const std::string& wrong : {others, card, dollars}) {
        EXPECT_EQ(summary(vote(to_account(wrong))), "400 invalid_request /values/account");
    }
    EXPECT_EQ(
        summary(vote(to_account("acc_01K9ZV3QAG3V7T4N6YB2D5H8JM"))),
        "400 invalid_request /values/account"
    );
    EXPECT_THAT(intake.votes, IsEmpty());

    EXPECT_EQ(vote(to_account(theirs)).status, 200);
    ASSERT_THAT(intake.votes, SizeIs(1));
    EXPECT_EQ(intake.votes[0].values.text_or_empty("account"), theirs);
}

TEST_F(GiveBackVotes, KeepNothingOfAPayeeButMarksAndASealedText) {
    const auto response = vote(R"({"how":"payout","payee":{"method":"bank_account","payee":)"
                               R"({"name":"Zhang San","account_number":"6222021234567890"}}})");

    EXPECT_EQ(response.status, 200) << response.body;
    ASSERT_THAT(intake.votes, SizeIs(1));
    const payment::TaskVote& said = intake.votes[0];
    const std::string kept = to_json(said.values);
    EXPECT_THAT(kept, HasSubstr(R"("method":"bank_account")"));
    EXPECT_THAT(kept, HasSubstr(R"("fingerprint":"print of )"));
    EXPECT_THAT(kept, Not(HasSubstr("1234567890")));
    EXPECT_THAT(to_json(payment::to_value(said)), Not(HasSubstr("1234567890"))) << "the journal";
    EXPECT_THAT(response.body, Not(HasSubstr("1234567890")));
    EXPECT_THAT(to_json(said.payee), HasSubstr("6222021234567890"))
        << "what was given to be sealed";
}

TEST_F(GiveBackVotes, TellAPayeeInAnyOrderOfItsMembersAlike) {
    EXPECT_EQ(
        vote(R"({"how":"payout","payee":{"method":"bank_account","payee":)"
             R"({"name":"Zhang San","account_number":"6222021234567890"}}})")
            .status,
        200
    );
    const auto again =
        vote(R"({"payee":{"payee":{"account_number":"6222021234567890","name":"Zhang San"},)"
             R"("method":"bank_account"},"how":"payout"})");

    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_THAT(intake.votes, SizeIs(1)) << "it is the same vote";
}

TEST_F(GiveBackVotes, SayWhichMemberOfThePayeeIsWrong) {
    const auto told = [this](const std::string& payee) {
        return summary(vote(R"({"how":"payout","payee":)" + payee + "}"));
    };

    EXPECT_EQ(told(R"("6222")"), "400 invalid_request /values/payee");
    EXPECT_EQ(told(R"({"payee":{}})"), "400 invalid_request /values/payee");
    EXPECT_EQ(told(R"({"method":"bank_account"})"), "400 invalid_request /values/payee/payee");
    EXPECT_EQ(
        told(R"({"method":"cash","payee":{"account_number":"1"}})"),
        "400 invalid_request /values/payee/method"
    );
    EXPECT_EQ(
        told(R"({"method":"bank_account","payee":{"name":"Zhang San"}})"),
        "400 invalid_request /values/payee/payee/account_number"
    );
    EXPECT_EQ(
        told(R"({"method":"bank_account","payee":{"account_number":"1"},"more":1})"),
        "400 invalid_request /values/payee/more"
    );
    EXPECT_THAT(intake.votes, IsEmpty());
}

TEST_F(GiveBackVotes, WantWhatBelongsToTheChoiceAndNothingElse) {
    EXPECT_EQ(summary(vote(R"({"how":"by_bank"})")), "400 invalid_request /values/evidence");
    EXPECT_EQ(
        summary(vote(R"({"how":"original","evidence":"x"})")),
        "400 invalid_request /values/evidence"
    );
    EXPECT_EQ(summary(vote(R"({"how":"burn"})")), "400 invalid_request /values/how");
    EXPECT_EQ(vote(R"({"how":"at_channel","evidence":"page of today"})").status, 200);
}

}  // namespace
}  // namespace sluice::testing
