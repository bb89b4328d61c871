#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/money.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "payment/payment.hpp"

namespace sluice::channel {

/// How a channel gives back what it collected.
struct RefundCapabilities {
    std::int64_t window_seconds = 0;   ///< after the payment's success
    std::int64_t parts_max = 0;        ///< refunds of one payment
    std::size_t reason_max_bytes = 0;  ///< longer ones are cut between characters
};

/// How many payouts a channel takes in one request.
struct ManyPayouts {
    std::size_t lines_max = 0;
    std::int64_t amount_max_minor = 0;  ///< of all of them together
};

/// How a channel pays money out.
struct PayoutCapabilities {
    std::vector<std::string> methods;  ///< "bank_card", ...
    std::int64_t amount_min_minor = 0;
    std::int64_t amount_max_minor = 0;
    std::size_t description_max_bytes = 0;  ///< longer ones are cut between characters
    std::optional<ManyPayouts> many;        ///< nullopt: each payout is a request of its own
};

/// What a channel can do, as its adapter declares it. Routing filters by it; the kernel holds every
/// request to it. A channel without scenes collects nothing. A plain value.
struct Capabilities {
    std::vector<std::string> scenes;
    /// Those of them of which nothing is sent: the payer takes what the adapter builds to the
    /// channel.
    std::vector<std::string> handed_over;
    /// Those of them in which one request uses up the code that the payer showed: it never goes
    /// out again, and closing gives back what it took.
    std::vector<std::string> charged_at_once;
    std::vector<std::string> currencies;
    std::int64_t amount_min_minor = 1;
    std::int64_t amount_max_minor = 0;
    /// An expiry further than this after the instruction's creation reaches the script as this.
    std::int64_t expiry_max_seconds = 0;
    std::size_t description_max_bytes = 0;  ///< longer ones are cut between characters
    /// How long after its last request was over a query may still find nothing although the order,
    /// refund or payout exists.
    std::int64_t not_found_after_seconds = 0;
    std::optional<RefundCapabilities> refund;  ///< nullopt: it gives nothing back
    std::optional<PayoutCapabilities> payout;  ///< nullopt: it pays nothing out

    [[nodiscard]] bool is_handed_over(const std::string& scene) const;
    [[nodiscard]] bool is_charged_at_once(std::string_view scene) const;
    /// Whether the channel can do with the instruction what its purpose asks for; `invalid` with
    /// the context "capabilities" says what it cannot. `channel` is for that sentence only.
    [[nodiscard]] Result<void> check(
        const payment::Instruction& instruction, const std::string& channel
    ) const;
};

/// How everything that asks more of a channel than it declares is refused: `invalid` with the
/// context "capabilities".
[[nodiscard]] std::unexpected<Error> outside_capabilities(std::string message);

/// Reads an adapter's `capabilities`. `invalid` names what is missing, unknown or out of range.
Result<Capabilities> capabilities_from_value(const Value& record);

/// The list of texts that a declaration has under this name, empty when there is none; `invalid`
/// when it is anything else.
Result<std::vector<std::string>> texts_from_value(const Value& record, std::string_view name);

}  // namespace sluice::channel
