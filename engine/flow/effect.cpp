#include "flow/effect.hpp"

#include "core/json_record.hpp"
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

void append_json(std::string& out, const SendExchange& effect) {
    JsonRecord record(out);
    record.add("type", "exchange");
    record.add("exchange", std::int64_t{effect.exchange});
    record.add("operation", payment::to_string(effect.operation));
    record.add("instruction", effect.instruction);
    if (effect.repeats) {
        record.add_value("repeats", true);
    }
    record.end();
}

void append_json(std::string& out, const AccountStep& effect) {
    JsonRecord record(out);
    record.add("type", to_string(effect.kind));
    if (effect.instruction.is_nil()) {
        record.add("account", effect.account);
    } else {
        record.add("instruction", effect.instruction);
    }
    record.add_value("amount", effect.amount);
    record.end();
}

void append_json(std::string& out, const RefundClaim& effect) {
    JsonRecord record(out);
    record.add("type", kClaimKinds.of(effect.kind));
    record.add("instruction", effect.instruction);
    record.add_value("amount", effect.amount);
    if (effect.parts > 0) {
        record.add("parts", effect.parts);
        record.add("parts_max", effect.parts_max);
    }
    record.end();
}

void append_json(std::string& out, const LimitClaim& effect) {
    JsonRecord record(out);
    record.add("type", "limit_claim");
    record.add("sum", to_string(effect.sum));
    record.add("day", effect.day);
    record.add_value("amount", effect.amount);
    if (effect.most) {
        record.add_value("most", *effect.most);
    }
    record.end();
}

PostLine system_line(std::string_view gl, std::string_view owner, Side side, Money amount) {
    return {std::string(gl), std::string(owner), {}, side, amount};
}

void append_json(std::string& out, const PostLine& line) {
    JsonRecord record(out);
    record.add("type", "post");
    record.add("side", to_string(line.side));
    record.add("gl", line.gl);
    if (line.account.is_nil()) {
        record.add("owner", line.owner);
    } else {
        record.add("owner", line.account);
    }
    record.add_value("amount", line.amount);
    record.end();
}

void append_json(std::string& out, const OpenCase& effect) {
    JsonRecord record(out);
    record.add("type", "case");
    record.add("kind", effect.kind);
    record.add("instruction", effect.instruction);
    record.add_value("amount", effect.amount);
    record.end();
}

}  // namespace sluice::flow
