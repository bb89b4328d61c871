// What an account is asked that moves no money: whether it works or answers, what is on it.
#include <chrono>
#include <memory>
#include <utility>

#include "app/channel_accounts.hpp"
#include "channel/account_balance.hpp"
#include "channel/account_trial.hpp"
#include "core/id.hpp"
#include "core/random.hpp"
#include "log/log.hpp"

namespace sluice::app {
namespace {

using channel::ChannelAccountSettings;

constexpr std::size_t kNonceBytes = 16;

/// One question after the other, until one is not answered well: that answer, or the last.
void ask_all(
    http::Client& client,
    std::shared_ptr<channel::AccountTrial> trial,
    std::chrono::steady_clock::time_point begun,
    gateway::TrialDone done
) {
    const http::ClientRequest& request = trial->request();
    client.send(
        request,
        [&client, trial = std::move(trial), begun, done = std::move(done)](
            const http::ClientResult& answer
        ) mutable {
            auto verdict = trial->read(answer);
            if (verdict.works && trial->go_on()) {
                ask_all(client, std::move(trial), begun, std::move(done));
                return;
            }
            const auto took = std::chrono::steady_clock::now() - begun;
            auto proof = trial->proof();
            done(gateway::TrialResult{
                .works = verdict.works,
                .outcome = std::move(verdict.outcome),
                .http_status = verdict.http_status,
                .took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count(),
                .proved = std::move(proof.proved),
                .not_proved = std::move(proof.not_proved)
            });
        }
    );
}

}  // namespace

Result<channel::AccountTrial> ChannelAccounts::make_trial(const ChannelAccountSettings& settings
) const {
    SLUICE_ASSIGN(auto adapter, adapter_of(settings.channel));
    SLUICE_ASSIGN(auto account, channel::ChannelAccount::make(settings, adapter->form));
    return make_trial(std::move(account), std::move(adapter));
}

Result<channel::AccountTrial> ChannelAccounts::make_trial(
    channel::ChannelAccount account, channel::AdapterPtr adapter
) const {
    SystemRandom random;
    const Time now = parts_.clock.now();
    return channel::AccountTrial::make(
        {.adapter = std::move(adapter),
         .account = std::move(account),
         .moment = {now, random_hex(random, kNonceBytes)},
         .number = Id128::generate(now, Bucket{0}, random)}
    );
}

void ChannelAccounts::ask_balance(
    http::Client& client, const ChannelAccountSettings& settings, gateway::BalanceDone done
) const {
    const auto make = [&]() -> Result<channel::BalanceQuestion> {
        SLUICE_ASSIGN(auto adapter, adapter_of(settings.channel));
        SLUICE_ASSIGN(auto account, channel::ChannelAccount::make(settings, adapter->form));
        SystemRandom random;
        return channel::BalanceQuestion::make(
            {.adapter = std::move(adapter),
             .account = std::move(account),
             .moment = {parts_.clock.now(), random_hex(random, kNonceBytes)}}
        );
    };
    auto made = make();
    if (!made) {
        done(std::unexpected(std::move(made).error()));
        return;
    }
    auto question = std::make_shared<channel::BalanceQuestion>(*std::move(made));
    client.send(
        question->request(),
        [question, done = std::move(done)](const http::ClientResult& answer) {
            done(question->read(answer));
        }
    );
}

gateway::ChannelAccounts ChannelAccounts::api(http::Client& client) {
    const auto try_out =
        [this, &client](const ChannelAccountSettings& settings, gateway::TrialDone done) {
            auto made = make_trial(settings);
            if (!made) {
                gateway::TrialResult cannot;
                cannot.outcome.kind = payment::OutcomeKind::config;
                cannot.outcome.code = "cannot_ask";
                cannot.outcome.message = made.error().message;
                done(std::move(cannot));
                return;
            }
            ask_all(
                client,
                std::make_shared<channel::AccountTrial>(*std::move(made)),
                std::chrono::steady_clock::now(),
                std::move(done)
            );
        };
    return {
        .store = store_,
        .floats = *floats_,
        .check = [this](const gateway::AccountWish& wish) { return check(wish); },
        .try_out = try_out,
        .reload = [this](gateway::ReloadDone done) { reload(std::move(done)); },
        .ask_balance = [this, &client](
                           const ChannelAccountSettings& settings, gateway::BalanceDone done
                       ) { ask_balance(client, settings, std::move(done)); },
        .changed = [this] { look_again(); },
        .health =
            [this](const ChannelAccountSettings& account) {
                return parts_.health.of(
                    {account.channel, account.name}, std::chrono::steady_clock::now()
                );
            },
    };
}

/// Asks the accounts whose breaker is open, each at its time.
void ChannelAccounts::probe(http::Client& client) {
    const channel::RegistryPtr registry = registry_.current();
    for (const channel::ChannelAccount* account : registry->accounts()) {
        const channel::Health::Address address{account->channel(), account->name()};
        if (!parts_.health.take_probe(address, std::chrono::steady_clock::now())) {
            continue;
        }
        auto made = make_trial(*account, registry->find_adapter(account->channel()));
        if (!made) {
            // Nothing can be asked but by a payer's money.
            parts_.health.probed(address, true, std::chrono::steady_clock::now());
            continue;
        }
        auto trial = std::make_shared<channel::AccountTrial>(*std::move(made));
        auto answered = [&health = parts_.health,
                         trial,
                         channel = account->channel(),
                         name = account->name()](const http::ClientResult& answer) {
            const auto verdict = trial->read(answer);
            const bool did = answer && verdict.outcome.kind != payment::OutcomeKind::unknown;
            log::info("channel_probed", {{"channel", channel}, {"name", name}, {"answered", did}});
            health.probed({channel, name}, did, std::chrono::steady_clock::now());
        };
        client.send(trial->request(), std::move(answered));
    }
}

}  // namespace sluice::app
