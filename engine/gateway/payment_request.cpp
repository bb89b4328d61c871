#include "gateway/payment_request.hpp"

#include <string>
#include <utility>

#include "gateway/input.hpp"
#include "gateway/member_rules.hpp"
#include "gateway/orders_api.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kLegsMax = 8;

std::string leg_pointer(std::size_t index) { return "/legs/" + std::to_string(index); }

payment::Leg read_leg(const Value& item, std::size_t index, std::vector<FieldError>& errors) {
    payment::Leg leg;
    leg.number = static_cast<int>(index) + 1;
    if (item.as_object() == nullptr) {
        errors.push_back(
            {FieldError::Where::pointer,
             leg_pointer(index),
             "leg " + std::to_string(leg.number) + " is " + show(item) + ", wanted a record"}
        );
        return leg;
    }
    Fields fields(item, leg_pointer(index), errors);
    const std::string kind = fields.choice("kind", {"internal", "external"});
    if (kind.empty()) {
        return leg;
    }
    if (kind == "internal") {
        leg.kind = payment::LegKind::internal;
        leg.method = fields.choice("method", {"prepaid_card", "balance"});
        leg.account = fields.id<AccountId>("account_id");
    } else {
        // Which there are, the channel accounts say: check_scenes.
        leg.method = fields.text("method", kWordRule);
        leg.scene = fields.text("scene", kWordRule);
        if (fields.has("payer")) {
            const Value* payer = fields.record("payer");
            leg.payer = payer != nullptr ? *payer : Value();
        }
    }
    leg.amount = Money{fields.whole("amount", {.unit = "minor units"}), Currency{}};
    fields.finish();
    return leg;
}

void check_legs(const PaymentRequest& request, std::vector<FieldError>& errors) {
    for (std::size_t i = 0; i < request.legs.size(); ++i) {
        const payment::Leg& leg = request.legs[i];
        for (std::size_t j = 0; j < i && leg.kind == payment::LegKind::internal; ++j) {
            if (request.legs[j].account == leg.account) {
                errors.push_back(
                    {FieldError::Where::pointer,
                     leg_pointer(i) + "/account_id",
                     "account " + leg.account.to_string() + " pays leg " + std::to_string(j + 1) +
                         " already, wanted one leg an account"}
                );
            }
        }
    }
}

void read_legs(const Value& body, PaymentRequest& request, std::vector<FieldError>& errors) {
    const Value* member = body.find("legs");
    const ValueArray& items = *member->as_array();
    if (items.empty() || items.size() > kLegsMax) {
        errors.push_back(
            {FieldError::Where::pointer,
             "/legs",
             "legs has " + std::to_string(items.size()) + " elements, wanted 1 to " +
                 std::to_string(kLegsMax)}
        );
        return;
    }
    const std::size_t errors_before = errors.size();
    for (std::size_t i = 0; i < items.size(); ++i) {
        request.legs.push_back(read_leg(items[i], i, errors));
        // At most 8 times 9e15: far from overflow.
        request.amount_minor += request.legs.back().amount.minor();
    }
    if (errors.size() == errors_before) {
        check_legs(request, errors);
    }
}

void read_target(
    Fields& fields,
    PaymentRequest& request,
    const Services& services,
    const Call& call,
    std::vector<FieldError>& errors
) {
    const bool has_id = fields.has("order_id");
    const bool has_order = fields.has("order");
    if (has_id == has_order) {
        const std::string state = has_id ? "are both given" : "are both missing";
        fields.refuse("order_id", "order_id and order " + state + ", wanted exactly one of them");
        return;
    }
    if (has_id) {
        request.order_id = fields.id<OrderId>("order_id");
        return;
    }
    if (const Value* order = fields.record("order")) {
        Fields members(*order, "/order", errors);
        request.order = read_order(members, services, call);
        request.order_id = request.order->id;
    }
}

std::optional<std::string> find_account_fault(
    const std::optional<AccountIdentity>& account, const payment::Leg& leg, const Call& call
) {
    const std::string name = "account " + leg.account.to_string();
    if (!account || account->merchant_id != call.merchant_id) {
        return name + " does not exist";
    }
    if (to_string(account->kind) != leg.method) {
        return name + " is a " + std::string(to_string(account->kind)) + ", wanted a " + leg.method;
    }
    if (account->currency != leg.amount.currency()) {
        return name + " holds " + std::string(account->currency.code()) + ", wanted " +
               std::string(leg.amount.currency().code());
    }
    return std::nullopt;
}

/// A request that is well formed and that nobody can serve: 422. One that says too little or too
/// much of who pays is not.
Problem not_offered(std::size_t leg, const Error& error) {
    std::vector<FieldError> errors{
        {FieldError::Where::pointer, leg_pointer(leg) + error.context, error.message}
    };
    if (error.context.starts_with("/payer")) {
        return invalid_request(std::move(errors));
    }
    return Problem{
        .status = 422,
        .code = "not_offered",
        .detail = error.message,
        .errors = std::move(errors),
        .headers = {}
    };
}

/// Whether the channel accounts of now offer what the legs ask for.
std::optional<Problem> check_scenes(
    const PaymentRequest& request, const Services& services, const Call& call
) {
    for (std::size_t i = 0; i < request.legs.size(); ++i) {
        const payment::Leg& leg = request.legs[i];
        if (leg.kind != payment::LegKind::external) {
            continue;
        }
        const auto offered =
            services.parts.check_scene({leg.method, leg.scene, leg.payer, call.merchant_id});
        if (!offered) {
            return not_offered(i, offered.error());
        }
    }
    return std::nullopt;
}

}  // namespace

std::expected<PaymentRequest, Problem> read_payment_request(
    const Value& body, const Services& services, const Call& call
) {
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    PaymentRequest request;
    read_target(fields, request, services, call, errors);
    if (fields.list("legs") != nullptr) {
        read_legs(body, request, errors);
    }
    request.supersedes = fields.flag("supersede").value_or(true);
    fields.finish();
    if (errors.empty() && request.order && request.amount_minor > request.order->amount.minor()) {
        errors.push_back(
            {FieldError::Where::pointer,
             "/legs",
             "the legs pay " + std::to_string(request.amount_minor) + ", wanted at most the " +
                 std::to_string(request.order->amount.minor()) + " that the order owes"}
        );
    }
    if (errors.empty() && request.amount_minor > kAmountMax) {
        errors.push_back(
            {FieldError::Where::pointer,
             "/legs",
             "the legs pay " + std::to_string(request.amount_minor) + ", wanted at most " +
                 std::to_string(kAmountMax)}
        );
    }
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    return request;
}

std::optional<Problem> settle_legs(
    PaymentRequest& request, Currency currency, const Services& services, const Call& call
) {
    if (auto problem = check_scenes(request, services, call)) {
        return problem;
    }
    std::vector<FieldError> errors;
    for (std::size_t i = 0; i < request.legs.size(); ++i) {
        payment::Leg& leg = request.legs[i];
        leg.amount = Money{leg.amount.minor(), currency};
        if (leg.kind == payment::LegKind::external) {
            continue;
        }
        const auto account = services.parts.accounts.identify(leg.account);
        if (!account) {
            return problem_of(account.error());
        }
        if (auto fault = find_account_fault(*account, leg, call)) {
            errors.push_back(
                {FieldError::Where::pointer, leg_pointer(i) + "/account_id", *std::move(fault)}
            );
        }
    }
    if (errors.empty()) {
        return std::nullopt;
    }
    return invalid_request(std::move(errors));
}

}  // namespace sluice::gateway
