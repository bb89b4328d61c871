#pragma once

#include <string>

#include "core/value.hpp"

namespace sluice::channel::testing {

/// The body of a notice, its resource sealed, as a recorded message tells it: event_type,
/// api_v3_key (right or not), and the resource's content under transaction, refund or mch_payment.
[[nodiscard]] std::string notice_of(const Value& message);

}  // namespace sluice::channel::testing
