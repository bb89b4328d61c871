#pragma once

#include "core/value.hpp"
#include "simulator/alipay_gate.hpp"
#include "simulator/books.hpp"
#include "simulator/faults.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

inline constexpr const char* kBuyerLogonId = "pay***@example.com";

/// The trade of "trade_no" or "out_trade_no"; TRADE_NOT_EXIST before its payer came.
ApiResult<Order> trade_named_in(World& world, const AlipayCall& call);

/// What the gateway tells of a trade, with what the faults make of it.
[[nodiscard]] Value trade_object(Order order, const Deviation& deviation, Time now);

}  // namespace sluice::simulator
