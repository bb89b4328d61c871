#pragma once

#include <string>
#include <vector>

#include "flows/flow_driver.hpp"

namespace sluice::testing {

/// A refund of an order of 100 yuan that was paid 30 from a card and 70 at "wx-a".
DriveOptions refund_of(std::int64_t minor);
/// Gives a refund a balance account that it may go to.
void name_balance_account(DriveOptions& options);

/// A refund of a payment of several legs, 1000 fen each, by what paid them: "prepaid_card",
/// "balance", or the name of a channel account.
DriveOptions refund_of_legs(std::int64_t minor, const std::vector<std::string>& legs);
/// Gives a refund a payee that it may be paid out to.
void name_payee(DriveOptions& options);
/// Gives back all of 7000 fen that "wx-a" collected and that no order took.
DriveOptions surplus_refund();
/// An earlier refund gave 7000 fen of "wx-a" to a balance account; so much of it leaves again.
DriveOptions conversion_of(std::int64_t minor);
/// 7000 fen leave such an account again, 3000 and 4000 of them the ways of two legs.
DriveOptions conversion_of_two_parts();

/// From the balance of payer_account() to somebody's bank card.
DriveOptions payout_of(std::int64_t minor, std::int64_t fee_minor);
/// The same from what the merchant has available.
DriveOptions payout_of_available(std::int64_t minor, std::int64_t fee_minor);
/// Makes an order good from no account, at our cost or the party's: somebody must agree first.
DriveOptions compensation_of(std::int64_t minor, const std::string& liable_party = "");
/// From payer_account() to payee_account(), both balances.
DriveOptions transfer_of(std::int64_t minor, std::int64_t fee_minor);
AccountId payer_account();
AccountId payee_account();

}  // namespace sluice::testing
