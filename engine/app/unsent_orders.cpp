#include "app/unsent_orders.hpp"

namespace sluice::app {

channel::Resend resend_of(
    const payment::Instruction& instruction,
    payment::Operation operation,
    const channel::Registry& registry
) {
    const auto adapter = registry.find_adapter(instruction.channel);
    return adapter == nullptr ? channel::Resend::never
                              : adapter->resend_of(operation, instruction.scene);
}

channel::ExchangeReport report_not_sent(const channel::ExchangeOrder& order) {
    channel::ExchangeReport report;
    report.run = order.run;
    report.instruction = order.instruction.id;
    report.ordinal = order.ordinal;
    report.operation = order.operation;
    report.resent = order.resent;
    report.tenure = order.tenure;
    report.outcome.kind = payment::OutcomeKind::not_sent;
    report.outcome.code = "no_room";
    return report;
}

channel::ExchangeReport report_not_repeatable(const channel::ExchangeOrder& order) {
    channel::ExchangeReport report = report_not_sent(order);
    report.outcome.kind = payment::OutcomeKind::unknown;
    report.outcome.code = "not_repeatable";
    return report;
}

channel::ExchangeReport report_not_opened(const channel::ExchangeOrder& order) {
    channel::ExchangeReport report = report_not_sent(order);
    report.outcome.kind =
        order.resent ? payment::OutcomeKind::unknown : payment::OutcomeKind::config;
    report.outcome.code = "party_sealed";
    return report;
}

}  // namespace sluice::app
