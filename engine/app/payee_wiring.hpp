#pragma once

#include "channel/exchange_message.hpp"
#include "channel/seal.hpp"
#include "core/result.hpp"
#include "gateway/gateway.hpp"

namespace sluice::app {

/// Where the members of a payee are sealed for: in this table, for the run that pays it.
inline constexpr std::string_view kPayeeTable = "payee";

/// Seals each member of a payee for its run, and keeps beside it what everybody may see. `keys`
/// must outlive it.
[[nodiscard]] gateway::PayeeSeal payee_seal(const channel::SealingKeys& keys);

/// Opens the payee of an order that goes out now: the one moment at which it is known again.
/// `not_found` and `corrupt` as SealingKeys says; the order is then changed in part.
Result<void> open_payee(const channel::SealingKeys& keys, channel::ExchangeOrder& order);

}  // namespace sluice::app
