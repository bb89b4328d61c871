// What people fill in, and when two of them say the same.
#include "payment/task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/json.hpp"
#include "payment/claims.hpp"

namespace sluice::payment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Value json_of(const std::string& text) { return json::parse(text).value(); }

TaskForm form_with_everything() {
    return {
        {"why", {"Why", "原因"}, TaskField::Type::text, true, {}},
        {"amount", {"Amount", "金额"}, TaskField::Type::amount, false, {}},
        {"way", {"Way", "方式"}, TaskField::Type::choice, false, {"bank", "balance"}},
        {"account", {"Account", "账户"}, TaskField::Type::account, false, {}},
    };
}

/// "field message", every fault.
std::vector<std::string> faults(const std::string& values) {
    const auto checked = check_values(form_with_everything(), json_of(values));
    std::vector<std::string> told;
    for (const ValueFault& fault : checked ? std::vector<ValueFault>{} : checked.error()) {
        told.push_back(fault.field + " " + fault.message);
    }
    return told;
}

TEST(TaskForm, TakesWhatItAsksForInItsOwnOrder) {
    const auto values = check_values(
        form_with_everything(),
        json_of(R"({"account":"acc_01K9ZV3QAG3V7T4N6YB2D5H8JM","way":"bank","amount":1,"why":"x"})")
    );

    ASSERT_TRUE(values.has_value());
    EXPECT_EQ(
        to_json(*values),
        R"({"why":"x","amount":1,"way":"bank","account":"acc_01K9ZV3QAG3V7T4N6YB2D5H8JM"})"
    );
}

TEST(TaskForm, RefusesEveryValueThatItDoesNotWant) {
    EXPECT_THAT(faults("{}"), ElementsAre("why is missing"));
    EXPECT_THAT(faults(R"({"why":null})"), ElementsAre("why is missing"));
    EXPECT_THAT(faults(R"({"why":7})"), ElementsAre(HasSubstr("why is a whole number, wanted")));
    EXPECT_THAT(faults(R"({"why":""})"), ElementsAre(HasSubstr("wanted a text of 1 to 500")));
    EXPECT_THAT(
        faults(R"({"why":"x","amount":0,"way":"cash","account":"u-1"})"),
        ElementsAre(
            HasSubstr("amount is wrong, wanted a whole number of minor units above 0"),
            "way is 'cash', wanted bank or balance",
            "account is 'u-1', wanted the id of an account"
        )
    );
    EXPECT_THAT(faults(R"({"why":"x","amount":1.5})"), ElementsAre(HasSubstr("amount is wrong")));
    EXPECT_THAT(
        faults(R"({"why":"x","more":1})"), ElementsAre("more is no field of the task's form")
    );
    EXPECT_THAT(faults("[]"), ElementsAre(HasSubstr("wanted a record")));
}

TEST(TaskForm, IsReadBackAsItWasStored) {
    const Value stored = to_value(form_with_everything());

    const auto read = form_from_value(json_of(to_json(stored)));

    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(to_value(*read), stored);
    EXPECT_EQ(read->at(2).choices, (std::vector<std::string>{"bank", "balance"}));
}

TEST(TaskForm, WantsAFieldOnlyWithTheChoicesThatItBelongsTo) {
    const TaskForm form = give_back_form(LegKind::external);
    const auto is_good = [&](const std::string& values) {
        return check_values(form, json_of(values)).has_value();
    };

    EXPECT_TRUE(is_good(R"({"how":"original"})"));
    EXPECT_FALSE(is_good(R"({"how":"balance"})"));
    EXPECT_TRUE(is_good(R"({"how":"balance","account":"acc_01K9ZV3QAG3V7T4N6YB2D5H8JM"})"));
    EXPECT_FALSE(is_good(R"({"how":"original","account":"acc_01K9ZV3QAG3V7T4N6YB2D5H8JM"})"));
    EXPECT_FALSE(is_good(R"({"account":"acc_01K9ZV3QAG3V7T4N6YB2D5H8JM"})"));
    EXPECT_TRUE(is_good(R"({"how":"payout","payee":{"method":"bank_card"}})"));
    EXPECT_FALSE(is_good(R"({"how":"payout","payee":"6222"})"));
    EXPECT_TRUE(is_good(R"({"how":"at_channel","evidence":"page"})"));
    EXPECT_EQ(to_value(*form_from_value(to_value(form))), to_value(form));
}

