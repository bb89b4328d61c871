#include "gateway/channel_accounts_api.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "channel/account_settings.hpp"
#include "gateway/input.hpp"
#include "gateway/member_rules.hpp"
#include "gateway/render.hpp"
#include "gateway/render_channel_accounts.hpp"

namespace sluice::gateway {
namespace {

using channel::AccountState;
using channel::ChannelAccountId;
using channel::ChannelAccountSettings;
using channel::StoredAccount;

constexpr std::string_view kChannelAccountWord = "channel account";
/// Of a test call: two addresses, and the channel's keys.
constexpr int kTrialQuestions = 3;
constexpr TextRule kNameRule{.min = 1, .max = 40, .charset = TextRule::Charset::token};
constexpr std::array<std::string_view, 8> kPublicMembers{
    "settings",
    "keys_by_serial",
    "hosts_allowed",
    "egress",
    "timeouts",
    "routing",
    "not_found_after_seconds",
    "payout_gather_ms",
};

/// The scope `read` reads everything for a merchant; how its money travels is for operators.
std::optional<Problem> refuse_business(const Call& call) {
    if (!call.caller->operator_name.empty()) {
        return std::nullopt;
    }
    return problem_of(
        {ErrorCode::forbidden,
         "key " + call.caller->key_id +
             " is a business system's, wanted an operator's: people "
             "configure channel accounts",
         {}}
    );
}

std::expected<StoredAccount, Problem> seen_account(const Services& services, const Call& call) {
    if (auto problem = refuse_business(call)) {
        return std::unexpected(*std::move(problem));
    }
    SLUICE_ANSWER_ASSIGN(const auto id, id_in_path<ChannelAccountId>(call, kChannelAccountWord));
    auto found = services.parts.channel_accounts.store.find(id);
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    std::optional<StoredAccount>& account = *found;
    if (!account || !call.sees(account->settings.merchant_id)) {
        return std::unexpected(not_found(kChannelAccountWord, call.captures.front()));
    }
    return *std::move(account);
}

Answer channel_account_answer(int status, const StoredAccount& account) {
    http::Response response = json_response(status, render(account));
    response.headers.set({"Location", "/v1/channel_accounts/" + account.id.to_string()});
    return response;
}

/// As it is after a change; this node takes it up at once.
Answer answer_changed(const Services& services, int status, ChannelAccountId id) {
    services.parts.channel_accounts.changed();
    auto found = services.parts.channel_accounts.store.find(id);
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    const std::optional<StoredAccount>& account = *found;
    if (!account) {
        return std::unexpected(not_found(kChannelAccountWord, id.to_string()));
    }
    return channel_account_answer(status, *account);
}

Problem at_its_place(const Error& error) {
    return invalid_request({{FieldError::Where::pointer, error.context, error.message}});
}

/// The members that POST and PATCH share.
std::optional<Problem> apply_members(
    Fields& fields, const Value& body, ChannelAccountSettings& settings
) {
    Value open{ValueObject{}};
    for (const std::string_view name : kPublicMembers) {
        if (fields.has(name)) {
            open.set(name, *body.find(name));
        }
    }
    if (auto done = channel::apply_public_part(open, settings); !done) {
        return at_its_place(done.error());
    }
    if (fields.has("secrets")) {
        if (auto done = channel::apply_secrets(*body.find("secrets"), settings); !done) {
            return at_its_place(done.error());
        }
    }
    return std::nullopt;
}

channel::ChangeBy by_caller(const Services& services, const Call& call) {
    return {call.caller->operator_name, services.ids.now()};
}

Answer change_state(
    const Services& services,
    const Call& call,
    const std::vector<AccountState>& from,
    AccountState to
) {
    if (auto problem = check_empty_body(call.request, services.settings.body_bytes_max)) {
        return std::unexpected(*std::move(problem));
    }
    SLUICE_ANSWER_ASSIGN(const StoredAccount account, seen_account(services, call));
    if (account.settings.state == to) {
        return channel_account_answer(200, account);
    }
    auto& store = services.parts.channel_accounts.store;
    const auto done = store.change_state({account.id, from, to}, by_caller(services, call));
    if (!done) {
        return std::unexpected(problem_of(done.error()));
    }
    return answer_changed(services, 200, account.id);
}

/// Whatever the channel did not tell is worth the same question again.
Problem balance_problem(const Error& error) {
    Problem problem = problem_of(error);
    if (error.code == ErrorCode::unavailable) {
        problem.code = "balance_unknown";
        problem.detail = error.message;
    }
    return problem;
}

}  // namespace

Answer create_channel_account(const Services& services, const Call& call) {
    if (auto problem = refuse_business(call)) {
        return std::unexpected(*std::move(problem));
    }
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    ChannelAccountSettings settings;
    settings.state = AccountState::draft;
    settings.channel = fields.text("channel", kNameRule);
    settings.name = fields.text("name", kNameRule);
    settings.merchant_id = fields.text_or("merchant_id", kMerchantIdRule, "");
    if (errors.empty() && !call.sees(settings.merchant_id)) {
        fields.refuse(
            "merchant_id",
            "merchant_id is " + show(Value(settings.merchant_id)) + ", wanted " +
                std::string(call.merchant_id) + ", whose operator this is"
        );
    }
    auto problem = apply_members(fields, body, settings);
    fields.finish();
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    if (problem) {
        return std::unexpected(*std::move(problem));
    }
    const ChannelAccounts& accounts = services.parts.channel_accounts;
    if (const auto fits = accounts.check({settings}); !fits) {
        return std::unexpected(at_its_place(fits.error()));
    }
    const auto id = services.ids.make<ChannelAccountId>(
        bucket_of("channel_account", settings.channel + "/" + settings.name)
    );
    if (const auto saved = accounts.store.save({id, 0, settings}, by_caller(services, call));
        !saved) {
        return std::unexpected(problem_of(saved.error()));
    }
    return answer_changed(services, 201, id);
}

Answer list_channel_accounts(const Services& services, const Call& call) {
    if (auto problem = refuse_business(call)) {
        return std::unexpected(*std::move(problem));
    }
    const auto found = services.parts.channel_accounts.store.list();
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    ValueArray list;
    for (const StoredAccount& account : *found) {
        if (call.sees(account.settings.merchant_id)) {
            list.push_back(render(account));
        }
    }
    Value body;
    body.set("channel_accounts", std::move(list));
    return json_response(200, body);
}

Answer get_channel_account(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const StoredAccount account, seen_account(services, call));
    const auto changes = services.parts.channel_accounts.store.changes(account.id);
    if (!changes) {
        return std::unexpected(problem_of(changes.error()));
    }
    Value body = render(account);
    body.set("history", render(*changes));
    const ChannelAccounts& accounts = services.parts.channel_accounts;
    body.set("health", channel::to_value(accounts.health(account.settings)));
    const auto balances = accounts.floats.balances(account.settings.channel, account.settings.name);
    if (!balances) {
        return std::unexpected(problem_of(balances.error()));
    }
    ValueArray floats;
    for (const Money& balance : *balances) {
        floats.push_back(Value(
            ValueObject{{"currency", balance.currency().code()}, {"balance", balance.minor()}}
        ));
    }
    body.set("float", std::move(floats));
    return json_response(200, body);
}

