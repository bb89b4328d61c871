#include "channel/journey.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "channel/evidence.hpp"

namespace sluice::channel {
namespace {

using payment::Outcome;
using payment::OutcomeKind;

/// What the payer's and the payee's fields of kind secret say.
std::vector<std::string> secrets_of(const payment::Instruction& instruction, const Form& form) {
    std::vector<std::string> secrets;
    const auto gather = [&](const std::vector<FormField>& fields, const Value& party) {
        for (const FormField& field : fields) {
            const std::string_view secret = party.text_or_empty(field.name);
            if (field.kind == FieldKind::secret && !secret.empty()) {
                secrets.emplace_back(secret);
            }
        }
    };
    gather(form.payee, instruction.payee);
    gather(form.payer, instruction.payer);
    // The longest first: one may be part of another.
    std::ranges::sort(secrets, std::ranges::greater{}, &std::string::size);
    return secrets;
}

/// Why a request could not be built, for the timeline.
std::string code_of(const Error& error) {
    if (error.code == ErrorCode::not_found) {
        return "no_channel_account";
    }
    if (error.context == "host") {
        return "host_not_allowed";
    }
    return error.context == "capabilities" ? "not_capable" : "adapter_failed";
}

}  // namespace

void equip(Journey& journey, RegistryPtr registry) {
    const payment::Instruction& instruction = journey.order.instruction;
    journey.registry = std::move(registry);
    journey.account =
        journey.registry->find_account({instruction.channel, instruction.channel_account});
    journey.adapter = journey.registry->find_adapter(instruction.channel);
    if (journey.account != nullptr) {
        journey.secrets = secrets_of(instruction, journey.adapter->form);
    }
}

Health::Address address_of(const Journey& journey) {
    return {journey.order.instruction.channel, journey.order.instruction.channel_account};
}

std::string shown_body(const Journey& journey, const std::string& body) {
    return masked_body(without_secrets(body, journey.secrets), journey.adapter->masked);
}

std::string shown_path(const Journey& journey, const std::string& url) {
    const std::string& base = journey.account->base_url();
    const bool is_own = url.starts_with(base + "/");
    return without_secrets(is_own ? url.substr(base.size()) : url, journey.secrets);
}

void tell_health(
    Health& health, const Journey& journey, const http::ClientResult& result, const Outcome& outcome
) {
    if (!payment::moves_money(journey.order.operation)) {
        return;
    }
    // What was given up on this side says nothing of the channel.
    if (!result && (result.error().code == "busy" || result.error().code == "stopped")) {
        return;
    }
    const ExchangeEnd end{
        .answered = result.has_value() && outcome.kind != OutcomeKind::unknown,
        .accepted = outcome.kind == OutcomeKind::succeeded || outcome.kind == OutcomeKind::pending,
        .took = std::chrono::milliseconds(journey.evidence.took_us / 1000),
        .code = outcome.code,
    };
    health.ended(
        address_of(journey), journey.order.instruction.scene, end, std::chrono::steady_clock::now()
    );
}

ExchangeReport report_of(Journey& journey, Outcome outcome) {
    ExchangeReport report;
    report.run = journey.order.run;
    report.instruction = journey.order.instruction.id;
    report.ordinal = journey.order.ordinal;
    report.operation = journey.order.operation;
    report.resent = journey.order.resent;
    report.tenure = journey.order.tenure;
    report.outcome = std::move(outcome);
    report.outcome.message = without_secrets(std::move(report.outcome.message), journey.secrets);
    report.evidence = std::move(journey.evidence);
    return report;
}

Outcome outcome_of(const Error& error) {
    Outcome outcome;
    outcome.kind = OutcomeKind::config;
    outcome.code = code_of(error);
    outcome.message = error.message;
    return outcome;
}

Outcome outcome_of(const http::ClientFailure& failure) {
    Outcome outcome;
    outcome.kind = failure.stage == http::FailureStage::not_sent ? OutcomeKind::not_sent
                                                                 : OutcomeKind::unknown;
    outcome.code = failure.code;
    outcome.message = failure.message;
    return outcome;
}

Outcome outcome_of_open_circuit() {
    Outcome outcome;
    outcome.kind = OutcomeKind::not_sent;
    outcome.code = "circuit_open";
    outcome.message = "the channel does not answer at this account, so nothing was sent";
    return outcome;
}

}  // namespace sluice::channel
