#pragma once

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "faults/caller.hpp"
#include "faults/order_model.hpp"

namespace sluice::testing {

/// What the caller of an order and its payer know of it so far. One thread.
struct OrderLife {
    std::string number;
    OrderModel model;
    const Purse& purse;
    std::string id{};                      ///< "": not opened yet
    std::vector<std::string> payments{};   ///< that were taken, in order
    std::vector<std::string> succeeded{};  ///< of those
    std::set<std::string> shown_codes{};   ///< numbers at the channel that a payer may pay
    std::set<std::string> paid_codes{};    ///< of those
    std::set<std::string> alipay_codes{};  ///< of all, those at Alipay
    int requests = 0;                      ///< that got a number of their own
};

/// Something of the list, the same for the same text.
[[nodiscard]] inline const std::string& chosen_of(
    const std::vector<std::string>& list, const std::string& text
) {
    std::size_t sum = 0;
    for (const char c : text) {
        sum = sum * 31 + static_cast<unsigned char>(c);
    }
    return list.at(sum % list.size());
}

/// At least 1; above 100 per cent one fen more than there is.
[[nodiscard]] inline std::int64_t share_of(std::int64_t rest, int percent) {
    return percent > 100 ? rest + 1 : std::max<std::int64_t>(1, rest * percent / 100);
}

}  // namespace sluice::testing
