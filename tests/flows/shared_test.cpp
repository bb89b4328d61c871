// Runs that share an interpreter are what they would be alone, and take no harm from one another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/flow_driver.hpp"

namespace sluice::testing {
namespace {

using flow::Company;
using flow::Interpreter;
using payment::Operation;
using payment::OutcomeKind;
using payment::SubjectStatus;
using ::testing::HasSubstr;

flow::FlowScriptsPtr pay_scripts() { return scripts_of(*repository_release(), "pay"); }

std::shared_ptr<Interpreter> shared(const flow::FlowScriptsPtr& scripts) {
    return Interpreter::open(scripts, Company::shared).value();
}

// How many runs an interpreter takes.
constexpr std::uint64_t kCrowd = 128;

FlowDriver driver_in(const std::shared_ptr<Interpreter>& interpreter, std::uint64_t seed = 7) {
    return FlowDriver({.interpreter = interpreter, .seed = seed});
}

/// So many payments, left at different places of their ways.
std::vector<std::unique_ptr<FlowDriver>> crowd_in(
    const std::shared_ptr<Interpreter>& interpreter, std::uint64_t count
) {
    std::vector<std::unique_ptr<FlowDriver>> crowd;
    for (std::uint64_t i = 0; i < count; ++i) {
        crowd.push_back(
            std::make_unique<FlowDriver>(DriveOptions{.interpreter = interpreter, .seed = 100 + i})
        );
        FlowDriver& pay = *crowd.back();
        pay.start();
        if (i % 3 == 1) {
            pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));
        } else if (i % 3 == 2) {
            pay.answer(Operation::collect, qr_shown(pay.instruction()));
            pay.wake();
        }
    }
    return crowd;
}

void pay_with_a_detour(FlowDriver& pay) {
    pay.start();
    pay.answer(Operation::collect, says(OutcomeKind::refused, "card_declined"));
    pay.answer(Operation::collect, qr_shown(pay.instruction()));
    pay.wake();
    pay.answer(Operation::query, paid(pay.instruction()));
}

std::vector<std::string> bodies(const FlowDriver& pay) {
    std::vector<std::string> all;
    for (const auto& row : pay.journal()) {
        all.push_back(row.body);
    }
    return all;
}

TEST(SharedInterpreter, GivesARunTheSameStepsAloneAndAmongSixtyOthers) {
    FlowDriver alone = driver_in(Interpreter::open(pay_scripts(), Company::alone).value());
    const auto interpreter = shared(pay_scripts());
    const auto crowd = crowd_in(interpreter, 60);
    FlowDriver among = driver_in(interpreter);

    pay_with_a_detour(alone);
    pay_with_a_detour(among);

    EXPECT_EQ(alone.status(), SubjectStatus::succeeded) << alone.error();
    EXPECT_EQ(bodies(among), bodies(alone));
    EXPECT_EQ(describe(among.run()), describe(alone.run()));
}

TEST(SharedInterpreter, ReplaysAJournalInABusyOneAsInAFreshOne) {
    const auto interpreter = shared(pay_scripts());
    const auto crowd = crowd_in(interpreter, 60);
    for (const auto& pay : crowd) {
        const auto busy = pay->rebuild_in(interpreter);
        const auto fresh = pay->rebuild();

        ASSERT_TRUE(busy.has_value()) << busy.error().message;
        EXPECT_EQ(describe(**busy), describe(pay->run()));
        EXPECT_EQ(describe(**busy), describe(**fresh));
    }
}

TEST(SharedInterpreter, LetsRunsTakeTurnsToTheirEnds) {
    const auto interpreter = shared(pay_scripts());
    auto crowd = crowd_in(interpreter, 12);
    for (std::size_t i = crowd.size(); i-- > 0;) {
        FlowDriver& pay = *crowd[i];
        pay.call_back(paid(pay.instruction()));
        EXPECT_EQ(pay.status(), SubjectStatus::succeeded) << pay.error();
    }
}

/// What a run keeps in its file and what it throws about is its own.
constexpr std::string_view kOdd =
    "local told = { n = 0 }\n"
    "local function count() told.n = told.n + 1 return told.n end\n"
    "return flow { name = 'odd', title = {}, stages = { 'only' }, run = function(pay)\n"
    "  while true do\n"
    "    local event = kernel.wait()\n"
    "    if event.type == 'timer' then while true do end end\n"
    "    if #pay.legs == 1 then local x = nil .. 'x' end\n"
    "    if count() == 3 then\n"
    "      fail { code = 'told_' .. told.n, message = tostring(pay) .. #pay.legs } end\n"
    "  end\n"
    "end }\n";

flow::FlowScriptsPtr odd_scripts() {
    static const auto release = release_with("flows/odd.lua", std::string(kOdd));
    return scripts_of(*release, "odd");
}

std::unique_ptr<FlowDriver> odd_in(
    const std::shared_ptr<Interpreter>& interpreter,
    std::uint64_t seed,
    std::vector<payment::Leg> legs = {card_leg(3000), external_leg(7000)}
) {
    static const auto release = release_with("flows/odd.lua", std::string(kOdd));
    auto driver = std::make_unique<FlowDriver>(DriveOptions{
        .legs = std::move(legs),
        .release = release,
        .flow = "odd",
        .interpreter = interpreter,
        .seed = seed
    });
    driver->start();
    return driver;
}

