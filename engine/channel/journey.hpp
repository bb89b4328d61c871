#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "channel/exchange_message.hpp"
#include "channel/health.hpp"
#include "channel/registry.hpp"
#include "core/result.hpp"
#include "http/client.hpp"

namespace sluice::channel {

/// One exchange on its way, with what must be known of it at its end. Belongs to a lane of the
/// exchange and is touched on its thread only.
struct Journey {
    ExchangeOrder order;
    RegistryPtr registry;                     ///< of the moment it set out
    const ChannelAccount* account = nullptr;  ///< of that registry; nullptr: there is none
    AdapterPtr adapter;                       ///< of that registry; nullptr: there is none
    Evidence evidence;
    std::vector<std::string> secrets;  ///< of the payee: nothing we keep may show them
    std::chrono::steady_clock::time_point sent_at;
};
using JourneyPtr = std::shared_ptr<Journey>;

/// Gives it account and adapter, and what they call secret.
void equip(Journey& journey, RegistryPtr registry);

/// Where it goes, for the account's health. The texts are the journey's.
[[nodiscard]] Health::Address address_of(const Journey& journey);
/// A body as its timeline may show it.
[[nodiscard]] std::string shown_body(const Journey& journey, const std::string& body);
/// Where a request went, as a timeline names it: only an address other than the account's own is
/// worth naming.
[[nodiscard]] std::string shown_path(const Journey& journey, const std::string& url);

/// Tells how the journey ended, if it was sent to move money.
void tell_health(
    Health& health,
    const Journey& journey,
    const http::ClientResult& result,
    const payment::Outcome& outcome
);

/// Takes the evidence with it.
[[nodiscard]] ExchangeReport report_of(Journey& journey, payment::Outcome outcome);

/// What it means that no request was built.
[[nodiscard]] payment::Outcome outcome_of(const Error& error);
/// What it means that no answer came.
[[nodiscard]] payment::Outcome outcome_of(const http::ClientFailure& failure);
/// What it means that the account's circuit breaker is open.
[[nodiscard]] payment::Outcome outcome_of_open_circuit();

}  // namespace sluice::channel
