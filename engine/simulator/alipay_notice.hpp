#pragma once

#include <optional>

#include "simulator/books.hpp"
#include "simulator/notice_sender.hpp"
#include "simulator/refunds.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// What a notice of Alipay's shall tell besides the trade.
struct AlipayTelling {
    CallbackTruth truth = CallbackTruth::resend;
    std::optional<Refund> refund = {};  ///< what was just given back
};

/// A notice about a trade, as a form; the world must outlive it.
[[nodiscard]] Notice alipay_notice(World& world, Order order, const AlipayTelling& telling);

/// WAIT_BUYER_PAY, TRADE_SUCCESS, TRADE_FINISHED (a year after the payment), TRADE_CLOSED.
[[nodiscard]] std::string_view trade_status(const Order& order, Time now);

}  // namespace sluice::simulator