Answer top_up_channel_account(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    FloatTopUp request;
    request.number = fields.text("float_top_up_number", kMerchantNumberRule);
    const std::int64_t amount = fields.whole("amount", {.unit = "minor units"});
    request.amount = Money{amount, read_currency(fields)};
    fields.finish();
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    SLUICE_ANSWER_ASSIGN(const StoredAccount account, seen_account(services, call));
    request.channel = account.settings.channel;
    request.channel_account = account.settings.name;
    request.at = services.ids.now();
    const auto done = services.parts.channel_accounts.floats.top_up(request);
    if (!done) {
        return std::unexpected(problem_of(done.error()));
    }
    Value answer;
    answer.set("channel_account_id", account.id.to_string());
    answer.set("float_top_up_number", request.number);
    answer.set("amount", request.amount.minor());
    answer.set("currency", request.amount.currency().code());
    answer.set("balance", done->balance.minor());
    return json_response(done->is_new ? 201 : 200, answer);
}

Answer change_channel_account(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const StoredAccount account, seen_account(services, call));
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    const ChannelAccounts& accounts = services.parts.channel_accounts;
    const auto before = accounts.store.open(account);
    if (!before) {
        return std::unexpected(problem_of(before.error()));
    }
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    ChannelAccountSettings settings = *before;
    auto problem = apply_members(fields, body, settings);
    fields.finish();
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    if (problem) {
        return std::unexpected(*std::move(problem));
    }
    if (const auto fits = accounts.check({settings, &*before}); !fits) {
        return std::unexpected(at_its_place(fits.error()));
    }
    const auto saved =
        accounts.store.save({account.id, account.version, settings}, by_caller(services, call));
    if (!saved) {
        return std::unexpected(problem_of(saved.error()));
    }
    return answer_changed(services, 200, account.id);
}

