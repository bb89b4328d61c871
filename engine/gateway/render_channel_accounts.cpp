#include "gateway/render_channel_accounts.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "channel/account_settings.hpp"
#include "gateway/render_parts.hpp"

namespace sluice::gateway {
namespace {

std::string_view name_of(AdapterChange change) {
    switch (change) {
        case AdapterChange::unchanged:
            return "unchanged";
        case AdapterChange::changed:
            return "changed";
        case AdapterChange::added:
            return "added";
        case AdapterChange::removed:
            return "removed";
    }
    return "unchanged";
}

Value texts_of(const std::vector<std::string>& texts) {
    return ValueArray(texts.begin(), texts.end());
}

}  // namespace

Value render(const channel::StoredAccount& account) {
    const channel::ChannelAccountSettings& settings = account.settings;
    Value body;
    body.set("id", account.id.to_string());
    body.set("channel", settings.channel);
    body.set("name", settings.name);
    body.set("merchant_id", settings.merchant_id.empty() ? Value() : Value(settings.merchant_id));
    body.set("state", channel::to_string(settings.state));
    body.set("version", account.version);
    const Value open = channel::public_part(settings);
    for (const auto& [name, value] : *open.as_object()) {
        body.set(name, value);
    }
    ValueArray secrets;
    for (const channel::SealedSecret& secret : account.secrets) {
        Value item;
        item.set("name", secret.name);
        item.set("fingerprint", secret.fingerprint);
        secrets.push_back(std::move(item));
    }
    body.set("secrets", std::move(secrets));
    body.set("created_at", format_rfc3339(account.created_at));
    body.set("updated_at", format_rfc3339(account.updated_at));
    return body;
}

Value render(const std::vector<channel::AccountChange>& changes) {
    ValueArray list;
    for (const channel::AccountChange& change : changes) {
        Value item;
        item.set("version", change.version);
        item.set("state", channel::to_string(change.state));
        item.set("made_by", change.made_by);
        item.set("at", format_rfc3339(change.at));
        list.push_back(std::move(item));
    }
    return Value(std::move(list));
}

Value render(const TrialResult& trial) {
    Value body;
    body.set("works", trial.works);
    body.set("outcome", payment::to_string(trial.outcome.kind));
    body.set("code", or_null(trial.outcome.code));
    body.set("message", or_null(trial.outcome.message));
    body.set("http_status", trial.http_status == 0 ? Value() : Value(trial.http_status));
    body.set("took_ms", trial.took_ms);
    body.set("proved", texts_of(trial.proved));
    body.set("not_proved", texts_of(trial.not_proved));
    return body;
}

Value render(const std::vector<LoadedChannel>& channels) {
    ValueArray list;
    for (const LoadedChannel& channel : channels) {
        Value item;
        item.set("name", channel.name);
        item.set("title", ValueObject{{"en", channel.title_en}, {"zh", channel.title_zh}});
        item.set("digest", channel.digest);
        item.set("change", name_of(channel.change));
        list.push_back(std::move(item));
    }
    Value body;
    body.set("channels", std::move(list));
    return body;
}

Value render(const channel::AccountBalance& balance) {
    Value body;
    body.set("available", balance.available.minor());
    body.set("currency", balance.available.currency().code());
    body.set("as_of", format_rfc3339(balance.as_of));
    return body;
}

}  // namespace sluice::gateway
