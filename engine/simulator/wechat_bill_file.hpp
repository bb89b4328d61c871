#pragma once

#include <string>

#include "simulator/bank_statement.hpp"
#include "simulator/trade_day.hpp"

namespace sluice::simulator {

/// The trade bill: 27 columns, each cell behind a backtick, and the sums of the day.
[[nodiscard]] std::string wechat_trade_bill(const TradeDay& day);
/// The fund bill: 11 columns, what each change left on the merchant's balance, and the sums. As the
/// simulator takes no fees out of balances, there are none.
[[nodiscard]] std::string wechat_fund_bill(const StatementDay& day);

}  // namespace sluice::simulator
