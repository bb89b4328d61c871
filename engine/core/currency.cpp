#include "core/currency.hpp"

#include <algorithm>
#include <string>

#include "core/invariant.hpp"
#include "core/utf8.hpp"

namespace sluice {
namespace {

struct Known {
    std::string_view code;
    signed char exponent;
};

// ISO 4217 minor units of the currencies our channels can express.
constexpr std::array kKnown{
    Known{"AED", 2}, Known{"AUD", 2}, Known{"BHD", 3}, Known{"BRL", 2}, Known{"CAD", 2},
    Known{"CHF", 2}, Known{"CNY", 2}, Known{"DKK", 2}, Known{"EUR", 2}, Known{"GBP", 2},
    Known{"HKD", 2}, Known{"IDR", 2}, Known{"INR", 2}, Known{"JPY", 0}, Known{"KRW", 0},
    Known{"KWD", 3}, Known{"MOP", 2}, Known{"MYR", 2}, Known{"NOK", 2}, Known{"NZD", 2},
    Known{"OMR", 3}, Known{"PHP", 2}, Known{"RUB", 2}, Known{"SAR", 2}, Known{"SEK", 2},
    Known{"SGD", 2}, Known{"THB", 2}, Known{"TWD", 2}, Known{"USD", 2}, Known{"VND", 0},
};

}  // namespace

Result<Currency> Currency::parse(std::string_view code) {
    const auto found = std::ranges::find(kKnown, code, &Known::code);
    if (found == kKnown.end()) {
        return fail(
            ErrorCode::invalid,
            "currency '" + std::string(cut_text(code, 16)) +
                "' is not known, wanted a code like CNY"
        );
    }
    Currency currency;
    std::ranges::copy(code, currency.code_.begin());
    currency.exponent_ = found->exponent;
    return currency;
}

Currency cny() {
    auto currency = Currency::parse("CNY");
    SLUICE_INVARIANT(currency.has_value());
    return *currency;
}

}  // namespace sluice
