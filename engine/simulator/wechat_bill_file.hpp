#pragma once

#include <string>
#include <vector>

#include "simulator/books.hpp"
#include "simulator/refunds.hpp"

namespace sluice::simulator {

/// What happened on one day at one merchant.
struct WechatDay {
    struct Refunded {
        Refund refund;
        Order order;
    };
    std::vector<Order> paid;
    std::vector<Refunded> refunds;  ///< by the moment they were accepted
};

/// The trade bill: 27 columns, each cell behind a backtick, and the sums of the day.
[[nodiscard]] std::string wechat_trade_bill(const WechatDay& day);

}  // namespace sluice::simulator
