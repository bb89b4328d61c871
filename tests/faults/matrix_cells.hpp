#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sluice::testing {

/// A protocol that has no such request, notice or fault.
inline constexpr std::string_view kNotThere = "-";

/// One fault at one place, and how the money ends that meets it once: the object's status, or,
/// while people or time must tell, the status and that of its last instruction.
struct MatrixCell {
    std::string_view operation;
    std::string_view kind;
    std::int64_t value;
    std::string_view wechatpay;
    std::string_view alipay;
    std::string_view bank;
    std::string_view batches = kNotThere;  ///< WeChat Pay's old form of transfers
};

inline constexpr std::string_view kPaid = "succeeded";
inline constexpr std::string_view kConflict = "pending conflicted";

/// A payment by a code that its payer scans; at a close he does not.
inline constexpr std::array kPaymentCells{
    MatrixCell{"create", "latency_ms", 300, kPaid, kPaid, kPaid},
    MatrixCell{"create", "slow_answer_ms", 300, kPaid, kPaid, kPaid},
    MatrixCell{"create", "drop_before", 0, kPaid, kPaid, kPaid},
    MatrixCell{"create", "drop_after", 0, kPaid, kPaid, kPaid},
    MatrixCell{"create", "status_5xx", 0, kPaid, kPaid, kPaid},
    MatrixCell{"create", "status_5xx_after", 0, kPaid, kPaid, kPaid},
    MatrixCell{"create", "garbage", 0, kPaid, kPaid, kPaid},
    MatrixCell{"create", "bad_signature", 0, kPaid, kPaid, kPaid},
    // The next account takes it.
    MatrixCell{"create", "refused", 0, kPaid, kPaid, kPaid},
    MatrixCell{"create", "auto_pay", 200, kPaid, kPaid, kPaid},
    MatrixCell{"create", "early", 0, kPaid, kPaid, kPaid},
    // Only a till's answer tells what was paid, and matrix_till_cells.hpp has the tills.
    MatrixCell{"create", "wrong_amount", 0, kNotThere, kNotThere, kNotThere},
    MatrixCell{"create", "wrong_currency", 0, kNotThere, kNotThere, kNotThere},
    MatrixCell{"create", "wrong_merchant", 0, kNotThere, kNotThere, kNotThere},
    MatrixCell{"create", "wrong_number", 0, kNotThere, kNotThere, kNotThere},
    MatrixCell{"query", "latency_ms", 300, kPaid, kPaid, kPaid},
    MatrixCell{"query", "slow_answer_ms", 300, kPaid, kPaid, kPaid},
    MatrixCell{"query", "drop_before", 0, kPaid, kPaid, kPaid},
    MatrixCell{"query", "drop_after", 0, kPaid, kPaid, kPaid},
    MatrixCell{"query", "status_5xx", 0, kPaid, kPaid, kPaid},
    MatrixCell{"query", "status_5xx_after", 0, kPaid, kPaid, kPaid},
    MatrixCell{"query", "garbage", 0, kPaid, kPaid, kPaid},
    MatrixCell{"query", "bad_signature", 0, kPaid, kPaid, kPaid},
    MatrixCell{"query", "not_found", 0, kPaid, kPaid, kPaid},
    MatrixCell{"query", "wrong_amount", 0, kConflict, kConflict, kConflict},
    MatrixCell{"query", "wrong_currency", 0, kConflict, kNotThere, kConflict},
    MatrixCell{"query", "wrong_merchant", 0, kConflict, kNotThere, kConflict},
    MatrixCell{"query", "wrong_number", 0, kConflict, kConflict, kConflict},
    MatrixCell{"callback", "bad_signature", 0, kPaid, kPaid, kPaid},
    MatrixCell{"callback", "forged", 0, kPaid, kPaid, kPaid},
    MatrixCell{"callback", "wrong_amount", 0, kConflict, kConflict, kConflict},
    MatrixCell{"callback", "wrong_currency", 0, kConflict, kNotThere, kConflict},
    MatrixCell{"callback", "wrong_merchant", 0, kConflict, kConflict, kConflict},
    // It is about a payment that nobody knows; the query tells of ours.
    MatrixCell{"callback", "wrong_number", 0, kPaid, kPaid, kPaid},
    MatrixCell{"callback", "duplicate", 3, kPaid, kPaid, kPaid},
    MatrixCell{"callback", "late_ms", 700, kPaid, kPaid, kPaid},
    MatrixCell{"callback", "missing", 0, kPaid, kPaid, kPaid},
    MatrixCell{"close", "latency_ms", 300, "closed", "closed", "closed"},
    MatrixCell{"close", "slow_answer_ms", 300, "closed", "closed", "closed"},
    MatrixCell{"close", "drop_before", 0, "closed", "closed", "closed"},
    MatrixCell{"close", "drop_after", 0, "closed", "closed", "closed"},
    MatrixCell{"close", "status_5xx", 0, "closed", "closed", "closed"},
    MatrixCell{"close", "status_5xx_after", 0, "closed", "closed", "closed"},
    MatrixCell{"close", "garbage", 0, "closed", "closed", "closed"},
    MatrixCell{"close", "bad_signature", 0, "closed", "closed", "closed"},
    MatrixCell{"close", "close_after_pay", 0, kPaid, kPaid, kPaid},
};