TEST(TaskForm, HasNoChannelsPagesForWhatAnAccountOfOursPaid) {
    const auto form = give_back_form(LegKind::internal);
    const auto& choices = form.front().choices;

    EXPECT_THAT(choices, ElementsAre("original", "balance", "payout", "by_bank"));
}

TEST(TaskForm, IsRefusedWhenAFieldBelongsToNoChoiceOrItNamesTwoPayees) {
    const auto why = [](const std::string& form) {
        const auto read = form_from_value(json_of(form));
        return read ? std::string("taken") : read.error().message;
    };
    const std::string way = R"({"name":"way","title":{"en":"x","zh":"x"},"type":"choice",)"
                            R"("choices":["bank"]})";
    const std::string payee = R"({"name":"a","title":{"en":"x","zh":"x"},"type":"payee"})";
    const std::string other = R"({"name":"b","title":{"en":"x","zh":"x"},"type":"payee"})";

    EXPECT_EQ(why("[" + way + "," + payee + "]"), "taken");
    EXPECT_THAT(why("[" + payee + "," + other + "]"), HasSubstr("one payee at most"));
    EXPECT_THAT(
        why("[" + way + R"(,{"name":"b","title":{"en":"x","zh":"x"},"type":"text",)" +
            R"("only_for":["cash"]}])"),
        HasSubstr("is no choice of the first field")
    );
}

TEST(TaskForm, IsTheSameWordWhenOnlyTextsDiffer) {
    const TaskForm form = form_with_everything();
    const auto agreed = [&](const std::string& values) {
        return agreed_part(form, json_of(values));
    };

    EXPECT_EQ(agreed(R"({"why":"x","amount":1})"), agreed(R"({"why":"y","amount":1})"));
    EXPECT_FALSE(agreed(R"({"why":"x","amount":1})") == agreed(R"({"why":"x","amount":2})"));
    EXPECT_FALSE(agreed(R"({"why":"x","way":"bank"})") == agreed(R"({"why":"x"})"));
}

TEST(TaskVote, IsReadBackAsTheJournalKeepsIt) {
    TaskVote vote{TaskId(Id128{1, 2}), "li.lei", {"finance", "operations"}, Verdict::deny};
    vote.values = json_of(R"({"why":"x"})");
    vote.note = "no";

    const auto read = vote_from_value(json_of(to_json(to_value(vote))));

    ASSERT_TRUE(read.has_value());
    EXPECT_TRUE(read->repeats(vote));
    EXPECT_EQ(read->roles, vote.roles);
}

TEST(TaskVote, RepeatsOnlyWhatSaysTheSame) {
    const TaskVote vote{TaskId(Id128{1, 2}), "li.lei", {}, Verdict::approve};
    TaskVote other = vote;
    EXPECT_TRUE(other.repeats(vote));

    other.note = "because";
    EXPECT_FALSE(other.repeats(vote));
    other = vote;
    other.verdict = Verdict::deny;
    EXPECT_FALSE(other.repeats(vote));
    other = vote;
    other.actor = "han.meimei";
    EXPECT_FALSE(other.repeats(vote));
}

TEST(PersonsWord, IsReadAsAChannelsIs) {
    Instruction instruction;
    instruction.id = InstructionId(Id128{1, 2});
    instruction.purpose = Purpose::payout;
    instruction.status = InstructionStatus::unknown;
    instruction.amount = Money{100, *Currency::parse("CNY")};
    Outcome said;
    said.number = instruction.id.raw().to_string();
    said.amount = instruction.amount;
    const auto read = [&](OutcomeKind kind) {
        said.kind = kind;
        return read_outcome(instruction, said, Operation::payout_query, Source::person).event;
    };

    EXPECT_EQ(read(OutcomeKind::succeeded), InstructionEvent::confirmed);
    EXPECT_EQ(read(OutcomeKind::refused), InstructionEvent::declined);
    said.amount = Money{99, *Currency::parse("CNY")};
    EXPECT_EQ(read(OutcomeKind::succeeded), InstructionEvent::contradicted);
}

}  // namespace
}  // namespace sluice::payment
