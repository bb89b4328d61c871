#pragma once

#include <string_view>

#include "core/result.hpp"

namespace sluice::payment {

/// What may be asked of a channel about one instruction.
enum class Operation { collect, query, close, refund, refund_query, payout, payout_query };
inline constexpr std::size_t kOperationCount = 7;

/// Which way an instruction moves money: to us, back to who paid, or out to somebody.
enum class Purpose { collect, refund, payout };

[[nodiscard]] std::string_view to_string(Operation operation);
Result<Operation> parse_operation(std::string_view text);
[[nodiscard]] std::string_view to_string(Purpose purpose);
Result<Purpose> parse_purpose(std::string_view text);

/// The operation that asks the channel to move the money of such an instruction, and the one that
/// asks what became of it.
[[nodiscard]] Operation moving(Purpose purpose);
[[nodiscard]] Operation asking(Purpose purpose);
/// Whether its execution moves money: an answer that was lost may hide that it was executed.
[[nodiscard]] bool moves_money(Operation operation);
/// The purpose of the instructions it may be asked about.
[[nodiscard]] Purpose purpose_of(Operation operation);

}  // namespace sluice::payment
