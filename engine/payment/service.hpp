#pragma once

#include <string_view>

#include "core/result.hpp"

namespace sluice::payment {

/// The money services; each has flows of its own and an id prefix that callers see.
enum class Service { payment, refund, payout, transfer };

[[nodiscard]] std::string_view to_string(Service service);
Result<Service> parse_service(std::string_view text);
/// "pay_", "ref_", "out_", "trf_".
[[nodiscard]] std::string_view prefix_of(Service service);

}  // namespace sluice::payment
