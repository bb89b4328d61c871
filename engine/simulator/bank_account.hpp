#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "simulator/merchant.hpp"

namespace sluice::simulator {

/// A customer's account at the simulated bank, from which payouts are made. Amounts in fen.
struct BankAccount {
    std::string account;
    std::string name;
    Secret<std::string> key;  ///< at least 32 bytes; signs both directions
    std::int64_t opening_balance = 0;
    std::int64_t single_limit = 0;  ///< of one payout
    std::int64_t daily_limit = 0;   ///< of all payouts that are accepted on one day in Beijing
    std::string collection_agreement = {};  ///< its number; empty: the bank collects nothing
    /// Callbacks go only to addresses that begin with one of these; empty: to any.
    std::vector<std::string> notify_prefixes;

    [[nodiscard]] bool may_be_notified_at(std::string_view url) const;
};

/// Nobody's account: what the fault `wrong_merchant` names instead of the true one.
inline constexpr const char* kAnotherAccount = "999999999999";

/// All accounts, fixed at start.
class BankDirectory {
  public:
    explicit BankDirectory(std::vector<BankAccount> accounts) : accounts_(std::move(accounts)) {}

    [[nodiscard]] const BankAccount* find(std::string_view account) const;
    [[nodiscard]] const std::vector<BankAccount>& all() const { return accounts_; }

  private:
    std::vector<BankAccount> accounts_;
};

/// The list "bank_accounts" beside "merchants": [{"account","name","key_file","opening_balance",
/// "single_limit","daily_limit","collection_agreement","notify_prefixes":[...]}]; none when the
/// list is absent. `invalid` names the member.
Result<std::vector<BankAccount>> load_bank_accounts(const MerchantFiles& files);

}  // namespace sluice::simulator
