#include "channel/payout_gathering.hpp"

#include <gtest/gtest.h>

#include "channel/account_settings.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

using std::chrono::milliseconds;

constexpr PayoutGathering::Room kRoom{
    .wait = milliseconds(20), .lines_max = 3, .amount_max_minor = 300'000
};

/// Time is what the test says it is.
class Gathering : public ::testing::Test {
  protected:
    JourneyPtr journey(ExchangeOrder order, const RegistryPtr& registry) {
        auto made = std::make_shared<Journey>();
        made->order = std::move(order);
        equip(*made, registry);
        return made;
    }
    JourneyPtr payout(char last, std::int64_t amount_minor = 7000) {
        return journey(toy_payout(last, amount_minor), registry_);
    }
    std::vector<PayoutGathering::Group> add(char last, std::int64_t amount_minor = 7000) {
        return gathering_.add(payout(last, amount_minor), kRoom, now_);
    }
    void pass(milliseconds time) { now_ += time; }
    /// The last characters of the numbers of each group: "AB C".
    static std::string shown(const std::vector<PayoutGathering::Group>& groups) {
        std::string text;
        for (const auto& group : groups) {
            text += text.empty() ? "" : " ";
            for (const JourneyPtr& each : group) {
                text += each->order.instruction.id.raw().to_string().back();
            }
        }
        return text;
    }
    std::string take_due() { return shown(gathering_.take_due(now_)); }
    bool gathers(
        const ExchangeOrder& order, const AdapterFiles& adapter, ChannelAccountSettings account
    ) {
        return PayoutGathering::room_of(*journey(order, toy_registry(adapter, std::move(account))))
            .has_value();
    }

    RegistryPtr registry_ = toy_registry(many_adapter(), gathering_account(milliseconds(20)));
    PayoutGathering gathering_;
    PayoutGathering::SteadyTime now_{milliseconds(1'000)};
};

TEST_F(Gathering, LetsPayoutsLeaveTogetherWhenTheFirstHasWaited) {
    EXPECT_EQ(shown(add('A')), "");
    pass(milliseconds(15));
    EXPECT_EQ(shown(add('B')), "");
    pass(milliseconds(4));
    EXPECT_EQ(take_due(), "");
    EXPECT_EQ(gathering_.next_due(), now_ + milliseconds(1));
    pass(milliseconds(1));

    EXPECT_EQ(take_due(), "AB") << "the second waits no longer than the first";
    EXPECT_EQ(gathering_.next_due(), std::nullopt);
}

TEST_F(Gathering, LetsOneLeaveAloneWhenNobodyJoinsIt) {
    add('A');
    pass(milliseconds(20));

    EXPECT_EQ(take_due(), "A");
    EXPECT_EQ(take_due(), "");
}

TEST_F(Gathering, DoesNotWaitOnceAGroupIsFull) {
    add('A');
    add('B');

    EXPECT_EQ(shown(add('C')), "ABC");
    EXPECT_EQ(shown(add('D')), "");
    pass(milliseconds(20));
    EXPECT_EQ(take_due(), "D");
}

TEST_F(Gathering, KeepsAGroupWithinItsAmount) {
    add('A', 200'000);

    EXPECT_EQ(shown(add('B', 100'001)), "A");
    EXPECT_EQ(shown(add('C', 199'999)), "") << "exactly the limit";
    pass(milliseconds(20));
    EXPECT_EQ(take_due(), "BC");
}

TEST_F(Gathering, HasNoInstructionTwiceInAGroup) {
    add('A');

    EXPECT_EQ(shown(add('A')), "A");
    pass(milliseconds(20));
    EXPECT_EQ(take_due(), "A");
}

TEST_F(Gathering, KeepsAccountsAndTheirVersionsApart) {
    const RegistryPtr changed = toy_registry(many_adapter(), gathering_account(milliseconds(20)));
    add('A');
    EXPECT_EQ(shown(gathering_.add(journey(toy_payout('B'), changed), kRoom, now_)), "");
    pass(milliseconds(20));

    EXPECT_EQ(take_due(), "A B");
}

TEST_F(Gathering, KeepsCurrenciesApart) {
    JourneyPtr dollars = payout('B');
    dollars->order.instruction.amount = Money(7000, Currency::parse("USD").value());
    add('A');
    EXPECT_EQ(shown(gathering_.add(dollars, kRoom, now_)), "");
    pass(milliseconds(20));

    EXPECT_EQ(take_due(), "A B");
}

TEST_F(Gathering, TellsWhenTheNextGroupLeaves) {
    add('A');
    const auto first = now_ + milliseconds(20);
    JourneyPtr dollars = payout('B');
    dollars->order.instruction.amount = Money(7000, Currency::parse("USD").value());
    pass(milliseconds(5));
    gathering_.add(dollars, kRoom, now_);

    EXPECT_EQ(gathering_.next_due(), first);
    pass(milliseconds(15));
    EXPECT_EQ(take_due(), "A");
    EXPECT_EQ(gathering_.next_due(), first + milliseconds(5));
}

TEST_F(Gathering, IsOnlyForFirstPayoutsOfAnAccountThatGathers) {
    const ChannelAccountSettings account = gathering_account(milliseconds(20));
    ExchangeOrder again = toy_payout();
    again.resent = true;
    ExchangeOrder query = toy_payout();
    query.operation = Operation::payout_query;
    ExchangeOrder lost = toy_payout();
    lost.instruction.channel_account = "gone";
    ExchangeOrder large = toy_payout('A', 300'001);

    EXPECT_TRUE(gathers(toy_payout(), many_adapter(), account));
    EXPECT_FALSE(gathers(again, many_adapter(), account)) << "a resend goes alone";
    EXPECT_FALSE(gathers(query, many_adapter(), account));
    EXPECT_FALSE(gathers(toy_refund(), many_adapter(), account));
    EXPECT_FALSE(gathers(toy_order(), many_adapter(), account));
    EXPECT_FALSE(gathers(lost, many_adapter(), account));
    EXPECT_FALSE(gathers(large, many_adapter(), account)) << "above what a request may have";
    EXPECT_FALSE(gathers(toy_payout(), many_adapter(), toy_account()));
    EXPECT_FALSE(gathers(toy_payout(), generous_adapter(), account));
}

TEST(GatheringSetting, IsPartOfAnAccountUpToASecond) {
    ChannelAccountSettings settings = toy_account();

    ASSERT_TRUE(apply_public_part(ValueObject{{"payout_gather_ms", 1000}}, settings));
    EXPECT_EQ(settings.payout_gather, milliseconds(1000));
    EXPECT_EQ(public_part(settings).int_or("payout_gather_ms", -1), 1000);
    for (const Value& wrong : {Value(-1), Value(1001), Value("20"), Value(0.5)}) {
        const auto done = apply_public_part(ValueObject{{"payout_gather_ms", wrong}}, settings);
        ASSERT_FALSE(done) << to_json(wrong);
        EXPECT_EQ(done.error().context, "/payout_gather_ms");
    }
}

}  // namespace
}  // namespace sluice::channel::testing
