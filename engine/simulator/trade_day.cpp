#include "simulator/trade_day.hpp"

namespace sluice::simulator {

namespace {

/// Of 10,000.
constexpr std::int64_t kTradeFeeRate = 60;
constexpr std::int64_t kTradeFeeBasis = 10'000;

}  // namespace

TradeDay trade_day(
    World& world, const std::string& owner, const BeijingDay& day, RefundDay refunds
) {
    TradeDay what{.paid = world.books.paid(owner, day.from, day.to), .refunds = {}};
    const auto back = refunds == RefundDay::accepted
                          ? world.refunds.accepted(owner, day.from, day.to)
                          : world.refunds.succeeded(owner, day.from, day.to);
    for (const Refund& refund : back) {
        if (const auto order = world.books.find(refund.order, world.now())) {
            what.refunds.push_back({refund, *order});
        }
    }
    return what;
}

std::int64_t trade_fee(std::int64_t fen) {
    return (fen * kTradeFeeRate + kTradeFeeBasis / 2) / kTradeFeeBasis;
}

}  // namespace sluice::simulator
