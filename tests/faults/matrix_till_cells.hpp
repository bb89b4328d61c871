#pragma once

#include <array>
#include <string_view>

#include "faults/matrix_cells.hpp"

namespace sluice::testing {

inline constexpr std::string_view kUnpaid = "closed";

/// A payment by a code that its payer shows at the till; at a close he has yet to confirm it.
/// Nothing is told of it. Questions come first: what asks for other cells must not meet them.
inline constexpr std::array kTillCells{
    // Asked because the answer to the code was lost.
    MatrixCell{"query", "latency_ms", 300, kPaid, kPaid, kNotThere},
    MatrixCell{"query", "slow_answer_ms", 300, kPaid, kPaid, kNotThere},
    MatrixCell{"query", "drop_before", 0, kPaid, kPaid, kNotThere},
    MatrixCell{"query", "drop_after", 0, kPaid, kPaid, kNotThere},
    MatrixCell{"query", "status_5xx", 0, kPaid, kPaid, kNotThere},
    MatrixCell{"query", "status_5xx_after", 0, kPaid, kPaid, kNotThere},
    MatrixCell{"query", "garbage", 0, kPaid, kPaid, kNotThere},
    MatrixCell{"query", "bad_signature", 0, kPaid, kPaid, kNotThere},
    // Before the close it proves nothing: the order may come to be.
    MatrixCell{"query", "not_found", 0, kPaid, kPaid, kNotThere},
    MatrixCell{"query", "wrong_amount", 0, kConflict, kConflict, kNotThere},
    MatrixCell{"query", "wrong_currency", 0, kConflict, kNotThere, kNotThere},
    MatrixCell{"query", "wrong_merchant", 0, kConflict, kNotThere, kNotThere},
    MatrixCell{"query", "wrong_number", 0, kConflict, kConflict, kNotThere},
    MatrixCell{"create", "latency_ms", 300, kPaid, kPaid, kNotThere},
    MatrixCell{"create", "slow_answer_ms", 300, kPaid, kPaid, kNotThere},
    // A code is shown once. What never came to be is asked about until its time is over, then
    // reversed.
    MatrixCell{"create", "drop_before", 0, kUnpaid, kUnpaid, kNotThere},
    MatrixCell{"create", "drop_after", 0, kPaid, kPaid, kNotThere},
    MatrixCell{"create", "status_5xx", 0, kUnpaid, kUnpaid, kNotThere},
    MatrixCell{"create", "status_5xx_after", 0, kPaid, kPaid, kNotThere},
    MatrixCell{"create", "garbage", 0, kPaid, kPaid, kNotThere},
    MatrixCell{"create", "bad_signature", 0, kPaid, kPaid, kNotThere},
    // No other account may be shown the same code.
    MatrixCell{"create", "refused", 0, "failed", "failed", kNotThere},
    MatrixCell{"create", "auto_pay", 200, kPaid, kPaid, kNotThere},
    // As every payment at a till: only that nobody is told of it.
    MatrixCell{"create", "early", 0, kPaid, kPaid, kNotThere},
    // At Alipay only the query says what was paid.
    MatrixCell{"create", "wrong_amount", 0, kConflict, kPaid, kNotThere},
    MatrixCell{"create", "wrong_currency", 0, kConflict, kNotThere, kNotThere},
    MatrixCell{"create", "wrong_merchant", 0, kConflict, kNotThere, kNotThere},
    MatrixCell{"create", "wrong_number", 0, kConflict, kConflict, kNotThere},
    MatrixCell{"close", "latency_ms", 300, kUnpaid, kUnpaid, kNotThere},
    MatrixCell{"close", "slow_answer_ms", 300, kUnpaid, kUnpaid, kNotThere},
    MatrixCell{"close", "drop_before", 0, kUnpaid, kUnpaid, kNotThere},
    MatrixCell{"close", "drop_after", 0, kUnpaid, kUnpaid, kNotThere},
    MatrixCell{"close", "status_5xx", 0, kUnpaid, kUnpaid, kNotThere},
    MatrixCell{"close", "status_5xx_after", 0, kUnpaid, kUnpaid, kNotThere},
    MatrixCell{"close", "garbage", 0, kUnpaid, kUnpaid, kNotThere},
    MatrixCell{"close", "bad_signature", 0, kUnpaid, kUnpaid, kNotThere},
    // A close that meets the payment gives it back.
    MatrixCell{"close", "close_after_pay", 0, kUnpaid, kUnpaid, kNotThere},
};

}  // namespace sluice::testing
