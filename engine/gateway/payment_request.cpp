#include "gateway/payment_request.hpp"

#include <string>
#include <utility>

#include "gateway/input.hpp"
#include "gateway/orders_api.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kLegsMax = 8;
constexpr TextRule kIdRule{.min = 1, .max = 64, .charset = TextRule::Charset::any};

std::string leg_pointer(std::size_t index) { return "/legs/" + std::to_string(index); }

AccountId read_account_id(Fields& fields) {
    const std::string text = fields.text("account_id", kIdRule);
    if (text.empty()) {
        return {};
    }
    const auto id = AccountId::parse(text);
    if (!id) {
        fields.refuse("account_id", "account_id: " + id.error().message);
        return {};
    }
    return *id;
}

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
        leg.account = read_account_id(fields);
    } else {
        leg.method = fields.choice("method", {"wechatpay"});
        leg.scene = fields.choice("scene", {"qr"});
    }
    leg.amount = Money{fields.whole("amount", {.unit = "minor units"}), Currency{}};
    fields.finish();
    return leg;
}

void check_legs(const PaymentRequest& request, std::vector<FieldError>& errors) {
    std::size_t external = 0;
    for (std::size_t i = 0; i < request.legs.size(); ++i) {
        const payment::Leg& leg = request.legs[i];
        external += leg.kind == payment::LegKind::external ? 1 : 0;
        if (leg.kind == payment::LegKind::external && external > 1) {
            errors.push_back(
                {FieldError::Where::pointer,
                 leg_pointer(i),
                 "leg " + std::to_string(leg.number) +
                     " is a second external leg, wanted at most one for now"}
            );
        }
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
        const std::string text = fields.text("order_id", kIdRule);
        const auto id = OrderId::parse(text);
        if (id) {
            request.order_id = *id;
        } else if (!text.empty()) {
            fields.refuse("order_id", "order_id: " + id.error().message);
        }
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
