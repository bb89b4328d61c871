// What an answer proves: every outcome of every operation from every source, and law 3.
#include "payment/claims.hpp"

#include <array>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/random.hpp"

namespace sluice::payment {
namespace {

using ::testing::HasSubstr;
using K = OutcomeKind;

constexpr std::array kKinds{
    K::succeeded,
    K::pending,
    K::refused,
    K::not_sent,
    K::unknown,
    K::config,
    K::not_found,
    K::closed,
    K::returned,
};
constexpr std::array kOperations{Operation::collect, Operation::query, Operation::close};
constexpr std::array kSources{Source::first_send, Source::resend, Source::callback};

/// One row a kind; in a row: collect first sent, collect repeated, callback, query, close.
/// "-": proves nothing.
struct Row {
    OutcomeKind kind;
    std::string_view first, repeated, callback, query, close;
};
constexpr std::array kTable{
    Row{K::succeeded, "confirmed", "confirmed", "confirmed", "confirmed", "confirmed"},
    Row{K::pending, "accepted", "accepted", "accepted", "accepted", "accepted"},
    Row{K::refused, "declined", "unclear", "declined", "declined", "-"},
    Row{K::not_sent, "not_sent", "unclear", "-", "-", "-"},
    Row{K::unknown, "unclear", "unclear", "-", "-", "-"},
    Row{K::config, "not_sent", "unclear", "-", "-", "-"},
    Row{K::not_found, "-", "-", "-", "-", "-"},
    Row{K::closed, "shut", "shut", "shut", "shut", "-"},
    Row{K::returned, "came_back", "came_back", "came_back", "came_back", "came_back"},
};

std::string_view expected_of(const Row& row, Operation operation, Source source) {
    if (operation == Operation::query) {
        return row.query;
    }
    if (operation == Operation::close) {
        return row.close;
    }
    if (source == Source::callback) {
        return row.callback;
    }
    return source == Source::resend ? row.repeated : row.first;
}

Instruction our_record() {
    SeededRandom random(1);
    Instruction instruction;
    instruction.id = InstructionId::generate(Time{}, Bucket{3}, random);
    instruction.amount = Money{7000, cny()};
    instruction.merchant = "1900000109";
    return instruction;
}

Outcome agreeing(OutcomeKind kind) {
    const Instruction ours = our_record();
    Outcome outcome;
    outcome.kind = kind;
    outcome.number = ours.id.raw().to_string();
    outcome.merchant = ours.merchant;
    outcome.amount = ours.amount;
    return outcome;
}

Reading read(const Outcome& outcome) {
    return read_outcome(our_record(), outcome, Operation::query, Source::first_send);
}

/// A callback is of no operation of ours; it is told as the collect it is about.
std::vector<std::pair<Operation, Source>> every_way() {
    std::vector<std::pair<Operation, Source>> ways;
    for (const auto operation : kOperations) {
        for (const auto source : kSources) {
            if (source != Source::callback || operation == Operation::collect) {
                ways.emplace_back(operation, source);
            }
        }
    }
    return ways;
}

TEST(ReadOutcome, ProvesWhatTheTableSaysAndNothingMore) {
    ASSERT_EQ(kTable.size(), kKinds.size());
    for (const auto& row : kTable) {
        for (const auto& [operation, source] : every_way()) {
            const auto reading = read_outcome(our_record(), agreeing(row.kind), operation, source);
            const auto got = reading.event ? to_string(*reading.event) : "-";
            EXPECT_EQ(got, expected_of(row, operation, source))
                << to_string(row.kind) << " of " << to_string(operation) << ", source "
                << static_cast<int>(source);
            EXPECT_EQ(reading.conflict, "");
        }
    }
}

TEST(ReadOutcome, TakesEveryContradictionForOneWhateverTheAnswerClaims) {
    struct Lie {
        const char* what;
        void (*tell)(Outcome&);
    };
    const Lie lies[] = {
        {"order number is 01", [](Outcome& outcome) { outcome.number = "01"; }},
        {"merchant is 42", [](Outcome& outcome) { outcome.merchant = "42"; }},
        {"amount is 6999 CNY", [](Outcome& outcome) { outcome.amount = Money{6999, cny()}; }},
        {"amount is 7000 USD",
         [](Outcome& outcome) { outcome.amount = Money{7000, Currency::parse("USD").value()}; }},
    };
    for (const auto& lie : lies) {
        for (const auto kind : kKinds) {
            for (const auto operation : kOperations) {
                Outcome outcome = agreeing(kind);
                lie.tell(outcome);

                const auto reading =
                    read_outcome(our_record(), outcome, operation, Source::first_send);

                EXPECT_EQ(reading.event, InstructionEvent::contradicted) << lie.what;
                EXPECT_THAT(reading.conflict, HasSubstr(lie.what));
            }
        }
    }
}

TEST(ReadOutcome, NamesTheirValueAndOurs) {
    Outcome outcome = agreeing(K::succeeded);
    outcome.amount = Money{1, cny()};

    EXPECT_EQ(read(outcome).conflict, "the channel's amount is 1 CNY, ours is 7000 CNY");
}

TEST(ReadOutcome, TakesASuccessThatNamesNoNumberForAContradiction) {
    Outcome outcome = agreeing(K::succeeded);
    outcome.number.clear();

    EXPECT_EQ(read(outcome).event, InstructionEvent::contradicted);
    EXPECT_THAT(read(outcome).conflict, HasSubstr("without naming number and amount"));
}

TEST(ReadOutcome, TakesASuccessThatNamesNoAmountForAContradiction) {
    Outcome outcome = agreeing(K::succeeded);
    outcome.amount.reset();

    EXPECT_EQ(read(outcome).event, InstructionEvent::contradicted);
}

TEST(ReadOutcome, DoesNotCompareWhatTheAnswerDoesNotClaim) {
    Outcome silent;
    silent.kind = K::pending;
    Outcome without_merchant = agreeing(K::succeeded);
    without_merchant.merchant.clear();

    EXPECT_EQ(read(silent).event, InstructionEvent::accepted);
    EXPECT_EQ(read(without_merchant).event, InstructionEvent::confirmed);
}

TEST(ReadOutcome, ReadsARefundAndAPayoutAsItReadsACollect) {
    for (const auto purpose : {Purpose::refund, Purpose::payout}) {
        for (const auto& row : kTable) {
            for (const auto source : kSources) {
                Instruction ours = our_record();
                ours.purpose = purpose;
                const Outcome outcome = agreeing(row.kind);

                const auto sent = read_outcome(ours, outcome, moving(purpose), source);
                const auto asked = read_outcome(ours, outcome, asking(purpose), source);

                const auto told = [](const Reading& reading) {
                    return reading.event ? to_string(*reading.event) : "-";
                };
                EXPECT_EQ(told(sent), expected_of(row, Operation::collect, source));
                EXPECT_EQ(told(asked), row.query);
            }
        }
    }
}

TEST(ReadOutcome, TakesARefusalAfterTheSuccessOfARefundForMoneyThatCameBack) {
    struct Case {
        Purpose purpose = Purpose::collect;
        Operation operation = Operation::query;
        InstructionStatus status = InstructionStatus::created;
        InstructionEvent event = InstructionEvent::accepted;
        Source source = Source::resend;
    };
    const Case cases[] = {
        {Purpose::refund,
         Operation::refund,
         InstructionStatus::succeeded,
         InstructionEvent::came_back,
         Source::callback},
        {Purpose::payout,
         Operation::payout,
         InstructionStatus::succeeded,
         InstructionEvent::came_back,
         Source::callback},
        {Purpose::refund,
         Operation::refund,
         InstructionStatus::pending,
         InstructionEvent::declined,
         Source::callback},
        {Purpose::collect,
         Operation::collect,
         InstructionStatus::succeeded,
         InstructionEvent::declined,
         Source::callback},
        {Purpose::refund,
         Operation::refund_query,
         InstructionStatus::succeeded,
         InstructionEvent::came_back},
        {Purpose::payout,
         Operation::payout_query,
         InstructionStatus::succeeded,
         InstructionEvent::came_back},
        {Purpose::refund,
         Operation::refund_query,
         InstructionStatus::pending,
         InstructionEvent::declined},
        {Purpose::collect,
         Operation::query,
         InstructionStatus::succeeded,
         InstructionEvent::declined},
        {Purpose::refund, Operation::refund, InstructionStatus::succeeded, InstructionEvent::unclear
        },
    };
    for (const auto& each : cases) {
        Instruction ours = our_record();
        ours.purpose = each.purpose;
        ours.status = each.status;

        const auto reading = read_outcome(ours, agreeing(K::refused), each.operation, each.source);

        EXPECT_EQ(reading.event, each.event) << to_string(each.operation);
    }
}

}  // namespace
}  // namespace sluice::payment
