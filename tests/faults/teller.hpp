#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/node_bank.hpp"
#include "support/node_cluster.hpp"

namespace sluice::testing {

/// What most tests put into the account that pays out, in fen.
inline constexpr std::int64_t kAvailableUsual = 10'000'000;

/// A payout as a business system wants it.
struct WantedPayout {
    std::string number;
    std::int64_t amount = 50'000;
    std::int64_t fee = 0;
    std::string from_account_id;  ///< empty: the merchant's available money
};

/// A business system that pays money out from a merchant's account of available money, and looks at
/// the books afterwards. Failures throw with what the API answered. One thread, but for pay().
class Teller {
  public:
    /// Opens the merchant's account and puts the money there.
    Teller(Cluster& cluster, std::int64_t available);

    [[nodiscard]] Bank& bank() { return bank_; }
    [[nodiscard]] const std::string& account() const { return account_; }
    /// A member of a payout or of a line of a batch.
    [[nodiscard]] static Value body_of(const WantedPayout& payout);
    /// Sent again until it is answered, as a node may just be handing its buckets over.
    Reply pay(const WantedPayout& payout, const std::string& prefer = "wait=0");
    [[nodiscard]] Value payout(const std::string& id);
    /// Waits until it is so; gives what it last was, also when it never was so.
    Value wait_for_status(const std::string& id, const std::string& status);
    std::string open_balance(const std::string& owner, std::int64_t amount);
    [[nodiscard]] std::int64_t balance_of(const std::string& account);
    /// What all accounts of a code of the chart have together, a debit above zero.
    [[nodiscard]] std::int64_t booked(const std::string& gl);
    /// The number at the bank of a payout's instruction, the last unless told.
    [[nodiscard]] static std::string number_at_bank(const Value& payout);
    /// "bank-main succeeded, ..."
    [[nodiscard]] static std::string instructions_of(const Value& payout);

  private:
    Cluster& cluster_;
    Bank bank_;
    std::string account_;
};

}  // namespace sluice::testing
