#include "worker/live_runs.hpp"

#include <gtest/gtest.h>

#include "unit/worker/run_number.hpp"

namespace sluice::worker {
namespace {

using std::chrono::seconds;

script::ReleasePtr repository_release() { return script::load_release(SLUICE_SOURCE_DIR).value(); }

RunRow row_of(RunId id, std::optional<Time> wake_at) {
    RunRow row;
    row.id = id;
    row.wake_at = wake_at;
    return row;
}

std::unique_ptr<flow::Run> some_run(LiveRuns& runs) {
    payment::Picture picture;
    picture.subject.flow = "pay";
    return std::move(runs.begin(picture)).value();
}

TEST(LiveRuns, WakeInOrderOfTimeAndNoMoreThanAsked) {
    LiveRuns runs(repository_release());
    runs.note(row_of(run_number(1), kNow + seconds(3)));
    runs.note(row_of(run_number(2), kNow + seconds(1)));
    runs.note(row_of(run_number(3), kNow + seconds(2)));

    EXPECT_EQ(runs.next_due(), kNow + seconds(1));
    EXPECT_TRUE(runs.take_due(kNow, 9).empty());
    EXPECT_EQ(runs.take_due(kNow + seconds(3), 2), (std::vector{run_number(2), run_number(3)}));
    EXPECT_EQ(runs.take_due(kNow + seconds(3), 2), std::vector{run_number(1)});
    EXPECT_FALSE(runs.next_due().has_value());
}

/// A release whose only flow waits a second, and again, whatever comes.
script::ReleasePtr release_that_waits() {
    auto files = repository_release()->files;
    files["flows/pay.lua"] =
        "return flow { name = 'pay', title = { en = 'w', zh = 'w' }, stages = { 'wait' },\n"
        "  run = function(pay) while true do kernel.wait(1000) end end }\n";
    return script::build_release(std::move(files)).value();
}

/// It waits until a second after that moment.
std::unique_ptr<flow::Run> run_that_waits(LiveRuns& runs, Time from) {
    auto run = some_run(runs);
    flow::Kernel::Activation begins;
    begins.seq = 1;
    begins.now = from;
    begins.facts = {flow::Fact{}};
    EXPECT_TRUE(run->activate(std::move(begins)).has_value());
    EXPECT_EQ(run->wake_at(), from + seconds(1));
    return run;
}

TEST(LiveRuns, WakeARunThatWaitsForTheSameMomentAgain) {
    LiveRuns runs(release_that_waits());
    const RunId id = run_number(1);
    const Time wake_at = kNow + seconds(1);

    runs.keep(id, run_that_waits(runs, kNow), kNow);
    EXPECT_EQ(runs.take_due(wake_at, 9), std::vector{id});
    EXPECT_TRUE(runs.take_due(wake_at, 9).empty()) << "taken once";
    runs.keep(id, runs.take(id), wake_at);

    EXPECT_EQ(runs.take_due(wake_at, 9), std::vector{id});
}

TEST(LiveRuns, HaveOneTimerEachHoweverOftenTheyAreKept) {
    LiveRuns runs(repository_release());
    runs.note(row_of(run_number(1), kNow));
    runs.note(row_of(run_number(1), kNow));

    EXPECT_EQ(runs.take_due(kNow, 9), std::vector{run_number(1)});
    EXPECT_TRUE(runs.take_due(kNow, 9).empty());
}

TEST(LiveRuns, DoNotWakeForAMomentThatIsVoid) {
    LiveRuns runs(repository_release());
    runs.note(row_of(run_number(1), kNow));
    runs.note(row_of(run_number(1), kNow + seconds(5)));
    runs.note(row_of(run_number(2), kNow));
    runs.forget(run_number(2));

    EXPECT_TRUE(runs.take_due(kNow, 9).empty());
    EXPECT_EQ(runs.take_due(kNow + seconds(5), 9), std::vector{run_number(1)});
}

TEST(LiveRuns, NeverWakeAParkedRun) {
    LiveRuns runs(repository_release());
    auto parked = row_of(run_number(1), kNow);
    parked.quarantined = true;
    runs.note(parked);

    EXPECT_TRUE(runs.take_due(kNow + seconds(9), 9).empty());
}

TEST(LiveRuns, LoseOnlyTheScriptStateOfWhatWasNotUsed) {
    LiveRuns runs(repository_release());
    runs.keep(run_number(1), some_run(runs), kNow);
    runs.keep(run_number(2), some_run(runs), kNow + seconds(2));
    EXPECT_EQ(runs.warm(), 2U);

    runs.dehydrate(kNow + seconds(1));

    EXPECT_EQ(runs.warm(), 1U);
    EXPECT_EQ(runs.size(), 2U);
    EXPECT_EQ(runs.take(run_number(1)), nullptr);
    EXPECT_NE(runs.take(run_number(2)), nullptr);
}

TEST(LiveRuns, KeepWhatWasUsedAgainSinceItWasFirstKept) {
    LiveRuns runs(repository_release());
    runs.keep(run_number(1), some_run(runs), kNow);
    runs.keep(run_number(1), runs.take(run_number(1)), kNow + seconds(2));

    runs.dehydrate(kNow + seconds(1));

    EXPECT_NE(runs.take(run_number(1)), nullptr);
}

TEST(LiveRuns, KeepAsManyUnusedOnesAsMayStayWhileTheyWaitForAMomentSoon) {
    LiveRuns runs(release_that_waits(), {.most = 2, .soon = seconds(5)});
    for (const std::uint64_t number : {1ULL, 2ULL, 3ULL}) {
        runs.keep(run_number(number), run_that_waits(runs, kNow), kNow);
    }
    runs.keep(run_number(4), run_that_waits(runs, kNow + seconds(8)), kNow + seconds(1));

    runs.dehydrate(kNow + seconds(1));

    EXPECT_EQ(runs.warm(), 1U);
    EXPECT_NE(runs.take(run_number(3)), nullptr) << "the others were unused as long, or wait long";
}

TEST(LiveRuns, AreLookedAtAgainWhileTheyStay) {
    LiveRuns runs(release_that_waits(), {.most = 2, .soon = seconds(5)});
    runs.keep(run_number(1), run_that_waits(runs, kNow), kNow);
    runs.dehydrate(kNow);
    ASSERT_EQ(runs.warm(), 1U);

    runs.keep(run_number(2), run_that_waits(runs, kNow + seconds(2)), kNow + seconds(2));
    runs.keep(run_number(3), run_that_waits(runs, kNow + seconds(2)), kNow + seconds(2));
    runs.dehydrate(kNow + seconds(2));

    EXPECT_EQ(runs.warm(), 2U);
    EXPECT_EQ(runs.take(run_number(1)), nullptr);
}

TEST(LiveRuns, ForgetABucketAndNoOther) {
    LiveRuns runs(repository_release());
    runs.keep(run_number(1, Bucket{3}), some_run(runs), kNow);
    runs.keep(run_number(2, Bucket{4}), some_run(runs), kNow);

    runs.forget_bucket(Bucket{3});

    EXPECT_EQ(runs.find(run_number(1, Bucket{3})), nullptr);
    EXPECT_NE(runs.find(run_number(2, Bucket{4})), nullptr);
    EXPECT_EQ(runs.warm(), 1U);
}

TEST(LiveRuns, NameAFlowThatTheReleaseDoesNotHave) {
    LiveRuns runs(repository_release());
    payment::Picture picture;
    picture.subject.flow = "pya";

    const auto run = runs.begin(picture);

    ASSERT_FALSE(run.has_value());
    EXPECT_EQ(
        run.error().message, "flow 'pya' is not in release " + repository_release()->id.to_string()
    );
}

/// A flow that keeps pieces of text of 100 kB, or loops when it is told to close.
script::ReleasePtr hoarding_release() {
    auto files = repository_release()->files;
    files["flows/hoard.lua"] =
        "local kept = {}\n"
        "return flow { name = 'hoard', title = {}, stages = { 'a' }, run = function(pay)\n"
        "  for i = 1, pay.amount:minor() do kept[i] = text.rep(text.rep('x', 1000), 100) end\n"
        "  kernel.wait()\n"
        "  while true do end\n"
        "end }\n";
    return script::build_release(std::move(files)).value();
}

std::unique_ptr<flow::Run> hoarding_run(LiveRuns& runs, std::int64_t pieces) {
    payment::Picture picture;
    picture.subject.flow = "hoard";
    picture.subject.amount = Money{pieces, cny()};
    auto run = std::move(runs.begin(picture)).value();
    flow::Kernel::Activation first;
    first.seq = 1;
    first.facts = {flow::Fact{}};
    const auto step = run->activate(std::move(first));
    EXPECT_TRUE(step.has_value()) << step.error().message;
    return run;
}

Result<flow::Step> let_loop(flow::Run& run) {
    flow::Kernel::Activation activation;
    activation.seq = run.next_seq();
    flow::Fact close;
    close.kind = flow::Fact::Kind::close_requested;
    activation.facts = {close};
    return run.activate(std::move(activation));
}

TEST(LiveRuns, ShareAnInterpreterWithinAReleaseOnly) {
    LiveRuns runs(repository_release());
    const auto a = some_run(runs);
    const auto b = some_run(runs);
    runs.adopt(hoarding_release());
    const auto c = some_run(runs);

    EXPECT_EQ(&a->interpreter(), &b->interpreter());
    EXPECT_NE(&a->interpreter(), &c->interpreter());
}

TEST(LiveRuns, DoNotKeepARunThatHasOutgrownItsInterpreterWarm) {
    LiveRuns runs(hoarding_release());
    auto small = hoarding_run(runs, 1);
    auto large = hoarding_run(runs, 22);
    EXPECT_FALSE(small->has_outgrown());
    EXPECT_TRUE(large->has_outgrown());

    runs.keep(run_number(1), std::move(small), kNow);
    runs.keep(run_number(2), std::move(large), kNow);

    EXPECT_EQ(runs.warm(), 1U);
    EXPECT_FALSE(runs.find(run_number(1))->alone);
    EXPECT_TRUE(runs.find(run_number(2))->alone);
    EXPECT_EQ(runs.take(run_number(2)), nullptr);
}

TEST(LiveRuns, GiveNoRunWhoseInterpreterWasLost) {
    LiveRuns runs(hoarding_release());
    runs.keep(run_number(1), hoarding_run(runs, 1), kNow);
    auto late = hoarding_run(runs, 1);
    auto guilty = hoarding_run(runs, 1);
    ASSERT_FALSE(let_loop(*guilty).has_value());

    runs.failed(run_number(2), std::move(guilty));
    runs.keep(run_number(3), std::move(late), kNow);

    EXPECT_EQ(runs.take(run_number(1)), nullptr);
    EXPECT_EQ(runs.take(run_number(3)), nullptr);
    EXPECT_EQ(runs.warm(), 0U);
    EXPECT_EQ(runs.size(), 2U);
    EXPECT_FALSE(runs.find(run_number(1))->alone) << "it did nothing wrong";
    EXPECT_TRUE(hoarding_run(runs, 1)->interpreter().is_full()) << "for one run only";
}

TEST(LiveRuns, DropABusyRunThatHoldsAnInterpreterMostHaveLeft) {
    LiveRuns runs(repository_release());
    std::vector<std::unique_ptr<flow::Run>> others;
    runs.keep(run_number(1), some_run(runs), kNow);
    while (!runs.find(run_number(1))->run->interpreter().is_full()) {
        others.push_back(some_run(runs));
    }
    runs.keep(run_number(1), runs.take(run_number(1)), kNow + seconds(1));

    runs.dehydrate(kNow);
    EXPECT_EQ(runs.warm(), 1U);
    runs.keep(run_number(1), runs.take(run_number(1)), kNow + seconds(2));
    others.clear();
    runs.dehydrate(kNow + seconds(1));

    EXPECT_EQ(runs.warm(), 0U);
}

TEST(StoredRelease, IsReadBackAsItself) {
    const auto release = repository_release();

    const auto again = release_from_json(release_to_json(*release));

    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ((*again)->id, release->id);
    EXPECT_EQ((*again)->files, release->files);
}

TEST(StoredRelease, IsRefusedWhenItIsNoRecordOfTexts) {
    EXPECT_EQ(release_from_json("[]").error().code, ErrorCode::corrupt);
    EXPECT_EQ(release_from_json("{\"flows/pay.lua\":5}").error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace sluice::worker
