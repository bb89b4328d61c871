#include "flow/channel_terms.hpp"

namespace sluice::flow {

Value to_value(const std::optional<ChannelTerms>& terms) {
    Value value;
    if (!terms) {
        return value;
    }
    value.set("merchant", terms->merchant);
    value.set("collect_may_repeat", terms->collect_may_repeat);
    value.set("not_found_after_seconds", std::int64_t{terms->not_found_after.count()});
    return value;
}

Result<std::optional<ChannelTerms>> terms_from_value(const Value& value) {
    if (value.is_null()) {
        return std::optional<ChannelTerms>{};
    }
    const Value* may_repeat = value.find("collect_may_repeat");
    const std::int64_t seconds = value.int_or("not_found_after_seconds", -1);
    if (may_repeat == nullptr || may_repeat->as_bool() == nullptr || seconds < 0) {
        return fail(ErrorCode::corrupt, "journal has channel terms that are none");
    }
    ChannelTerms terms;
    terms.merchant = value.text_or_empty("merchant");
    terms.collect_may_repeat = *may_repeat->as_bool();
    terms.not_found_after = std::chrono::seconds(seconds);
    return std::optional(std::move(terms));
}

}  // namespace sluice::flow
