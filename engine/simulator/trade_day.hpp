#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulator/beijing.hpp"
#include "simulator/books.hpp"
#include "simulator/refunds.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// What happened on one day to the orders of one customer, as trade bills tell it.
struct TradeDay {
    struct Refunded {
        Refund refund;
        Order order;
    };
    std::vector<Order> paid;
    std::vector<Refunded> refunds;

    [[nodiscard]] bool is_empty() const { return paid.empty() && refunds.empty(); }
};

/// Of which day a refund is: when it was asked for, whatever became of it, or when it was made.
enum class RefundDay { accepted, succeeded };
[[nodiscard]] TradeDay trade_day(
    World& world, const std::string& owner, const BeijingDay& day, RefundDay refunds
);

/// What a channel takes for an amount, or gives back with it: 0.60 %, to a fen.
[[nodiscard]] std::int64_t trade_fee(std::int64_t fen);

}  // namespace sluice::simulator
