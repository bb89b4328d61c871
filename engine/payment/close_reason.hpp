#pragma once

#include <string_view>

#include "core/result.hpp"

namespace sluice::payment {

/// Why a payment is asked to end unpaid; its failure code when it does.
enum class CloseReason {
    closed_by_business,  ///< the business system asked for it
    superseded           ///< another attempt to pay the order takes its place
};

[[nodiscard]] std::string_view to_string(CloseReason reason);
Result<CloseReason> parse_close_reason(std::string_view text);

}  // namespace sluice::payment
