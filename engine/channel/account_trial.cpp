#include "channel/account_trial.hpp"

#include <algorithm>
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

/// As small as can be, and inside of what the adapter declares. Its scene is left open.
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
    payment::Instruction instruction = made_up(trial.parts_, operation, currency);
    const Capabilities& can = trial.parts_.adapter->capabilities;
    const bool collects = operation == payment::Operation::query;
    for (const std::string& scene : collects ? can.scenes : can.payout->methods) {
        instruction.scene = scene;
        SLUICE_ASSIGN(Question question, trial.ask_about(instruction, operation));
        const bool is_asked = std::ranges::any_of(trial.questions_, [&](const Question& other) {
            return other.request.url == question.request.url;
        });
        if (!is_asked) {
            trial.questions_.push_back(std::move(question));
        }
    }
    return trial;
}

Result<AccountTrial::Question> AccountTrial::ask_about(
    payment::Instruction instruction, payment::Operation operation
) {
    Question question;
    question.order.operation = operation;
    question.order.instruction = std::move(instruction);
    question.order.description = "test";
    SLUICE_ASSIGN(question.request, host_->build(question.order, parts_.account, parts_.moment));
    SLUICE_TRY(parts_.account.check_url(question.request.url));
    const ChannelTimeouts& timeouts = parts_.account.settings().timeouts;
    question.request.connect_timeout = timeouts.connect;
    question.request.total_timeout = timeouts.of(operation);
    return question;
}

AccountTrial::Verdict AccountTrial::read(const http::ClientResult& result) {
    Verdict verdict;
    if (result) {
        verdict.http_status = result->status;
        verdict.outcome =
            host_->read({questions_[next_].order, *result}, parts_.account, parts_.moment);
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
