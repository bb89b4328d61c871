#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "channel/exchange_message.hpp"
#include "channel/seal.hpp"
#include "core/result.hpp"
#include "gateway/gateway.hpp"
#include "payment/task.hpp"

namespace sluice::app {

/// Where the members of a payee and a payer are sealed for: in these tables, for the run that pays
/// or is paid.
inline constexpr std::string_view kPayeeTable = "payee";
inline constexpr std::string_view kPayerTable = "payer";
/// The payer of each leg is sealed by itself.
[[nodiscard]] std::string payer_field(int leg, std::string_view name);

/// Seals each member of a payee or payer for its run; of a payee it keeps beside it what everybody
/// may see. `keys` must outlive it.
[[nodiscard]] gateway::PartySeal party_seal(const channel::SealingKeys& keys);

/// Gives the sealed members of a payee whom a vote named. May block on the database.
using FindNamedPayee = std::function<Result<Value>(const payment::PayeeName& name)>;

/// Opens payee or payer of an order that goes out now: the one moment at which they are known
/// again. What does not collect needs no payer and gets none. `not_found` and `corrupt` as
/// SealingKeys says, or an error of `find`; the order is then changed in part.
Result<void> open_parties(
    const channel::SealingKeys& keys, const FindNamedPayee& find, channel::ExchangeOrder& order
);

}  // namespace sluice::app
