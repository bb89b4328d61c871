#include "gateway/payout_request.hpp"

#include <utility>

#include "gateway/member_rules.hpp"

namespace sluice::gateway {
namespace {

constexpr TextRule kCompensatedIdRule{.min = 1, .max = 64, .charset = TextRule::Charset::any};
constexpr TextRule kLiablePartyRule{.min = 1, .max = 64, .charset = TextRule::Charset::token};
constexpr std::string_view kCompensationCost = "5002";
constexpr std::string_view kCompensationRecoverable = "1202";

Problem wrong_member(std::string_view name, std::string message) {
    return invalid_request(
        {{FieldError::Where::pointer, "/" + std::string(name), std::move(message)}}
    );
}

std::optional<Problem> settle_source(
    PayoutRequest& request, const Services& services, const Call& call
) {
    if (request.source == PayoutSource::our_cost) {
        request.details.from = {{}, std::string(kCompensationCost)};
        return std::nullopt;
    }
    if (request.source == PayoutSource::liable_party) {
        request.details.from = {{}, std::string(kCompensationRecoverable)};
        return std::nullopt;
    }
    const Currency currency = request.amount.currency();
    const bool is_named = !request.from_account.is_nil();
    const AccountId id =
        is_named ? request.from_account : available_account(call.merchant_id, currency);
    const auto found = services.parts.accounts.identify(id);
    if (!found) {
        return problem_of(found.error());
    }
    const std::optional<AccountIdentity>& account = *found;
    if (!is_named && !account) {
        return problem_of(
            {ErrorCode::refused,
             "the merchant has no account of available money in " + std::string(currency.code()) +
                 ", wanted one (POST /v1/accounts, kind merchant_available) or from_account_id",
             "no_available_account"}
        );
    }
    auto fault = find_account_fault(account, id, currency, call);
    if (fault || !account) {
        return wrong_member("from_account_id", std::move(fault).value_or(""));
    }
    if (account->kind == AccountKind::prepaid_card) {
        return wrong_member(
            "from_account_id",
            "account " + id.to_string() +
                " is a prepaid_card, wanted a balance or the merchant's available money"
        );
    }
    request.details.from = {id, std::string(gl_of(account->kind))};
    return std::nullopt;
}

Problem nothing_to_make_good(const PayoutRequest& request) {
    return wrong_member(
        "compensates",
        "compensates is " + show(Value(request.compensates)) +
            ", wanted the id of an order or payment of the merchant in " +
            std::string(request.amount.currency().code())
    );
}

/// The order that the payout makes good, by its own id or by one of its payments.
std::optional<Problem> settle_compensation(
    PayoutRequest& request, const Services& services, const Call& call
) {
    payment::Payout& details = request.details;
    if (request.compensates.empty()) {
        return std::nullopt;
    }
    if (const auto payment_id = PaymentId::parse(request.compensates)) {
        const auto found = services.parts.payments.find(RunId(payment_id->raw()));
        if (!found) {
            return problem_of(found.error());
        }
        const std::optional<payment::Picture>& picture = *found;
        const bool is_payment = picture && picture->subject.service == payment::Service::payment &&
                                picture->subject.merchant_id == call.merchant_id;
        if (!is_payment) {
            return nothing_to_make_good(request);
        }
        details.compensates = picture->subject.id;
        details.order = picture->subject.order_id;
    } else if (const auto order_id = OrderId::parse(request.compensates)) {
        details.order = *order_id;
    } else {
        return nothing_to_make_good(request);
    }
    const auto found = services.parts.orders.find(call.merchant_id, details.order);
    if (!found) {
        return problem_of(found.error());
    }
    const std::optional<payment::Order>& order = *found;
    const bool fits = order && order->amount.currency() == request.amount.currency();
    return fits ? std::nullopt : std::optional(nothing_to_make_good(request));
}

std::optional<Problem> settle_payee(
    PayoutRequest& request, const Services& services, const Call& call
) {
    auto& details = request.details;
    auto checked = services.parts.check_payee({details.method, details.payee, call.merchant_id});
    if (checked) {
        details.payee_key = *std::move(checked);
        return std::nullopt;
    }
    const Error& error = checked.error();
    return invalid_request({{FieldError::Where::pointer, error.context, error.message}});
}

std::string read_payout_source(Fields& fields, PayoutRequest& request) {
    const std::string source = fields.choice(
        "source", {"merchant_available", "compensation_cost", "compensation_recoverable"}
    );
    if (source == "compensation_cost") {
        request.source = PayoutSource::our_cost;
    } else if (source == "compensation_recoverable") {
        request.source = PayoutSource::liable_party;
    }
    return source;
}

}  // namespace

std::optional<std::string> find_account_fault(
    const std::optional<AccountIdentity>& account, AccountId id, Currency currency, const Call& call
) {
    const std::string name = "account " + id.to_string();
    if (!account || account->merchant_id != call.merchant_id) {
        return name + " does not exist";
    }
    if (account->currency != currency) {
        return name + " holds " + std::string(account->currency.code()) + ", wanted " +
               std::string(currency.code());
    }
    return std::nullopt;
}

PayoutRequest read_payout(Fields& fields, Currency currency) {
    PayoutRequest request;
    request.number = fields.text("merchant_payout_number", kMerchantNumberRule);
    request.amount = Money{fields.whole("amount", {.unit = "minor units"}), currency};
    const std::int64_t fee =
        fields.has("fee") ? fields.whole("fee", {.min = 0, .unit = "minor units"}) : 0;
    // At most twice 9e15: far from overflow.
    if (request.amount.minor() + fee > kAmountMax) {
        fields.refuse(
            "fee",
            "amount and fee are " + std::to_string(request.amount.minor() + fee) +
                " together, wanted at most " + std::to_string(kAmountMax)
        );
    }
    request.details.fee = Money{fee, currency};
    request.details.method = fields.text("method", kPayoutMethodRule);
    if (const Value* payee = fields.record("payee")) {
        request.details.payee = *payee;
    }
    if (fields.has("from_account_id")) {
        request.from_account = fields.id<AccountId>("from_account_id");
    }
    request.details.description = fields.text_or("description", kOutgoingDescriptionRule, "");
    return request;
}

void read_compensation(Fields& fields, PayoutRequest& request) {
    request.compensates = fields.text_or("compensates", kCompensatedIdRule, "");
    const bool names_source = fields.has("source");
    const std::string source = names_source ? read_payout_source(fields, request) : "";
    if (request.source == PayoutSource::liable_party) {
        request.details.liable_party = fields.text("liable_party", kLiablePartyRule);
    } else if (fields.has("liable_party")) {
        fields.refuse(
            "liable_party",
            "liable_party is given, wanted only where source is compensation_recoverable"
        );
    }
    if (names_source && !request.from_account.is_nil()) {
        fields.refuse("source", "source and from_account_id are both given, wanted one of them");
    }
    if (request.source == PayoutSource::merchant) {
        return;
    }
    if (request.compensates.empty()) {
        fields.refuse("source", "source is " + source + ", wanted compensates beside it");
    }
    if (request.details.fee.minor() > 0) {
        // Nobody's money pays it yet: it would be a cost or a claim of ours booked as our income.
        fields.refuse(
            "fee",
            "fee is " + std::to_string(request.details.fee.minor()) + " where source is " + source +
                ", wanted 0"
        );
    }
}

payment::Subject payout_subject(const PayoutRequest& request, std::string_view merchant_id) {
    payment::Subject subject;
    subject.service = payment::Service::payout;
    subject.merchant_id = merchant_id;
    subject.number = request.number;
    subject.flow = "payout";
    subject.amount = request.amount;
    return subject;
}

std::optional<Problem> settle_payout(
    PayoutRequest& request, const Services& services, const Call& call
) {
    if (auto problem = settle_payee(request, services, call)) {
        return problem;
    }
    if (auto problem = settle_compensation(request, services, call)) {
        return problem;
    }
    return settle_source(request, services, call);
}

}  // namespace sluice::gateway
