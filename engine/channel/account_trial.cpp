#include "channel/account_trial.hpp"

#include <utility>

#include "channel/account_settings.hpp"
#include "channel/evidence.hpp"

namespace sluice::channel {
namespace {

using payment::OutcomeKind;

/// The question about what it does first: collecting, else paying out.
Result<payment::Operation> question_of(const Adapter& adapter) {
    for (const auto operation : {payment::Operation::query, payment::Operation::payout_query}) {
        if (adapter.can(operation)) {
            return operation;
        }
    }
    return fail(
        ErrorCode::invalid, "the channel '" + adapter.name + "' has no query, wanted one to ask"
    );
}

/// As small as can be, and inside of what the adapter declares.
payment::Instruction made_up(
    const AccountTrial::Parts& parts, payment::Operation operation, Currency currency
) {
    const Capabilities& can = parts.adapter->capabilities;
    const bool collects = operation == payment::Operation::query;
    payment::Instruction instruction;
    instruction.id = InstructionId(parts.number);
    instruction.purpose = payment::purpose_of(operation);
    instruction.channel = parts.account.channel();
    instruction.channel_account = parts.account.name();
    instruction.scene = collects ? can.scenes.front() : can.payout->methods.front();
    instruction.amount =
        Money{collects ? can.amount_min_minor : can.payout->amount_min_minor, currency};
    if (!collects) {
        for (const FormField& field : parts.adapter->form.payee) {
            instruction.payee.set(field.name, "0");
        }
    }
    instruction.merchant = parts.account.merchant();
    instruction.created_at = parts.moment.now;
    instruction.expires_at = parts.moment.now;
    return instruction;
}

/// An answer that the adapter understood and found authentic. That the channel knows no such number
/// is the good news.
bool is_understood(OutcomeKind kind) {
    return kind == OutcomeKind::not_found || kind == OutcomeKind::closed ||
           kind == OutcomeKind::refused || kind == OutcomeKind::pending;
}

}  // namespace

Result<AccountTrial> AccountTrial::make(Parts parts) {
    SLUICE_ASSIGN(const payment::Operation operation, question_of(*parts.adapter));
    SLUICE_ASSIGN(
        const Currency currency, Currency::parse(parts.adapter->capabilities.currencies.front())
    );
    AccountTrial trial(std::move(parts));
    trial.order_.operation = operation;
    trial.order_.instruction = made_up(trial.parts_, operation, currency);
    trial.order_.description = "test";
    SLUICE_ASSIGN(
        trial.request_, trial.host_->build(trial.order_, trial.parts_.account, trial.parts_.moment)
    );
    SLUICE_TRY(trial.parts_.account.check_url(trial.request_.url));
    const ChannelTimeouts& timeouts = trial.parts_.account.settings().timeouts;
    trial.request_.connect_timeout = timeouts.connect;
    trial.request_.total_timeout = timeouts.of(operation);
    return trial;
}

AccountTrial::Verdict AccountTrial::read(const http::ClientResult& result) {
    Verdict verdict;
    if (result) {
        verdict.http_status = result->status;
        verdict.outcome = host_->read({order_, *result}, parts_.account, parts_.moment);
    } else {
        const bool left = result.error().stage != http::FailureStage::not_sent;
        verdict.outcome.kind = left ? OutcomeKind::unknown : OutcomeKind::not_sent;
        verdict.outcome.code = result.error().code;
        verdict.outcome.message = result.error().message;
    }
    const auto secrets = secrets_of(parts_.account.settings());
    verdict.outcome.code = without_secrets(std::move(verdict.outcome.code), secrets);
    verdict.outcome.message = without_secrets(std::move(verdict.outcome.message), secrets);
    verdict.works = is_understood(verdict.outcome.kind);
    return verdict;
}

}  // namespace sluice::channel
