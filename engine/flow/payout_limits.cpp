#include "flow/payout_limits.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice::flow {
namespace {

/// Minutes; more than any place on earth.
constexpr std::int64_t kDayBeginsMax = 1440;
/// An order is made good in all its days together.
constexpr const char* kEveryDay = "infinity";

Result<std::optional<Money>> limit_in(const Value& value, std::string_view name) {
    const Value* limit = value.find(name);
    if (limit == nullptr || limit->is_null()) {
        return std::nullopt;
    }
    if (limit->as_money() == nullptr || limit->as_money()->minor() < 0) {
        return fail(
            ErrorCode::script,
            "limit '" + std::string(name) + "' is a " + std::string(limit->kind_name()) +
                ", wanted money, zero or more, or nothing"
        );
    }
    return *limit->as_money();
}

/// "2026-01-31".
std::string day_of(Time now, std::chrono::minutes ahead) {
    constexpr std::size_t kDateSize = 10;
    return format_rfc3339_offset(now, ahead).substr(0, kDateSize);
}

std::string text_of(Money amount) {
    return amount.to_decimal() + " " + std::string(amount.currency().code());
}

std::string meaning_of(const LimitClaim& claim) {
    switch (claim.sum) {
        case LimitClaim::Sum::merchant_day:
            return "payouts of the merchant on " + claim.day;
        case LimitClaim::Sum::payee_day:
            return "payouts to the payee on " + claim.day;
        case LimitClaim::Sum::order:
            break;
    }
    return "payouts that make the order good";
}

}  // namespace

Result<PayoutLimits> payout_limits_from_value(const Value& value) {
    constexpr std::array<std::string_view, 4> kNames{
        "merchant_day", "payee_day", "order", "day_begins"
    };
    const ValueObject* members = value.as_object();
    if (members == nullptr) {
        return fail(
            ErrorCode::script,
            "take wants limits as a record, got a " + std::string(value.kind_name())
        );
    }
    for (const auto& [name, member] : *members) {
        if (std::ranges::find(kNames, name) == kNames.end()) {
            return fail(
                ErrorCode::script,
                "take knows no limit '" + name +
                    "', it takes merchant_day, payee_day, order, day_begins"
            );
        }
    }
    PayoutLimits limits;
    SLUICE_ASSIGN(limits.merchant_day, limit_in(value, "merchant_day"));
    SLUICE_ASSIGN(limits.payee_day, limit_in(value, "payee_day"));
    SLUICE_ASSIGN(limits.order, limit_in(value, "order"));
    const std::int64_t ahead = value.int_or("day_begins", kDayBeginsMax + 1);
    if (ahead < -kDayBeginsMax || ahead > kDayBeginsMax) {
        return fail(
            ErrorCode::script,
            "limits want 'day_begins', how many minutes the merchant's day is ahead of UTC"
        );
    }
    limits.day_begins = std::chrono::minutes(ahead);
    return limits;
}

Result<std::vector<LimitClaim>> limit_claims(
    const payment::Picture& payout, const PayoutLimits& limits, Time now
) {
    using Sum = LimitClaim::Sum;
    const auto& details = std::get<payment::Payout>(payout.details);
    const Money amount = payout.subject.amount;
    const std::string day = day_of(now, limits.day_begins);
    std::vector<LimitClaim> claims;
    claims.push_back({0, Sum::merchant_day, {}, day, amount, limits.merchant_day});
    if (!details.payee_key.empty()) {
        claims.push_back({0, Sum::payee_day, details.payee_key, day, amount, limits.payee_day});
    }
    if (!details.order.is_nil()) {
        claims.push_back(
            {0, Sum::order, details.order.raw().to_uuid(), kEveryDay, amount, limits.order}
        );
    }
    for (const LimitClaim& claim : claims) {
        if (claim.most && claim.most->currency() != amount.currency()) {
            return fail(
                ErrorCode::script,
                "limit '" + std::string(to_string(claim.sum)) + "' is " + claim.most->describe() +
                    ", wanted the currency of the payout, " + std::string(amount.currency().code())
            );
        }
    }
    return claims;
}

Value limit_refusal(const LimitClaim& claim, const Value& refused) {
    Value answer;
    answer.set("ok", false);
    answer.set("code", refused.text_or_empty("code"));
    const Currency currency = claim.amount.currency();
    const Money left{refused.int_or("rest", 0), currency};
    std::string text = meaning_of(claim) + " are limited";
    if (claim.most) {
        text += " to " + text_of(*claim.most);
    }
    answer.set(
        "message", text + ", " + text_of(left) + " are left, wanted " + text_of(claim.amount)
    );
    return answer;
}

}  // namespace sluice::flow
