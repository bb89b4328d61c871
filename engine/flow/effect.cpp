#include "flow/effect.hpp"

#include "payment/names.hpp"

namespace sluice::flow {
namespace {

constexpr payment::Names<AccountStep::Kind, 6> kStepKinds{
    "account step", {"hold", "capture", "release", "take", "give", "restore"}
};
constexpr payment::Names<RefundClaim::Kind, 2> kClaimKinds{
    "refund claim", {"refund_claim", "refund_yield"}
};
constexpr payment::Names<LimitClaim::Sum, 3> kSums{
    "limited sum", {"merchant_day", "payee_day", "order"}
};
constexpr payment::Names<Side, 2> kSides{"side", {"debit", "credit"}};

}  // namespace

std::string_view to_string(AccountStep::Kind kind) { return kStepKinds.of(kind); }
std::string_view to_string(Side side) { return kSides.of(side); }

std::string_view to_string(LimitClaim::Sum sum) { return kSums.of(sum); }

Value to_value(const SendExchange& effect) {
    Value value;
    value.set("type", "exchange");
    value.set("exchange", std::int64_t{effect.exchange});
    value.set("operation", payment::to_string(effect.operation));
    value.set("instruction", effect.instruction.to_string());
    if (effect.repeats) {
        value.set("repeats", true);
    }
    return value;
}

Value to_value(const AccountStep& effect) {
    Value value;
    value.set("type", to_string(effect.kind));
    if (effect.instruction.is_nil()) {
        value.set("account", effect.account.to_string());
    } else {
        value.set("instruction", effect.instruction.to_string());
    }
    value.set("amount", effect.amount);
    return value;
}

Value to_value(const RefundClaim& effect) {
    Value value;
    value.set("type", kClaimKinds.of(effect.kind));
    value.set("instruction", effect.instruction.to_string());
    value.set("amount", effect.amount);
    if (effect.parts > 0) {
        value.set("parts", effect.parts);
        value.set("parts_max", effect.parts_max);
    }
    return value;
}

Value to_value(const LimitClaim& effect) {
    Value value;
    value.set("type", "limit_claim");
    value.set("sum", to_string(effect.sum));
    value.set("day", effect.day);
    value.set("amount", effect.amount);
    if (effect.most) {
        value.set("most", *effect.most);
    }
    return value;
}

PostLine system_line(std::string_view gl, std::string_view owner, Side side, Money amount) {
    return {std::string(gl), std::string(owner), {}, side, amount};
}

Value to_value(const PostLine& line) {
    Value value;
    value.set("type", "post");
    value.set("side", to_string(line.side));
    value.set("gl", line.gl);
    value.set("owner", line.account.is_nil() ? line.owner : line.account.to_string());
    value.set("amount", line.amount);
    return value;
}

Value to_value(const OpenCase& effect) {
    Value value;
    value.set("type", "case");
    value.set("kind", effect.kind);
    value.set("instruction", effect.instruction.to_string());
    value.set("amount", effect.amount);
    return value;
}

}  // namespace sluice::flow
