#include "gateway/named_in_vote.hpp"

#include <algorithm>
#include <utility>

#include "gateway/balance_account.hpp"
#include "gateway/render_outgoing.hpp"

namespace sluice::gateway {
namespace {

using payment::TaskField;

/// In the order of their names: who says the same in another order says the same.
Value sorted(const Value& record) {
    ValueObject members = record.as_object() == nullptr ? ValueObject{} : *record.as_object();
    std::ranges::sort(members, {}, [](const auto& member) -> const auto& { return member.first; });
    return Value(std::move(members));
}

std::optional<Problem> check_account(
    const Services& services,
    const StoredTask& stored,
    const std::pair<const TaskField&, const Value&>& named,
    std::vector<FieldError>& errors
) {
    const auto id = AccountId::parse(*named.second.as_text());
    if (!id || !stored.task.amount || stored.task.kind != payment::kGiveBackTask) {
        return std::nullopt;
    }
    const auto account = services.parts.accounts.find(*id);
    if (!account) {
        return problem_of(account.error());
    }
    if (auto fault =
            balance_fault(*account, {*id, stored.task.amount->currency(), stored.merchant_id})) {
        errors.push_back(at_member("/values/" + named.first.name, *std::move(fault)));
    }
    return std::nullopt;
}

/// {"method", "payee"} becomes {"method", "shown", "fingerprint"}.
void take_payee(
    const Services& services,
    const StoredTask& stored,
    const TaskField& field,
    payment::TaskVote& vote,
    std::vector<FieldError>& errors
) {
    const std::string place = "/values/" + field.name;
    const Value given = *vote.values.find(field.name);
    const Value* named = given.find("payee");
    for (const auto& [name, value] : *given.as_object()) {
        if (name != "method" && name != "payee") {
            errors.push_back(
                at_member(std::string(place).append("/").append(name), name + " is not known")
            );
        }
    }
    if (named == nullptr || named->as_object() == nullptr) {
        errors.push_back(at_member(place + "/payee", "payee is missing, wanted a record"));
        return;
    }
    const std::string method(given.text_or_empty("method"));
    const Value payee = sorted(*named);
    const auto fits = services.parts.check_payee({method, payee, stored.merchant_id});
    if (!fits) {
        errors.push_back(at_member(place + fits.error().context, fits.error().message));
        return;
    }
    Value kept;
    kept.set("method", method);
    kept.set("shown", masked_payee(payee));
    kept.set("fingerprint", services.parts.print_payee(method + " " + to_json(payee)));
    vote.values.set(field.name, std::move(kept));
    vote.payee = services.parts.seal_party({stored.run, 0, payee});
}

}  // namespace

std::optional<Problem> check_named(
    const Services& services,
    const StoredTask& stored,
    payment::TaskVote& vote,
    std::vector<FieldError>& errors
) {
    for (const TaskField& field : stored.task.form) {
        const Value* value = vote.values.find(field.name);
        if (value == nullptr) {
            continue;
        }
        if (field.type == TaskField::Type::account) {
            if (auto problem = check_account(services, stored, {field, *value}, errors)) {
                return problem;
            }
        } else if (field.type == TaskField::Type::payee) {
            take_payee(services, stored, field, vote, errors);
        }
    }
    return std::nullopt;
}

}  // namespace sluice::gateway
