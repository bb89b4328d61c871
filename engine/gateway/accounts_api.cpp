#include "gateway/accounts_api.hpp"

#include <charconv>
#include <utility>

#include "gateway/idempotency.hpp"
#include "gateway/input.hpp"
#include "gateway/listed_merchant.hpp"
#include "gateway/member_rules.hpp"
#include "gateway/page.hpp"
#include "gateway/render.hpp"

namespace sluice::gateway {
namespace {

std::expected<AccountIdentity, Problem> own_account(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const AccountId id, id_in_path<AccountId>(call, "account"));
    auto identity = services.parts.accounts.identify(id);
    if (!identity) {
        return std::unexpected(problem_of(identity.error()));
    }
    std::optional<AccountIdentity>& own = *identity;
    if (!own || !call.sees(own->merchant_id)) {
        return std::unexpected(not_found("account", call.captures.front()));
    }
    return *std::move(own);
}

http::Response account_answer(int status, const Account& account) {
    http::Response response = json_response(status, render(account));
    response.headers.set({"Location", "/v1/accounts/" + account.identity.id.to_string()});
    return response;
}

Answer answer_change(const Result<AccountChange>& change) {
    if (!change) {
        return std::unexpected(problem_of(change.error()));
    }
    return account_answer(change->is_new ? 201 : 200, change->account);
}

/// What is no word of a kind was refused by then.
AccountKind kind_of(std::string_view word) {
    for (const auto kind : {AccountKind::balance, AccountKind::merchant_available}) {
        if (word == to_string(kind)) {
            return kind;
        }
    }
    return AccountKind::prepaid_card;
}

/// `cursor` of the query: the number of the last entry before; nullopt when it is absent.
std::expected<std::optional<std::int64_t>, Problem> read_entry_cursor(const http::Request& request
) {
    const auto text = http::query_parameter(request, "cursor");
    if (!text) {
        return std::nullopt;
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    const bool whole = error == std::errc{} && end == text->data() + text->size();
    if (!whole || number < 1 || number > kAmountMax) {
        return std::unexpected(bad_parameter(
            "cursor",
            "cursor is '" + show_bytes(*text) + "', wanted a whole number from 1 to " +
                std::to_string(kAmountMax)
        ));
    }
    return number;
}

}  // namespace

Answer open_account(const Services& services, const Call& call) {
    OpenAccount request;
    SLUICE_ANSWER_ASSIGN(request.keyed.idempotency_key, read_idempotency_key(call.request));
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    request.identity.kind =
        kind_of(fields.choice("kind", {"prepaid_card", "balance", "merchant_available"}));
    request.identity.owner_number = request.identity.kind == AccountKind::merchant_available
                                        ? std::string(call.merchant_id)
                                        : fields.text("owner_number", kMerchantNumberRule);
    request.identity.currency = read_currency(fields);
    fields.finish();
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    request.identity.merchant_id = call.merchant_id;
    request.keyed.request_hash = hash_request("POST /v1/accounts", body);
    return answer_change(services.parts.accounts.open(request));
}

Answer list_accounts(const Services& services, const Call& call) {
    const auto number = http::query_parameter(call.request, "owner_number");
    if (const auto fault = find_fault(number.value_or(""), kMerchantNumberRule)) {
        const std::string message =
            "owner_number " +
            (number ? *fault : "is missing, wanted " + describe_range(kMerchantNumberRule));
        return std::unexpected(
            invalid_request({{FieldError::Where::parameter, "owner_number", message}})
        );
    }
    SLUICE_ANSWER_ASSIGN(const std::string merchant, listed_merchant(call));
    const auto found = services.parts.accounts.find_of_owner({merchant, number.value_or("")});
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    ValueArray accounts;
    for (const Account& account : *found) {
        accounts.push_back(render(account));
    }
    Value body;
    body.set("accounts", std::move(accounts));
    return json_response(200, body);
}

Answer get_account(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const AccountIdentity identity, own_account(services, call));
    const auto found = services.parts.accounts.find(identity.id);
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    const std::optional<Account>& account = *found;
    if (!account) {
        return std::unexpected(not_found("account", call.captures.front()));
    }
    return account_answer(200, *account);
}

Answer top_up_account(const Services& services, const Call& call) {
    TopUp request;
    SLUICE_ANSWER_ASSIGN(request.keyed.idempotency_key, read_idempotency_key(call.request));
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    request.top_up_number = fields.text("top_up_number", kMerchantNumberRule);
    const std::int64_t amount = fields.whole("amount", {.unit = "minor units"});
    request.amount = Money{amount, read_currency(fields)};
    fields.finish();
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    SLUICE_ANSWER_ASSIGN(request.account, own_account(services, call));
    if (request.account.currency != request.amount.currency()) {
        const std::string message = "currency is " + std::string(request.amount.currency().code()) +
                                    ", wanted " + std::string(request.account.currency.code()) +
                                    ", which the account holds";
        return std::unexpected(invalid_request({{FieldError::Where::pointer, "/currency", message}})
        );
    }
    request.at = services.ids.now();
    request.keyed.request_hash =
        hash_request("POST /v1/accounts/" + call.captures.front() + "/top_ups", body);
    return answer_change(services.parts.accounts.top_up(request));
}

Answer list_entries(const Services& services, const Call& call) {
    PageRequest page;
    SLUICE_ANSWER_ASSIGN(page.before_seq, read_entry_cursor(call.request));
    SLUICE_ANSWER_ASSIGN(page.limit, read_limit(call.request));
    SLUICE_ANSWER_ASSIGN(const AccountIdentity identity, own_account(services, call));
    const auto found = services.parts.accounts.entries(identity.id, page);
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    ValueArray entries;
    for (const AccountEntry& entry : found->entries) {
        entries.push_back(render(entry));
    }
    Value body;
    body.set("entries", std::move(entries));
    const auto& next = found->next_before;
    body.set("next_cursor", next ? Value(std::to_string(*next)) : Value());
    return json_response(200, body);
}

Answer close_account(const Services& services, const Call& call) {
    if (auto problem = check_empty_body(call.request, services.settings.body_bytes_max)) {
        return std::unexpected(*std::move(problem));
    }
    SLUICE_ANSWER_ASSIGN(const AccountIdentity identity, own_account(services, call));
    const auto account = services.parts.accounts.close(identity.id);
    if (!account) {
        return std::unexpected(problem_of(account.error()));
    }
    return account_answer(200, *account);
}

}  // namespace sluice::gateway
