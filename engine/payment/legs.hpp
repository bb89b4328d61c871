#pragma once

#include <vector>

#include "core/result.hpp"
#include "core/value.hpp"
#include "payment/payment.hpp"

namespace sluice::payment {

/// The legs of a payment as they are stored: their place is their number, and their currency is the
/// payment's.
[[nodiscard]] Value to_value(const std::vector<Leg>& legs);
/// `corrupt` or `invalid` when these are no legs.
Result<std::vector<Leg>> legs_from_value(const Value& value, Currency currency);

}  // namespace sluice::payment
