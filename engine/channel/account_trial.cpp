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

std::string serials_of(const std::vector<ShownKey>& keys) {
    std::string all;
    for (const ShownKey& key : keys) {
        all += (all.empty() ? "" : ", ") + key.serial;
    }
    return all;
}

}  // namespace

AccountTrial::AccountTrial(Parts parts)
    : parts_(std::move(parts)),
      host_(std::make_unique<AdapterHost>(
          parts_.adapter,
          MissedKey{},
          [used = used_](const std::string& name) { used->insert(name); }
      )) {}

Result<AccountTrial> AccountTrial::make(Parts parts) {
    AccountTrial trial(std::move(parts));
    SLUICE_TRY(trial.add_queries());
    SLUICE_TRY(trial.add_keys());
    return trial;
}

Result<void> AccountTrial::add_queries() {
    SLUICE_ASSIGN(const payment::Operation operation, question_of(*parts_.adapter));
    const Capabilities& can = parts_.adapter->capabilities;
    SLUICE_ASSIGN(const Currency currency, Currency::parse(can.currencies.front()));
    payment::Instruction instruction = made_up(parts_, operation, currency);
    const bool collects = operation == payment::Operation::query;
    for (const std::string& scene : collects ? can.scenes : can.payout->methods) {
        instruction.scene = scene;
        SLUICE_ASSIGN(Question question, ask_about(instruction, operation));
        const bool is_asked = std::ranges::any_of(questions_, [&](const Question& other) {
            return other.request.url == question.request.url;
        });
        if (!is_asked) {
            questions_.push_back(std::move(question));
        }
    }
    return {};
}

Result<void> AccountTrial::add_keys() {
    if (!parts_.adapter->shows_keys) {
        return {};
    }
    used_->clear();
    SLUICE_ASSIGN(
        auto request, ask_for_keys(*host_, parts_.account, parts_.moment, KeysFor::trial)
    );
    if (request) {
        questions_.push_back({.order = {}, .request = *std::move(request), .keys = *used_});
    }
    return {};
}

Result<AccountTrial::Question> AccountTrial::ask_about(
    payment::Instruction instruction, payment::Operation operation
) {
    ExchangeOrder order;
    order.operation = operation;
    order.instruction = std::move(instruction);
    order.description = "test";
    used_->clear();
    SLUICE_ASSIGN(auto request, host_->build(order, parts_.account, parts_.moment));
    SLUICE_TRY(parts_.account.check_url(request.url));
    const ChannelTimeouts& timeouts = parts_.account.settings().timeouts;
    request.connect_timeout = timeouts.connect;
    request.total_timeout = timeouts.of(operation);
    return Question{.order = std::move(order), .request = std::move(request), .keys = *used_};
}

AccountTrial::Verdict AccountTrial::read(const http::ClientResult& result) {
    Verdict verdict;
    used_->clear();
    if (result) {
        const std::optional<ExchangeOrder>& order = questions_[next_].order;
        verdict = order ? read_answer({*order, *result}) : read_keys(*result);
    } else {
        const bool left = result.error().stage != http::FailureStage::not_sent;
        verdict.outcome.kind = left ? OutcomeKind::unknown : OutcomeKind::not_sent;
        verdict.outcome.code = result.error().code;
        verdict.outcome.message = result.error().message;
    }
    const auto secrets = secrets_of(parts_.account.settings());
    verdict.outcome.code = without_secrets(std::move(verdict.outcome.code), secrets);
    verdict.outcome.message = without_secrets(std::move(verdict.outcome.message), secrets);
    if (verdict.works) {
        last_good_ = verdict;
        proved_.insert(questions_[next_].keys.begin(), questions_[next_].keys.end());
        proved_.insert(used_->begin(), used_->end());
    }
    return verdict;
}

AccountTrial::Verdict AccountTrial::read_answer(const AdapterHost::Answered& answered) {
    Verdict verdict;
    verdict.http_status = answered.answer.status;
    verdict.outcome = host_->read(answered, parts_.account, parts_.moment);
    verdict.works = is_understood(verdict.outcome.kind);
    return verdict;
}

/// Good ones leave the verdict as it was. That the channel shows this account none is no fault of
/// the account's.
AccountTrial::Verdict AccountTrial::read_keys(const http::Response& answer) {
    const KeysAsked asked{parts_.account, answer, KeysFor::trial};
    const auto keys = read_shown_keys(*host_, asked, parts_.moment);
    if (keys && (keys->empty() || has_one_of(*keys))) {
        return last_good_;
    }
    Verdict verdict;
    verdict.http_status = answer.status;
    if (keys) {
        verdict.outcome.kind = OutcomeKind::config;
        verdict.outcome.code = "keys_differ";
        verdict.outcome.message = "the channel signs with " + serials_of(*keys) +
                                  ", wanted one of them in keys_by_serial";
    } else {
        verdict.outcome.kind = OutcomeKind::unknown;
        verdict.outcome.code = keys.error().context;
        verdict.outcome.message = keys.error().message;
    }
    return verdict;
}

/// A key that bore the answer out is the channel's, whether it is shown or not.
bool AccountTrial::has_one_of(const std::vector<ShownKey>& keys) const {
    const ChannelAccount& account = parts_.account;
    return std::ranges::any_of(
               keys,
               [&](const ShownKey& key) { return account.key_of_serial(key.serial) != nullptr; }
           ) ||
           std::ranges::any_of(*used_, [&](const std::string& name) {
               return account.public_key(name) != nullptr;
           });
}

AccountTrial::Proof AccountTrial::proof() const {
    Proof proof;
    for (const auto& [name, secret] : parts_.account.settings().secrets) {
        if (name != kProxyPassword) {
            (proved_.contains(name) ? proof.proved : proof.not_proved).push_back(name);
        }
    }
    return proof;
}

}  // namespace sluice::channel