inline constexpr std::string_view kGivenBack = "succeeded";
inline constexpr std::string_view kNotGivenBack = "failed";

/// Asked for and sent again until people say what became of it.
inline constexpr std::string_view kInDoubt = "pending unknown";

/// A refund of all of a payment, with no other way than the one it came.
inline constexpr std::array kRefundCells{
    MatrixCell{"refund", "latency_ms", 300, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund", "slow_answer_ms", 300, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund", "drop_before", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund", "drop_after", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund", "status_5xx", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund", "status_5xx_after", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund", "garbage", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund", "bad_signature", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund", "wrong_amount", 0, kConflict, kGivenBack, kNotThere},
    MatrixCell{"refund", "wrong_currency", 0, kConflict, kNotThere, kNotThere},
    MatrixCell{"refund", "wrong_number", 0, kConflict, kConflict, kNotThere},
    MatrixCell{"refund", "refused", 0, kNotGivenBack, kNotGivenBack, kNotThere},
    MatrixCell{"refund", "early", 0, kGivenBack, kGivenBack, kNotThere},
    // Tried again for days: the channel may have our money tomorrow.
    MatrixCell{"refund", "not_enough", 0, "pending created", "pending created", kNotThere},
    MatrixCell{"refund", "processing_ms", 700, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund", "refund_abnormal", 0, kNotGivenBack, "pending unknown", kNotThere},
    MatrixCell{"refund", "refund_closed", 0, kNotGivenBack, kInDoubt, kNotThere},
    MatrixCell{"refund", "reversed", 2'000, "returned", kNotThere, kNotThere},
    MatrixCell{"refund_query", "latency_ms", 300, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_query", "slow_answer_ms", 300, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_query", "drop_before", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_query", "drop_after", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_query", "status_5xx", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_query", "status_5xx_after", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_query", "garbage", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_query", "bad_signature", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_query", "not_found", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_query", "wrong_amount", 0, kConflict, kConflict, kNotThere},
    MatrixCell{"refund_query", "wrong_currency", 0, kConflict, kNotThere, kNotThere},
    MatrixCell{"refund_query", "wrong_number", 0, kConflict, kConflict, kNotThere},
    MatrixCell{"refund_callback", "bad_signature", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_callback", "forged", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_callback", "wrong_amount", 0, kConflict, kGivenBack, kNotThere},
    MatrixCell{"refund_callback", "wrong_merchant", 0, kConflict, kGivenBack, kNotThere},
    MatrixCell{"refund_callback", "wrong_number", 0, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_callback", "duplicate", 3, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_callback", "late_ms", 700, kGivenBack, kGivenBack, kNotThere},
    MatrixCell{"refund_callback", "missing", 0, kGivenBack, kGivenBack, kNotThere},
};

inline constexpr std::string_view kAtPayee = "succeeded";
inline constexpr std::string_view kBackOnAccount = "failed";

/// A payout; by batches only one account may, and what it surely did not pay is not paid.
inline constexpr std::array kPayoutCells{
    MatrixCell{"payout", "latency_ms", 300, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout", "slow_answer_ms", 300, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout", "drop_before", 0, kAtPayee, kAtPayee, kAtPayee, kBackOnAccount},
    MatrixCell{"payout", "drop_after", 0, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout", "status_5xx", 0, kAtPayee, kAtPayee, kAtPayee, kBackOnAccount},
    MatrixCell{"payout", "status_5xx_after", 0, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout", "garbage", 0, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout", "bad_signature", 0, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout", "wrong_amount", 0, kNotThere, kNotThere, kConflict, kNotThere},
    MatrixCell{"payout", "wrong_currency", 0, kNotThere, kNotThere, kConflict, kNotThere},
    MatrixCell{"payout", "wrong_number", 0, kConflict, kConflict, kConflict, kConflict},
    MatrixCell{"payout", "refused", 0, kAtPayee, kAtPayee, kAtPayee, kBackOnAccount},
    MatrixCell{"payout", "early", 0, kAtPayee, kNotThere, kAtPayee, kAtPayee},
    MatrixCell{"payout", "processing_ms", 700, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    // Where there is another account that pays out, it does.
    MatrixCell{"payout", "payout_failed", 0, kAtPayee, kBackOnAccount, kAtPayee, kBackOnAccount},
    // Alipay tells of it only whom asks again, or by its bill.
    MatrixCell{"payout", "payout_returned", 2'000, kNotThere, kAtPayee, "returned", kNotThere},
    MatrixCell{"payout_query", "latency_ms", 300, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout_query", "slow_answer_ms", 300, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout_query", "drop_before", 0, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout_query", "drop_after", 0, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout_query", "status_5xx", 0, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout_query", "status_5xx_after", 0, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout_query", "garbage", 0, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout_query", "bad_signature", 0, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout_query", "not_found", 0, kAtPayee, kAtPayee, kAtPayee, kAtPayee},
    MatrixCell{"payout_query", "wrong_amount", 0, kConflict, kConflict, kConflict, kConflict},
    MatrixCell{"payout_query", "wrong_currency", 0, kNotThere, kNotThere, kConflict, kNotThere},
    MatrixCell{"payout_query", "wrong_merchant", 0, kConflict, kNotThere, kConflict, kConflict},
    MatrixCell{"payout_query", "wrong_number", 0, kConflict, kConflict, kConflict, kConflict},
    MatrixCell{"payout_callback", "bad_signature", 0, kAtPayee, kNotThere, kAtPayee, kAtPayee},
    MatrixCell{"payout_callback", "forged", 0, kAtPayee, kNotThere, kAtPayee, kAtPayee},
    MatrixCell{"payout_callback", "wrong_amount", 0, kConflict, kNotThere, kConflict, kConflict},
    MatrixCell{"payout_callback", "wrong_currency", 0, kNotThere, kNotThere, kConflict, kNotThere},
    MatrixCell{"payout_callback", "wrong_merchant", 0, kConflict, kNotThere, kConflict, kConflict},
    MatrixCell{"payout_callback", "wrong_number", 0, kAtPayee, kNotThere, kAtPayee, kAtPayee},
    MatrixCell{"payout_callback", "duplicate", 3, kAtPayee, kNotThere, kAtPayee, kAtPayee},
    MatrixCell{"payout_callback", "late_ms", 700, kAtPayee, kNotThere, kAtPayee, kAtPayee},
    MatrixCell{"payout_callback", "missing", 0, kAtPayee, kNotThere, kAtPayee, kAtPayee},
};
/// Of every payout until money comes.
inline constexpr std::array kPayoutCellsThatLast{
    MatrixCell{
        "payout", "not_enough", 0, kBackOnAccount, kBackOnAccount, kBackOnAccount, kBackOnAccount
    },
};

}  // namespace sluice::testing
