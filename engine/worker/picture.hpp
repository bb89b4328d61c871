#pragma once

#include <optional>

#include "core/id.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"
#include "payment/payment.hpp"

namespace sluice::worker {

/// The payment with its order and instructions as one snapshot has them; nullopt when there is
/// none. `corrupt` or `invalid` for rows that cannot be read back. One statement; blocks.
Result<std::optional<payment::PaymentPicture>> load_picture(
    db::Connection& connection, PaymentId id
);

}  // namespace sluice::worker
