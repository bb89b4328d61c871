#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/value.hpp"
#include "simulator/api_error.hpp"

namespace sluice::simulator {

/// A checked call for a refund. The caller names the merchant.
struct RefundOrder {
    std::string transaction_id;  ///< of the payment; this or the next, or both
    std::string out_trade_no;
    std::string out_refund_no;
    std::string notify_url;  ///< empty: nobody is called back
    std::int64_t amount_refund = 0;
    std::int64_t amount_total = 0;  ///< what the caller believes the payment to be
    /// Equal for two calls exactly when all parameters are equal but those that name the payment.
    std::string fingerprint;
};

/// 1 to 64 characters of 0-9 A-Z a-z _ - | * @.
[[nodiscard]] bool is_out_refund_no(std::string_view text);

/// Checks every parameter as the channel documents it; PARAM_ERROR names the first bad one.
ApiResult<RefundOrder> read_refund_order(const Value& body);

}  // namespace sluice::simulator
