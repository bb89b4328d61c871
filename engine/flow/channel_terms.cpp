#include "flow/channel_terms.hpp"

#include <limits>

namespace sluice::flow {
namespace {

std::unexpected<Error> not_terms() {
    return fail(ErrorCode::corrupt, "journal has channel terms that are none");
}

/// False when it is not there: older journals know nothing of it.
Result<bool> flag(const Value& value, std::string_view name) {
    const Value* found = value.find(name);
    if (found == nullptr) {
        return false;
    }
    if (found->as_bool() == nullptr) {
        return not_terms();
    }
    return *found->as_bool();
}

Result<void> read_refunds(const Value& value, ChannelTerms& terms) {
    SLUICE_ASSIGN(terms.refunds, flag(value, "refunds"));
    if (!terms.refunds) {
        return {};
    }
    SLUICE_ASSIGN(terms.refund_may_repeat, flag(value, "refund_may_repeat"));
    const std::int64_t window = value.int_or("refund_window_seconds", -1);
    const std::int64_t parts_max = value.int_or("refund_parts_max", -1);
    if (window < 0 || parts_max < 0 || parts_max > std::numeric_limits<int>::max()) {
        return not_terms();
    }
    terms.refund_window = std::chrono::seconds(window);
    terms.refund_parts_max = static_cast<int>(parts_max);
    return {};
}

}  // namespace

Value to_value(const std::optional<ChannelTerms>& terms) {
    Value value;
    if (!terms) {
        return value;
    }
    value.set("merchant", terms->merchant);
    value.set("collect_may_repeat", terms->collect_may_repeat);
    value.set("not_found_after_seconds", std::int64_t{terms->not_found_after.count()});
    if (terms->charged_at_once) {
        value.set("charged_at_once", true);
    }
    if (terms->refunds) {
        value.set("refunds", true);
        value.set("refund_window_seconds", std::int64_t{terms->refund_window.count()});
        value.set("refund_parts_max", std::int64_t{terms->refund_parts_max});
        value.set("refund_may_repeat", terms->refund_may_repeat);
    }
    if (terms->pays_out) {
        value.set("pays_out", true);
        value.set("payout_may_repeat", terms->payout_may_repeat);
    }
    return value;
}

Result<std::optional<ChannelTerms>> terms_from_value(const Value& value) {
    if (value.is_null()) {
        return std::optional<ChannelTerms>{};
    }
    const Value* may_repeat = value.find("collect_may_repeat");
    const std::int64_t seconds = value.int_or("not_found_after_seconds", -1);
    if (may_repeat == nullptr || may_repeat->as_bool() == nullptr || seconds < 0) {
        return not_terms();
    }
    ChannelTerms terms;
    terms.merchant = value.text_or_empty("merchant");
    terms.collect_may_repeat = *may_repeat->as_bool();
    terms.not_found_after = std::chrono::seconds(seconds);
    SLUICE_ASSIGN(terms.charged_at_once, flag(value, "charged_at_once"));
    SLUICE_TRY(read_refunds(value, terms));
    SLUICE_ASSIGN(terms.pays_out, flag(value, "pays_out"));
    SLUICE_ASSIGN(const bool may_repeat_payout, flag(value, "payout_may_repeat"));
    terms.payout_may_repeat = terms.pays_out && may_repeat_payout;
    return std::optional(std::move(terms));
}

}  // namespace sluice::flow