TEST(SharedInterpreter, KeepsWhatAFileRemembersApart) {
    const auto interpreter = shared(odd_scripts());
    const auto a = odd_in(interpreter, 1);
    const auto b = odd_in(interpreter, 2);
    for (int turn = 0; turn < 3; ++turn) {
        a->request_close();
        b->request_close();
    }

    EXPECT_EQ(a->picture().subject.failure_code, "told_3") << a->error();
    EXPECT_EQ(b->picture().subject.failure_code, "told_3") << b->error();
}

flow::Fact timer() {
    flow::Fact fact;
    fact.kind = flow::Fact::Kind::timer;
    return fact;
}

TEST(SharedInterpreter, IsLostForAllWhenAMeterStopsOneAndTheOthersAreRebuiltAsTheyWere) {
    const auto interpreter = shared(odd_scripts());
    const auto innocent = odd_in(interpreter, 1);
    const auto guilty = odd_in(interpreter, 2);
    innocent->request_close();

    guilty->feed({timer()});

    EXPECT_THAT(guilty->error(), HasSubstr("is there a loop without end?"));
    EXPECT_FALSE(interpreter->is_usable());
    const auto again = innocent->rebuild();
    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(describe(**again), describe(innocent->run()));
    innocent->request_close();
    EXPECT_THAT(innocent->error(), HasSubstr("must be rebuilt from its journal"));
}

TEST(SharedInterpreter, GoesOnWhenAScriptMakesAMistake) {
    const auto interpreter = shared(odd_scripts());
    const auto innocent = odd_in(interpreter, 1);
    const auto guilty = odd_in(interpreter, 2, {card_leg(3000)});

    guilty->request_close();
    innocent->request_close();

    EXPECT_THAT(guilty->error(), HasSubstr("cannot join (..) a nil value"));
    EXPECT_TRUE(interpreter->is_usable());
    EXPECT_EQ(innocent->error(), "");
}

TEST(SharedInterpreter, CostsAWaitingRunLessThanSixteenKilobytes) {
    const auto interpreter = shared(pay_scripts());
    std::vector<std::unique_ptr<FlowDriver>> waiting;
    while (!interpreter->is_full()) {
        waiting.push_back(std::make_unique<FlowDriver>(
            DriveOptions{.interpreter = interpreter, .seed = waiting.size()}
        ));
        waiting.back()->start();
    }

    EXPECT_EQ(waiting.size(), kCrowd);
    EXPECT_LE(interpreter->memory_bytes() / waiting.size(), 16U << 10);
}

TEST(SharedInterpreter, IsSparseWhenMostOfItsRunsAreGone) {
    const auto interpreter = shared(pay_scripts());
    auto crowd = crowd_in(interpreter, kCrowd);
    EXPECT_TRUE(interpreter->is_full());
    EXPECT_FALSE(interpreter->is_sparse());

    crowd.resize(kCrowd / 4 + 1);
    EXPECT_FALSE(interpreter->is_sparse());
    crowd.resize(kCrowd / 4);
    EXPECT_TRUE(interpreter->is_sparse());
}

TEST(SharedInterpreter, RefusesTheKernelWhileAFileIsRead) {
    const auto release = release_with(
        "flows/early.lua",
        "local now = kernel.now_ms()\n"
        "return flow { name = 'early', title = {}, stages = { 'a' }, run = function() end }\n"
    );

    const auto run = flow::Run::create(scripts_of(*release, "early"), {});

    ASSERT_FALSE(run.has_value());
    EXPECT_EQ(
        run.error().message,
        "flows/early.lua, line 1: kernel.now_ms works only while a payment runs, not while its "
        "file is read"
    );
}

TEST(InterpreterPool, GivesRunsOfTheSameScriptsTheSamePlaceUntilItIsFull) {
    flow::InterpreterPool pool;
    const auto scripts = pay_scripts();
    const auto first = pool.place_for(scripts).value();

    EXPECT_EQ(pool.place_for(scripts).value(), first);
    EXPECT_NE(pool.place_for(odd_scripts()).value(), first);
    const auto crowd = crowd_in(first, kCrowd);
    EXPECT_NE(pool.place_for(scripts).value(), first);
}

TEST(InterpreterPool, KeepsRunsApartAfterOneWasStoppedByAMeter) {
    flow::InterpreterPool pool;
    const auto scripts = odd_scripts();
    const auto first = pool.place_for(scripts).value();
    pool.note_abort(*scripts);

    for (int i = 0; i < 256; ++i) {
        const auto place = pool.place_for(scripts).value();
        const auto run = odd_in(place, 1);
        ASSERT_NE(place, first);
        ASSERT_TRUE(place->is_full());
    }
    EXPECT_FALSE(pool.place_for(scripts).value()->is_full());
}

}  // namespace
}  // namespace sluice::testing
