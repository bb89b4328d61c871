#pragma once

#include <functional>

#include "channel/exchange_message.hpp"
#include "channel/seal.hpp"
#include "core/result.hpp"
#include "gateway/gateway.hpp"
#include "payment/task.hpp"

namespace sluice::app {

/// Where the members of a payee are sealed for: in this table, for the run that pays it.
inline constexpr std::string_view kPayeeTable = "payee";

/// Seals each member of a payee for its run, and keeps beside it what everybody may see. `keys`
/// must outlive it.
[[nodiscard]] gateway::PayeeSeal payee_seal(const channel::SealingKeys& keys);

/// Gives the sealed members of a payee whom a vote named. May block on the database.
using FindNamedPayee = std::function<Result<Value>(const payment::PayeeName& name)>;

/// Opens the payee of an order that goes out now: the one moment at which it is known again.
/// `not_found` and `corrupt` as SealingKeys says, or an error of `find`; the order is then changed
/// in part.
Result<void> open_payee(
    const channel::SealingKeys& keys, const FindNamedPayee& find, channel::ExchangeOrder& order
);

}  // namespace sluice::app
