#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/value.hpp"
#include "simulator/api_error.hpp"

namespace sluice::simulator {

/// A checked call for a payout.
struct PayoutOrder {
    std::string request_number;
    std::int64_t amount = 0;  ///< fen
    std::string payee_name;
    std::string payee_account_number;
    std::string payee_bank_code;
    std::string notify_url;  ///< empty: nobody is called back
    /// Equal for two calls exactly when all their parameters are equal, whatever their order.
    std::string fingerprint;
};

/// 8 to 32 letters and digits.
[[nodiscard]] bool is_request_number(std::string_view text);

/// Checks every parameter as channels/bank/README.md tells; PARAM_ERROR names the first bad one.
ApiResult<PayoutOrder> read_payout_order(const Value& body);

}  // namespace sluice::simulator
