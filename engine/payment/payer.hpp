#pragma once

#include <string_view>

namespace sluice::payment {

/// Who a channel says has paid, as we keep it: "AMONG.ID", two fingerprints. Ids of one AMONG (an
/// application of a channel) are of different people when they differ; ids of two cannot be
/// compared. Empty: the channel did not say.
enum class SamePayer { yes, no, unknown };
[[nodiscard]] SamePayer is_same_payer(std::string_view one, std::string_view other);

/// Of money that no order took: whether who paid the order is who paid this too.
enum class OrderPaidBy { nobody, same_payer, another_payer, unknown };
[[nodiscard]] std::string_view to_string(OrderPaidBy who);

}  // namespace sluice::payment