namespace {

/// A draft was held against the form that its channel had when it was written: another one may have
/// been loaded since.
std::expected<void, Problem> check_draft(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const StoredAccount account, seen_account(services, call));
    if (account.settings.state != AccountState::draft) {
        return {};
    }
    const ChannelAccounts& accounts = services.parts.channel_accounts;
    const auto settings = accounts.store.open(account);
    if (!settings) {
        return std::unexpected(problem_of(settings.error()));
    }
    if (const auto fits = accounts.check({*settings}); !fits) {
        return std::unexpected(problem_of(
            {ErrorCode::conflict,
             "the draft does not fit its channel any more: " + fits.error().message,
             {}}
        ));
    }
    return {};
}

}  // namespace

Answer go_live_channel_account(const Services& services, const Call& call) {
    if (auto fits = check_draft(services, call); !fits) {
        return std::unexpected(std::move(fits).error());
    }
    return change_state(services, call, {AccountState::draft}, AccountState::live);
}

Answer pause_channel_account(const Services& services, const Call& call) {
    return change_state(services, call, {AccountState::live}, AccountState::paused);
}

Answer resume_channel_account(const Services& services, const Call& call) {
    return change_state(services, call, {AccountState::paused}, AccountState::live);
}

Answer retire_channel_account(const Services& services, const Call& call) {
    return change_state(
        services,
        call,
        {AccountState::draft, AccountState::live, AccountState::paused},
        AccountState::retired
    );
}

Reply test_channel_account(const Services& services, const Call& call) {
    if (auto problem = check_empty_body(call.request, services.settings.body_bytes_max)) {
        return std::unexpected(*std::move(problem));
    }
    SLUICE_ANSWER_ASSIGN(const StoredAccount account, seen_account(services, call));
    auto settings = services.parts.channel_accounts.store.open(account);
    if (!settings) {
        return std::unexpected(problem_of(settings.error()));
    }
    const auto longest = std::max(settings->timeouts.query, settings->timeouts.payout_query);
    const auto patience = kTrialQuestions * longest + services.settings.engine_grace;
    return wait_for<TrialResult>(
        patience,
        [&services, settings = *std::move(settings)](Take<TrialResult> take) {
            services.parts.channel_accounts.try_out(settings, std::move(take));
        },
        [](const Result<TrialResult>& trial) -> Answer {
            if (!trial) {
                return std::unexpected(problem_of(trial.error()));
            }
            return json_response(200, render(*trial));
        }
    );
}

Reply get_channel_account_balance(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const StoredAccount account, seen_account(services, call));
    auto settings = services.parts.channel_accounts.store.open(account);
    if (!settings) {
        return std::unexpected(problem_of(settings.error()));
    }
    const auto patience =
        settings->timeouts.of(payment::Operation::query) + services.settings.engine_grace;
    return wait_for<channel::AccountBalance>(
        patience,
        [&services, settings = *std::move(settings)](Take<channel::AccountBalance> take) {
            services.parts.channel_accounts.ask_balance(settings, std::move(take));
        },
        [](const Result<channel::AccountBalance>& balance) -> Answer {
            if (!balance) {
                return std::unexpected(balance_problem(balance.error()));
            }
            return json_response(200, render(*balance));
        }
    );
}

}  // namespace sluice::gateway
