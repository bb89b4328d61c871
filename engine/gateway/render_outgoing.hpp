#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/value.hpp"
#include "payment/payment.hpp"

namespace sluice::gateway {

/// How payouts and transfers look in JSON. Pure; the OpenAPI document says the same. `picture` must
/// be of one of the two.
[[nodiscard]] std::string render_outgoing(const payment::Picture& picture);

/// {"payouts":[...],"next_cursor":...}, or "transfers"; no cursor: null.
[[nodiscard]] std::string render_outgoing_page(
    payment::Service service,
    const std::vector<payment::Picture>& pictures,
    const std::string& next_cursor
);

/// A member of a payee as it is stored: {"sealed": what only the channel is told, "shown": what
/// everybody may see}.
inline constexpr std::string_view kSealedMember = "sealed";
inline constexpr std::string_view kShownMember = "shown";

/// Who gets the money, as far as anybody may see it: of each text its first character, of long
/// ones (numbers of accounts) the last four. Of a payee as it is given, or as it is stored.
[[nodiscard]] Value masked_payee(const Value& payee);

}  // namespace sluice::gateway
