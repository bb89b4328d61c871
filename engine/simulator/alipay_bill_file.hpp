#pragma once

#include <string>

#include "simulator/trade_day.hpp"

namespace sluice::simulator {

/// Whose bill of which day.
struct AlipayBillTitle {
    std::string seller_id;
    BeijingDay day;
    Time exported;
};

/// The archive of a day's trades: the lines and their sums, two files in GBK with names in GBK. As
/// nothing is quoted there, a comma or line end in a text of the merchant's becomes a blank.
[[nodiscard]] std::string alipay_trade_bill(const AlipayBillTitle& title, const TradeDay& day);

}  // namespace sluice::simulator
