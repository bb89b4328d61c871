// A run that a meter stops takes its neighbours out of memory, and nothing else from them.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_database.hpp"
#include "worker/round.hpp"

namespace sluice::testing {
namespace {

using payment::SubjectStatus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using worker::Input;

constexpr Time kNow{std::chrono::seconds(1'767'225'600)};
constexpr std::int64_t kSpinsAtOnce = 9001;
constexpr std::int64_t kSpinsLater = 9002;

/// Ends when it was asked to close twice; two amounts lead it into a loop without end.
constexpr std::string_view kFlow =
    "local asked = 0\n"
    "local function spin() while true do end end\n"
    "return flow { name = 'twice', title = {}, stages = { 'only' }, run = function(pay)\n"
    "  if pay.amount == money(9001, 'CNY') then spin() end\n"
    "  while asked < 2 do\n"
    "    kernel.wait()\n"
    "    if pay.amount == money(9002, 'CNY') then spin() end\n"
    "    asked = asked + 1\n"
    "  end\n"
    "  fail { code = 'closed_by_business', message = 'asked ' .. asked .. ' times' }\n"
    "end }\n";

/// Waits for the answer of a channel; with one amount it spins when that comes.
constexpr std::string_view kAsking =
    "return flow { name = 'ask', title = {}, stages = { 'only' }, run = function(pay)\n"
    "  kernel.exchange(kernel.instruct { leg = 1, channel = 'wechatpay', expires_in = 600,\n"
    "    channel_account = 'wx-a' }, 'collect')\n"
    "  kernel.wait()\n"
    "  while pay.amount == money(9002, 'CNY') do end\n"
    "  while true do kernel.wait() end\n"
    "end }\n";

script::ReleasePtr test_release() {
    auto files = script::load_release(SLUICE_SOURCE_DIR).value()->files;
    files["flows/twice.lua"] = kFlow;
    files["flows/ask.lua"] = kAsking;
    return script::build_release(std::move(files)).value();
}

class RoundNeighbours : public ::testing::Test {
  protected:
    RoundNeighbours() {
        services_.clock = &clock_;
        services_.send = [](const channel::ExchangeOrder&) {};
        services_.terms = [](const flow::ChannelAddress&) { return flow::ChannelTerms{}; };
        services_.alarm = [this](std::string_view event, const std::string& text) {
            alarms_.push_back(std::string(event) + " " + text);
        };
        EXPECT_TRUE(worker::RunStore(connection_)
                        .save_release(release_->id, worker::release_to_json(*release_)));
    }

    Input start_of(std::int64_t minor) {
        Input input;
        input.kind = Input::Kind::start;
        input.start = std::make_unique<worker::StartRun>();
        worker::StartRun& start = *input.start;
        start.order_is_new = true;
        start.picture.order.id = OrderId::generate(kNow, Bucket{1}, random_);
        start.picture.order.merchant_id = "alpha";
        start.picture.order.merchant_order_number = "A-" + std::to_string(++orders_);
        start.picture.order.product_code = "default";
        start.picture.order.amount = Money{minor, cny()};
        start.picture.order.created_at = kNow;
        start.picture.order.expires_at = kNow + std::chrono::hours(1);
        start.picture.subject.id = RunId::generate(kNow, Bucket{1}, random_);
        start.picture.subject.order_id = start.picture.order.id;
        start.picture.subject.merchant_id = "alpha";
        start.picture.subject.flow = flow_;
        start.picture.subject.amount = start.picture.order.amount;
        payment::Leg leg;
        leg.number = 1;
        leg.method = "wechatpay";
        leg.scene = "qr";
        leg.amount = start.picture.order.amount;
        start.picture.legs = {leg};
        input.run_id = start.picture.subject.id;
        input.on_picture = [this, id = input.run_id](Result<payment::Picture> picture) {
            answers_[id] = picture ? "begun" : picture.error().message;
        };
        return input;
    }

    Input close_of(RunId id) {
        Input input;
        input.run_id = id;
        input.fact.kind = flow::Fact::Kind::close_requested;
        input.on_picture = [this, id](Result<payment::Picture> picture) {
            answers_[id] = picture ? std::string(to_string(picture->subject.status)) +
                                         picture->subject.failure_message
                                   : picture.error().message;
        };
        return input;
    }

    void process(std::vector<Input> inputs) {
        const auto taken = round_.take(std::move(inputs));
        ASSERT_TRUE(taken.has_value()) << taken.error().message;
        const auto drained = round_.drain();
        ASSERT_TRUE(drained.has_value()) << drained.error().message;
    }

    /// Begins one payment of each amount, all in one round.
    std::vector<RunId> begin(const std::vector<std::int64_t>& amounts) {
        std::vector<Input> inputs;
        std::vector<RunId> ids;
        for (const auto minor : amounts) {
            inputs.push_back(start_of(minor));
            ids.push_back(inputs.back().run_id);
        }
        process(std::move(inputs));
        return ids;
    }

    std::vector<std::string> close(const std::vector<RunId>& ids) {
        std::vector<Input> inputs;
        for (const auto id : ids) {
            inputs.push_back(close_of(id));
        }
        process(std::move(inputs));
        return said_to(ids);
    }

    std::vector<std::string> said_to(const std::vector<RunId>& ids) {
        std::vector<std::string> said;
        for (const auto id : ids) {
            said.push_back(answers_[id]);
        }
        return said;
    }

    const flow::Interpreter* place_of(RunId id) {
        const auto* slot = runs_.find(RunId(id.raw()));
        return slot == nullptr || slot->run == nullptr ? nullptr : &slot->run->interpreter();
    }

    std::uint32_t seq_of(RunId id) {
        const auto history = worker::RunStore(connection_).history(id);
        return history && *history ? (*history)->row.seq : 0;
    }

    TestDatabase database_;
    db::Connection connection_ = database_.connect({.role = "sluice_app"});
    script::ReleasePtr release_ = test_release();
    ManualClock clock_{kNow};
    SeededRandom random_{1};
    int orders_ = 0;
    std::string flow_ = "twice";
    std::map<RunId, std::string> answers_;
    std::vector<std::string> alarms_;
    worker::WorkerServices services_;
    worker::LiveRuns runs_{release_};
    worker::Waiters waiters_;
    std::unique_ptr<decision::Policies> policies_ =
        decision::Policies::create(release_, Value(ValueArray{})).value();
    worker::Batch batch_;
    worker::Round round_{{connection_, runs_, waiters_, *policies_, batch_, services_}};
};

TEST_F(RoundNeighbours, ShareAnInterpreter) {
    const auto ids = begin({1, 2});

    EXPECT_NE(place_of(ids[0]), nullptr);
    EXPECT_EQ(place_of(ids[0]), place_of(ids[1]));
}

TEST_F(RoundNeighbours, GoOnAfterOneOfThemWasStoppedInTheMiddleOfTheirRound) {
    const auto ids = begin({1, 2, kSpinsLater, 3, 4});
    const std::vector innocent{ids[0], ids[1], ids[3], ids[4]};

    const auto first = close(ids);

    EXPECT_THAT(first, ElementsAre("pending", "pending", "pending", "pending", "pending"));
    EXPECT_EQ(alarms_.size(), 1U);
    EXPECT_THAT(alarms_.at(0), HasSubstr(RunId(ids[2].raw()).to_string()));
    EXPECT_THAT(alarms_.at(0), HasSubstr("is there a loop without end?"));
    EXPECT_EQ(place_of(ids[0]), nullptr) << "its interpreter is gone";
    const std::string closed = "closedasked 2 times";
    EXPECT_THAT(close(innocent), ElementsAre(closed, closed, closed, closed));
    EXPECT_EQ(alarms_.size(), 1U) << alarms_.back();
    EXPECT_TRUE(runs_.find(RunId(ids[2].raw()))->quarantined);
    EXPECT_THAT(database_.unsound(), IsEmpty());
}

TEST_F(RoundNeighbours, GoOnAfterOneWasStoppedAtItsStart) {
    const auto ids = begin({1, kSpinsAtOnce, 2});

    EXPECT_EQ(answers_[ids[0]], "begun");
    EXPECT_THAT(answers_[ids[1]], HasSubstr("failed before anything was done"));
    ASSERT_EQ(alarms_.size(), 1U);
    EXPECT_THAT(alarms_.front(), HasSubstr("is there a loop without end?"));
    EXPECT_EQ(answers_[ids[2]], "begun");
    const std::vector innocent{ids[0], ids[2]};
    EXPECT_THAT(close(innocent), ElementsAre("pending", "pending"));
    EXPECT_THAT(close(innocent), ElementsAre("closedasked 2 times", "closedasked 2 times"));
}

TEST_F(RoundNeighbours, AreNotHurtBySuchARunASecondTime) {
    begin({kSpinsAtOnce});
    const auto ids = begin({1, kSpinsAtOnce, 2, kSpinsLater});
    EXPECT_NE(place_of(ids[0]), nullptr);

    close({ids[3]});

    EXPECT_NE(place_of(ids[0]), nullptr);
    EXPECT_NE(place_of(ids[2]), nullptr);
    EXPECT_NE(place_of(ids[0]), place_of(ids[2]));
    EXPECT_EQ(alarms_.size(), 3U) << "one for each that was stopped";
}

TEST_F(RoundNeighbours, GoOnAfterOneOfThemWasStoppedWhileAllWereBroughtBack) {
    flow_ = "ask";
    services_.resend = [](const payment::Instruction&, payment::Operation) {
        return channel::Resend::query_first;
    };
    const auto ids = begin({kSpinsLater, 1, 2});
    std::vector<RunId> lost;
    for (const auto id : ids) {
        lost.emplace_back(id.raw());
    }
    runs_.forget_all();
    const auto rows = worker::RunStore(connection_).live_runs({Bucket{1}}).value();
    for (const auto& row : rows) {
        runs_.note(row);
    }

    const auto recovered = round_.recover(lost);

    ASSERT_TRUE(recovered.has_value()) << recovered.error().message;
    EXPECT_EQ(alarms_.size(), 1U);
    EXPECT_TRUE(runs_.find(lost[0])->quarantined);
    EXPECT_FALSE(runs_.find(lost[1])->quarantined);
    EXPECT_EQ(seq_of(ids[1]), 2U) << "it took the fact that its answer was lost";
    EXPECT_EQ(seq_of(ids[2]), 2U);
}

TEST_F(RoundNeighbours, AreParkedWhenTheSessionIsFreeForThemAgain) {
    flow_ = "ask";
    const auto ids = begin({kSpinsLater});
    const auto take = [&](Input input) {
        std::vector<Input> inputs;
        inputs.push_back(std::move(input));
        ASSERT_TRUE(round_.take(std::move(inputs)).has_value());
    };
    take(start_of(1));
    ASSERT_TRUE(round_.send().has_value());

    take(close_of(ids[0]));
    EXPECT_THAT(alarms_, IsEmpty()) << "the session belongs to the commit";
    ASSERT_TRUE(round_.drain().has_value());

    EXPECT_EQ(alarms_.size(), 1U);
    EXPECT_TRUE(runs_.find(RunId(ids[0].raw()))->quarantined);
    EXPECT_NE(answers_[ids[0]], "begun") << "who asked for its end waits for nothing";
}

}  // namespace
}  // namespace sluice::testing
