#pragma once

#include <string>

#include "payment/payment.hpp"

namespace sluice::gateway {

/// What a run carries, whatever its service, as GET shows it. JSON; pure.
[[nodiscard]] std::string render_subject(const payment::Picture& picture);

/// Where GET finds it: "/v1/refunds/ref_...".
[[nodiscard]] std::string address_of(const payment::Subject& subject);

}  // namespace sluice::gateway
