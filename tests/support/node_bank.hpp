#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "support/node_api.hpp"

namespace sluice::testing {

/// One payout as the bank itself keeps it.
struct BankPayout {
    std::string request_number;
    std::string status;
    std::int64_t amount = 0;
    std::int64_t creates = 0;  ///< requests that ordered it, the same again counts
    std::int64_t queries = 0;
};

/// One request for many payouts as the bank itself keeps it.
struct BankBatch {
    std::int64_t count = 0;
    std::int64_t requests = 0;
};

/// A fault order, in the words of engine/simulator/faults.hpp.
struct BankFault {
    std::string operation;  ///< "payout", "payout_query", "payout_callback"
    std::string kind;
    std::int64_t value = 0;
    std::int64_t count = 1;
    std::int64_t share_percent = 100;
};

/// The bank that the simulator plays, and what a test may order from it. Its methods throw when the
/// simulator refuses, because then the test itself is wrong. One thread.
class Bank {
  public:
    explicit Bank(const std::string& simulator_url) : api_(simulator_url, "") {}

    [[nodiscard]] std::vector<BankPayout> payouts();
    /// Those that it took.
    [[nodiscard]] std::vector<BankBatch> batches();
    /// The money that is at payees.
    [[nodiscard]] std::int64_t paid();
    /// What it took for its work.
    [[nodiscard]] std::int64_t taken();
    void order_fault(const BankFault& fault);
    void clear_faults();
    /// Ends what is under way there, or sends a success back ("returned").
    void advance(const std::string& request_number, const std::string& status);
    /// Sends a callback of that kind ("resend", "forged"...) and gives how it was answered.
    int send_callback(const std::string& request_number, const std::string& kind = "resend");
    /// The payer's money comes to the account of a collection; whether the bank took it.
    struct Transfer {
        std::string request_number;
        std::int64_t amount = 0;  ///< 0: as it was ordered
        bool is_late = false;     ///< was on its way when the collection was closed
    };
    bool transfer(const Transfer& transfer);
    /// What came in by collections.
    [[nodiscard]] std::int64_t collected();
    /// How long new payouts are under way.
    void take_time(std::chrono::milliseconds delay);
    /// What each new payout costs, in fen.
    void charge(std::int64_t fee);

  private:
    Reply control(const std::string& path, const Value& body);
    Value books();
    /// Of all accounts there.
    std::int64_t sum_of(const std::string& member);

    Api api_;
};

}  // namespace sluice::testing
