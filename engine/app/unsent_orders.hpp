#pragma once

#include "channel/exchange_message.hpp"
#include "channel/registry.hpp"
#include "payment/operation.hpp"
#include "payment/payment.hpp"

namespace sluice::app {

/// Whether the same request may go out again; `never` when its channel is not there any more.
[[nodiscard]] channel::Resend resend_of(
    const payment::Instruction& instruction,
    payment::Operation operation,
    const channel::Registry& registry
);

/// The report of an order that surely never left us.
[[nodiscard]] channel::ExchangeReport report_not_sent(const channel::ExchangeOrder& order);
/// Of one that was not sent again, but may have been executed before.
[[nodiscard]] channel::ExchangeReport report_not_repeatable(const channel::ExchangeOrder& order);
/// Of one whose payer or payee does not open: our set-up is wrong and nothing was sent now; an
/// earlier send is asked about.
[[nodiscard]] channel::ExchangeReport report_not_opened(const channel::ExchangeOrder& order);

}  // namespace sluice::app
