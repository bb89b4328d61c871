#pragma once

#include <string>
#include <vector>

#include "payment/payment.hpp"

namespace sluice::gateway {

/// How a refund looks in JSON: what goes back, of which leg and by which way. Pure; the OpenAPI
/// document says the same.
[[nodiscard]] std::string render_refund(const payment::Picture& picture);

/// {"refunds":[...],"next_cursor":...}; no cursor: null.
[[nodiscard]] std::string render_refund_page(
    const std::vector<payment::Picture>& refunds, const std::string& next_cursor
);

}  // namespace sluice::gateway
