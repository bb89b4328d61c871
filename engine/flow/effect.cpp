#include "flow/effect.hpp"

#include "payment/names.hpp"

namespace sluice::flow {
namespace {

constexpr payment::Names<HoldStep::Kind, 3> kHoldKinds{"hold step", {"hold", "capture", "release"}};
constexpr payment::Names<Side, 2> kSides{"side", {"debit", "credit"}};

}  // namespace

std::string_view to_string(HoldStep::Kind kind) { return kHoldKinds.of(kind); }
std::string_view to_string(Side side) { return kSides.of(side); }

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

Value to_value(const HoldStep& effect) {
    Value value;
    value.set("type", to_string(effect.kind));
    value.set("instruction", effect.instruction.to_string());
    value.set("amount", effect.amount);
    return value;
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
