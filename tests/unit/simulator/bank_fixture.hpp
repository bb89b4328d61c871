#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "unit/simulator/psp_fixture.hpp"

namespace sluice::simulator::testing {

inline constexpr const char* kPayout = "PO20260101000001";
inline constexpr const char* kPayouts = "/bank/v1/payouts";
inline constexpr const char* kCollection = "CO20260101000001";
inline constexpr const char* kCollections = "/bank/v1/collections";

/// A request to the bank before it is signed; a test bends single parts of it.
struct BankCall {
    std::string method = "GET";
    std::string target;
    std::string body;
    std::string account{kBankAccount};
    std::string key{kBankKey};
    std::optional<std::string> nonce;  ///< a new one if absent
    std::int64_t clock_skew_s = 0;
    std::optional<std::string> signed_body;    ///< what is signed instead of the body
    std::optional<std::string> signed_target;  ///< what is signed instead of the target
};

class BankTest : public PspTest {
  protected:
    http::ClientResult send(const BankCall& call);
    /// The members of a payout that the bank accepts.
    [[nodiscard]] Value payout_body(
        const std::string& request_number = kPayout, std::int64_t amount = 5000
    ) const;
    http::ClientResult send_payout(const Value& body);
    http::ClientResult pay_out(
        const std::string& request_number = kPayout, std::int64_t amount = 5000
    ) {
        return send_payout(payout_body(request_number, amount));
    }
    http::ClientResult query_payout(const std::string& request_number = kPayout);
    /// "succeeded" and so on, as the bank's query tells it.
    std::string status_of_payout(const std::string& request_number = kPayout);
    /// Control API: the payout goes that step on.
    http::ClientResult advance(
        const std::string& status, const std::string& request_number = kPayout
    );
    /// Payouts stay processing until a test ends them.
    void given_slow_payouts();
    http::ClientResult balance();
    http::ClientResult statement(const std::string& day);
    /// The members of a collection that the bank accepts.
    [[nodiscard]] Value collection_body(
        const std::string& request_number = kCollection, std::int64_t amount = 7000
    ) const;
    http::ClientResult collect(const Value& body);
    http::ClientResult query_collection(const std::string& request_number = kCollection);
    http::ClientResult close_collection(const std::string& request_number = kCollection);
    /// Control API: the payer's money comes; `more` are members, each after a comma.
    http::ClientResult transfer(
        const std::string& more = "", const std::string& request_number = kCollection
    );
    /// One collection's row in the books; null when there is none.
    Value booked_collection(const std::string& request_number = kCollection);
    /// One payout's row in the books; null when there is none.
    Value booked_payout(const std::string& request_number = kPayout);
    /// The account's row in the books, which adds up.
    Value account_row();
    /// Whether the answer to that call carries the bank's signature.
    static bool is_signed_by_bank(const http::ClientResult& answer, const std::string& target);
    static bool is_signed_notice(const http::Request& callback);
    /// What a callback tells of.
    static Value told_by(const http::Request& callback, const std::string& member = "payout");

  private:
    std::atomic<int> nonces_ = 0;  // several callers at once
};

}  // namespace sluice::simulator::testing
