#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/callbacks.hpp"
#include "unit/simulator/refund_fixture.hpp"

namespace sluice::simulator::testing {
namespace {

using channel::Operation;
using payment::OutcomeKind;

constexpr const char* kOrderId = "01KDXVZQ4M8N2P6R0S4T8V2W6X";
constexpr const char* kRefundId = "01KDXW2E8B5F7M9Q3T6V8X0Z2C";

/// The adapter of channels/wechatpay against the simulator: neither may read the refunds otherwise.
class WechatAdapter : public PspRefundTest {
  protected:
    WechatAdapter()
        : registry_(adapter_registry(receiver_base())),
          host_(registry_->find_adapter("wechatpay")) {
        given_paid(kOrderId);
        EXPECT_EQ(receiver_.wait_for(1).size(), 1U);
    }

    payment::Outcome exchange(Operation operation) {
        const channel::ChannelAccount& account = *registry_->find_account({"wechatpay", "main"});
        const channel::Moment moment{clock_.now(), "0123456789abcdef0123456789abcdef"};
        const channel::ExchangeOrder order = order_of(operation);
        auto request = host_.build(order, account, moment);
        EXPECT_TRUE(request.has_value()) << (request ? "" : request.error().message);
        if (!request) {
            return {};
        }
        const auto answer = http::fetch(client_, *std::move(request));
        EXPECT_TRUE(answer.has_value());
        return answer ? host_.read({order, *answer}, account, moment) : payment::Outcome{};
    }

    channel::CallbackVerdict told(std::size_t callbacks) {
        channel::Callbacks reader(registry_, clock_);
        const auto all = receiver_.wait_for(callbacks);
        EXPECT_EQ(all.size(), callbacks);
        return reader.read({"wechatpay", "main"}, {all.back().headers, all.back().body});
    }

  private:
    /// Where the receiver's callback addresses begin.
    std::string receiver_base() {
        const std::string receiver = receiver_.url();
        return receiver.substr(0, receiver.find("/callbacks/"));
    }

    [[nodiscard]] channel::ExchangeOrder order_of(Operation operation) const {
        channel::ExchangeOrder order;
        order.operation = operation;
        order.description = "商品缺货";
        order.instruction.id = InstructionId(Id128::parse(kRefundId).value());
        order.instruction.channel = "wechatpay";
        order.instruction.channel_account = "main";
        order.instruction.merchant = kMchid;
        order.instruction.amount = Money(234, cny());
        order.instruction.created_at = clock_.now();
        order.instruction.purpose = payment::Purpose::refund;
        order.instruction.original.id = InstructionId(Id128::parse(kOrderId).value());
        order.instruction.original.amount = Money(1234, cny());
        return order;
    }

    channel::RegistryPtr registry_;
    channel::AdapterHost host_;
};

TEST_F(WechatAdapter, RefundsAndIsToldTheEnd) {
    EXPECT_EQ(exchange(Operation::refund_query).kind, OutcomeKind::not_found);

    const payment::Outcome refunded = exchange(Operation::refund);
    const payment::Outcome known = exchange(Operation::refund_query);
    const channel::CallbackVerdict verdict = told(2);

    EXPECT_EQ(refunded.kind, OutcomeKind::succeeded) << refunded.code;
    EXPECT_EQ(refunded.amount, Money(234, cny()));
    EXPECT_EQ(refunded.number, kRefundId);
    EXPECT_EQ(known.kind, OutcomeKind::succeeded) << known.code;
    EXPECT_EQ(verdict.answer.status, 204);
    EXPECT_EQ(verdict.operation, Operation::refund);
    EXPECT_EQ(verdict.outcome.kind, OutcomeKind::succeeded);
}

TEST_F(WechatAdapter, WaitsForASlowRefundAndLearnsOfItsEnd) {
    given_slow_refunds();
    EXPECT_EQ(exchange(Operation::refund).kind, OutcomeKind::pending);
    EXPECT_EQ(exchange(Operation::refund_query).kind, OutcomeKind::pending);

    ASSERT_EQ(status_of(end_refund("ABNORMAL", kRefundId)), 200);

    EXPECT_EQ(exchange(Operation::refund_query).kind, OutcomeKind::refused);
    EXPECT_EQ(told(2).outcome.kind, OutcomeKind::refused);
}

TEST_F(WechatAdapter, ReadsRefusalsOfRefunds) {
    ASSERT_EQ(status_of(control("/sim/funds", R"({"sweep":1234})")), 200);
    const payment::Outcome short_of_money = exchange(Operation::refund);
    ASSERT_EQ(status_of(control("/sim/funds", R"({"top_up":1234})")), 200);
    clock_.advance(std::chrono::days(366));
    const payment::Outcome too_late = exchange(Operation::refund);

    EXPECT_EQ(short_of_money.kind, OutcomeKind::not_sent);
    EXPECT_EQ(short_of_money.code, "NOT_ENOUGH");
    EXPECT_EQ(too_late.kind, OutcomeKind::refused);
    EXPECT_EQ(too_late.code, "TRADE_OVERDUE");
}

}  // namespace
}  // namespace sluice::simulator::testing
