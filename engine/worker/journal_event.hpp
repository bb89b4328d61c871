#pragma once

#include <string>

#include "payment/payment.hpp"

namespace sluice::worker {

/// What the ledger's journal of an activation is about, told by what it moved: "payment_collected".
[[nodiscard]] std::string journal_event(const payment::Subject& subject);

}  // namespace sluice::worker
