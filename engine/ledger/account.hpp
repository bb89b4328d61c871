#pragma once

#include <cstdint>
#include <string_view>

#include "core/id.hpp"

namespace sluice::ledger {

/// The chart's codes that the program names itself; the whole chart is in db/migrations.
inline constexpr std::string_view kOwnBank = "1001";
inline constexpr std::string_view kPaymentInTransit = "1101";
inline constexpr std::string_view kUserBalance = "2001";
inline constexpr std::string_view kPrepaidCard = "2002";
inline constexpr std::string_view kMerchantPending = "2101";
inline constexpr std::string_view kOrderHolding = "2201";
inline constexpr std::string_view kDuplicatePayment = "2204";

inline constexpr std::int64_t kOwnBook = 1;

/// What makes an account that account, on every node and for ever. A view: the texts must outlive
/// it.
struct AccountKey {
    std::int64_t book = kOwnBook;
    std::string_view gl;        ///< code of the chart
    std::string_view owner;     ///< merchant, user, channel account: whoever the code is kept for
    std::string_view currency;  ///< ISO code
    std::string_view dims;      ///< further dimension (day, batch, case); usually empty
};

/// The one id of the account with this key: derived, so that nobody need look it up, and two who
/// open the account at once open the same one. Pure.
[[nodiscard]] AccountId account_id(const AccountKey& key);

}  // namespace sluice::ledger
