#pragma once

#include <string>
#include <vector>

#include "faults/notebook.hpp"
#include "faults/patient.hpp"
#include "faults/wishes.hpp"
#include "support/node_cluster.hpp"

namespace sluice::testing {

/// Accounts of one currency.
struct Purse {
    std::string currency;
    std::vector<std::string> cards;
    std::vector<std::string> balances;
};

/// Where a caller lives: what all callers of one merchant share. It must outlive them.
struct Town {
    std::string merchant;
    Cluster& cluster;
    PatientApi& api;
    Api& simulator;  ///< its control, which refuses what cannot be and that is fine
    Notebook& notes;
    Purse yuan;
    Purse dollars;
    std::string available;               ///< the merchant's available yuan
    std::vector<std::string> strangers;  ///< balances of other merchants
    std::int64_t expires_in_seconds = 6;

    [[nodiscard]] const Purse& purse(bool is_in_dollars) const {
        return is_in_dollars ? dollars : yuan;
    }
};

/// Posts and holds the answer against what was answered before: the same number and body is the
/// same object, another body under the number is refused. One thread.
class NumberedCall {
  public:
    NumberedCall(Town& town, std::string path, Value body)
        : town_(town), path_(std::move(path)), body_(std::move(body)) {}

    /// The id of the object; "" when the answer is a refusal, which `reply()` shows.
    std::string send(const http::Headers& headers = {});
    /// `changed` is the same with another amount; `code` is how it must be refused.
    void send_again(Again again, const Value& changed, const std::string& code);

    [[nodiscard]] const Reply& reply() const { return reply_; }
    [[nodiscard]] const Value& body() const { return body_; }
    [[nodiscard]] bool is_taken() const { return reply_.status == 200 || reply_.status == 201; }
    /// The answer in one line.
    [[nodiscard]] std::string shown() const;

  private:
    Town& town_;
    std::string path_;
    Value body_;
    Reply reply_;
};

/// The same record with another `amount`.
[[nodiscard]] Value with_amount(Value body, std::int64_t amount);

}  // namespace sluice::testing
