#pragma once

#include <string>
#include <string_view>

#include "channel/exchange_message.hpp"
#include "channel/registry.hpp"
#include "core/value.hpp"
#include "http/message.hpp"

namespace sluice::channel::testing {

/// The recorded messages.
inline constexpr std::string_view kBankFixtures = "channels/bank/fixtures";
inline constexpr std::string_view kBankAccount = "110060149018";
inline constexpr std::string_view kBankKey = "00112233445566778899aabbccddeeff";
inline constexpr std::string_view kStatementDay = "2026-01-01";

/// Account "main" of the bank; with the first occurrence of `from` in the channel's scripts
/// replaced.
[[nodiscard]] RegistryPtr bank_registry(std::string_view from = {}, std::string_view to = {});

/// A payout of 50.00 CNY or, of a payment's operations, a collection of 70.00 CNY: instruction
/// `kNumber`, created 31 s before the test's now.
[[nodiscard]] ExchangeOrder bank_order(Operation operation);

/// The path that is asked for `operation`: one of ours, "payout_many", "statement" or "balance".
[[nodiscard]] std::string bank_path(std::string_view operation);

/// The first two lines of what a signature covers.
struct SignedBy {
    std::string first;
    std::string second;
};
/// The signature headers of a message: good, wrong, stale, another_account, another_path or none.
[[nodiscard]] http::Headers bank_headers(
    std::string_view kind, SignedBy lines, std::string_view body
);

/// What the adapter makes of the answer about the account itself: `function` is of its balance or
/// statement.
[[nodiscard]] Value consult_bank(
    const RegistryPtr& registry, std::string_view function, const http::Response& answer
);

}  // namespace sluice::channel::testing
