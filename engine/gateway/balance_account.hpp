#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/account_store.hpp"

namespace sluice::gateway {

/// An account that somebody names to get money back.
struct NamedAccount {
    AccountId id;
    Currency currency;             ///< of the money
    std::string_view merchant_id;  ///< whose account it must be
};
/// Why it cannot take the money: it must be an open balance of the merchant; nullopt when it can.
/// Another merchant's is told as if it did not exist. `found` is what the store has of it.
[[nodiscard]] std::optional<std::string> balance_fault(
    const std::optional<Account>& found, const NamedAccount& named
);

}  // namespace sluice::gateway
