#pragma once

#include <cstdint>
#include <string_view>

#include "faults/testimony.hpp"

namespace sluice::testing {

/// What of a refund somebody has, on one account of ours or anywhere.
[[nodiscard]] std::int64_t given_back(const RefundTold& refund, std::string_view account = "*");
/// What of a refund had arrived, is here again and went by no other way since.
[[nodiscard]] std::int64_t came_back(const RefundTold& refund);
/// What a refund that is over takes from whom it is taken: all or nothing, or what did not come
/// back.
[[nodiscard]] std::int64_t counted(const RefundTold& refund);
/// Whether it takes from what the order was paid: not what no order took, nor what an earlier
/// refund had given back already.
[[nodiscard]] bool is_of_order(const RefundTold& refund);

}  // namespace sluice::testing
