#include "gateway/refund_request.hpp"

#include <algorithm>
#include <utility>

#include "gateway/balance_account.hpp"
#include "gateway/input.hpp"
#include "gateway/member_rules.hpp"

namespace sluice::gateway {
namespace {

/// As much as a channel shows the payer.
constexpr TextRule kReasonRule{.min = 1, .max = 80, .charset = TextRule::Charset::any};

/// Numbers of our own would keep such a refund from beginning.
std::string read_refund_number(Fields& fields) {
    std::string number = fields.text("merchant_refund_number", kMerchantNumberRule);
    if (number.starts_with(payment::kOwnRefundPrefix)) {
        const std::string own(payment::kOwnRefundPrefix);
        fields.refuse(
            "merchant_refund_number",
            "merchant_refund_number begins with '" + own +
                "', wanted another beginning: refunds that start by themselves have this one"
        );
    }
    return number;
}

void read_target(Fields& fields, RefundRequest& request) {
    const std::string_view targets[] = {"order_id", "payment_id", "converts"};
    const auto given = std::ranges::count_if(targets, [&fields](std::string_view name) {
        return fields.has(name);
    });
    if (given != 1) {
        fields.refuse(
            "order_id",
            "of order_id, payment_id and converts " + std::to_string(given) +
                " are given, wanted exactly one of them"
        );
        return;
    }
    if (fields.has("order_id")) {
        request.order_id = fields.id<OrderId>("order_id");
    } else if (fields.has("payment_id")) {
        request.payment_id = fields.id<PaymentId>("payment_id");
    } else {
        request.converts = fields.id<payment::RefundId>("converts");
    }
}

/// What is converted comes from an account: it goes back there by itself.
void read_fallback(Fields& members, RefundRequest& request) {
    const bool pays_out = members.has("method") || members.has("payee");
    if (pays_out) {
        request.payout_method = members.text("method", kPayoutMethodRule);
        if (const Value* payee = members.record("payee")) {
            request.payee = *payee;
        }
    }
    if (!request.converts.is_nil() && members.has("balance_account_id")) {
        members.refuse(
            "balance_account_id", "balance_account_id is given, wanted none with converts"
        );
    } else if (!pays_out || members.has("balance_account_id")) {
        request.balance_account = members.id<AccountId>("balance_account_id");
    }
    members.finish();
}

/// Where it goes by choice; a fallback is for what goes back the way it came.
void read_ways(Fields& fields, RefundRequest& request, std::vector<FieldError>& errors) {
    const bool to_balance =
        fields.has("to") && fields.choice("to", {"original", "balance"}) == "balance";
    if (to_balance && !request.converts.is_nil()) {
        fields.refuse("to", "to is balance, wanted original with converts");
    }
    if (to_balance) {
        request.to_account = fields.id<AccountId>("account_id");
    } else if (fields.has("account_id")) {
        fields.refuse("account_id", "account_id is given, wanted only with to 'balance'");
    }
    if (!fields.has("fallback")) {
        return;
    }
    const Value* fallback = fields.record("fallback");
    if (to_balance) {
        fields.refuse("fallback", "fallback is given, wanted only with to 'original'");
    } else if (fallback != nullptr) {
        Fields members(*fallback, "/fallback", errors);
        read_fallback(members, request);
    }
}

Problem refusal(int status, std::string code, FieldError error) {
    return {
        .status = status,
        .code = std::move(code),
        .detail = error.message,
        .errors = {std::move(error)},
        .headers = {}
    };
}

}  // namespace

std::expected<RefundRequest, Problem> read_refund_request(const Value& body) {
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    RefundRequest request;
    request.number = read_refund_number(fields);
    read_target(fields, request);
    const std::int64_t amount = fields.whole("amount", {.unit = "minor units"});
    request.amount = Money{amount, read_currency(fields)};
    request.reason = fields.text("reason", kReasonRule);
    read_ways(fields, request, errors);
    fields.finish();
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    return request;
}

std::optional<Problem> check_accounts(
    const RefundRequest& request, const Services& services, const Call& call
) {
    const std::pair<AccountId, const char*> named[] = {
        {request.to_account, "/account_id"},
        {request.balance_account, "/fallback/balance_account_id"}
    };
    std::vector<FieldError> errors;
    for (const auto& [id, pointer] : named) {
        if (id.is_nil()) {
            continue;
        }
        const auto account = services.parts.accounts.find(id);
        if (!account) {
            return problem_of(account.error());
        }
        if (auto fault =
                balance_fault(*account, {id, request.amount.currency(), call.merchant_id})) {
            errors.push_back(at_member(pointer, *std::move(fault)));
        }
    }
    if (!request.payout_method.empty()) {
        const auto fits =
            services.parts.check_payee({request.payout_method, request.payee, call.merchant_id});
        if (!fits) {
            errors.push_back(at_member("/fallback" + fits.error().context, fits.error().message));
        }
    }
    if (errors.empty()) {
        return std::nullopt;
    }
    return invalid_request(std::move(errors));
}

std::optional<Problem> check_amount(const RefundRequest& request, const Refundable& refundable) {
    const payment::Order& order = refundable.order;
    const Currency currency = order.amount.currency();
    if (request.amount.currency() != currency) {
        return invalid_request({at_member(
            "/currency",
            "currency is " + std::string(request.amount.currency().code()) + ", wanted " +
                std::string(currency.code()) + " as the order has it"
        )});
    }
    if (!order.credit.id.is_nil()) {
        return refusal(
            409,
            "top_up_not_refundable",
            at_member(
                "/" + std::string(request.order_id.is_nil() ? "payment_id" : "order_id"),
                refundable.name + " topped account " + order.credit.id.to_string() +
                    " up, wanted a payout from that account"
            )
        );
    }
    std::int64_t collected = 0;
    std::int64_t left = 0;
    for (const payment::RefundSource& source : refundable.sources) {
        collected += source.amount.minor();
        left += source.amount.minor() - source.refunded.minor();
    }
    if (collected == 0) {
        return refusal(
            409,
            "nothing_collected",
            at_member(
                "/" + std::string(request.order_id.is_nil() ? "payment_id" : "order_id"),
                refundable.name + " has collected nothing, wanted a payment that succeeded"
            )
        );
    }
    // What other refunds were promised counts before it has been given back; what is converted
    // counted with the refund before.
    if (request.converts.is_nil()) {
        left = std::min(left, order.paid_minor - order.refunded_minor);
    }
    if (request.amount.minor() > left) {
        return refusal(
            422,
            "more_than_paid",
            at_member(
                "/amount",
                "amount is " + std::to_string(request.amount.minor()) + ", wanted at most the " +
                    std::to_string(left) + " of " + refundable.name +
                    " that are not refunded yet (" + std::to_string(collected) + " were collected)"
            )
        );
    }
    return std::nullopt;
}

}  // namespace sluice::gateway
