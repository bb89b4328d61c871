#include "core/money.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "core/utf8.hpp"

namespace sluice {
namespace {

// __extension__ keeps -Wpedantic quiet: every compiler we build with has the type.
__extension__ using Wide = __int128;

Result<std::int64_t> narrow(Wide wide) {
    if (wide > std::numeric_limits<std::int64_t>::max() ||
        wide < std::numeric_limits<std::int64_t>::min()) {
        return fail(ErrorCode::invalid, "amount does not fit 64 bits of minor units");
    }
    return static_cast<std::int64_t>(wide);
}

Result<void> same_currency(Money a, Money b) {
    if (a.currency() != b.currency()) {
        return fail(
            ErrorCode::invalid,
            "cannot combine " + a.describe() + " with " + b.describe() + ": currencies differ"
        );
    }
    return {};
}

Wide rounded_quotient(Wide numerator, Wide denominator, Rounding rounding) {
    const bool negative = numerator < 0;
    const Wide magnitude = negative ? -numerator : numerator;
    Wide quotient = magnitude / denominator;
    const Wide remainder = magnitude % denominator;
    const bool half_or_more = remainder * 2 >= denominator;
    const bool exactly_half = remainder * 2 == denominator;
    bool step = false;
    switch (rounding) {
        case Rounding::half_up:
            step = half_or_more;
            break;
        case Rounding::half_even:
            step = exactly_half ? quotient % 2 == 1 : half_or_more;
            break;
        case Rounding::up:
            step = remainder != 0;
            break;
        case Rounding::down:
            break;
    }
    quotient += step ? 1 : 0;
    return negative ? -quotient : quotient;
}

Error bad_text(std::string_view text, Currency currency) {
    return {
        ErrorCode::invalid,
        "amount text '" + std::string(cut_text(text, 40)) + "' is not a decimal with exactly " +
            std::to_string(currency.exponent()) + " decimals",
        {}
    };
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<Money> Money::parse(std::string_view text, Currency currency) {
    std::string_view rest = text;
    const bool negative = rest.starts_with('-');
    rest.remove_prefix(negative ? 1 : 0);
    const auto dot = rest.find('.');
    const std::string_view whole = rest.substr(0, dot);
    const std::string_view fraction =
        dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
    const bool wants_fraction = currency.exponent() > 0;
    const bool shape_ok = all_digits(whole) && whole.size() <= 19 &&
                          (whole.size() == 1 || whole.front() != '0') &&
                          wants_fraction == (dot != std::string_view::npos) &&
                          fraction.size() == static_cast<std::size_t>(currency.exponent()) &&
                          (!wants_fraction || all_digits(fraction));
    if (!shape_ok) {
        return fail(bad_text(text, currency));
    }
    Wide value = 0;
    for (const std::string_view digits : {whole, fraction}) {
        for (const char c : digits) {
            value = value * 10 + (c - '0');
        }
    }
    if (negative && value == 0) {
        return fail(bad_text(text, currency));
    }
    SLUICE_ASSIGN(const std::int64_t minor, narrow(negative ? -value : value));
    return Money{minor, currency};
}

std::string Money::to_decimal() const {
    const bool negative = minor_ < 0;
    const auto magnitude =
        negative ? 0 - static_cast<std::uint64_t>(minor_) : static_cast<std::uint64_t>(minor_);
    std::string digits = std::to_string(magnitude);
    const auto exponent = static_cast<std::size_t>(currency_.exponent());
    if (exponent > 0) {
        if (digits.size() <= exponent) {
            digits.insert(0, exponent + 1 - digits.size(), '0');
        }
        digits.insert(digits.size() - exponent, 1, '.');
    }
    return negative ? "-" + digits : digits;
}

std::string Money::describe() const {
    return std::to_string(minor_) + " " + std::string(currency_.code());
}

Result<Money> Money::plus(Money other) const {
    SLUICE_TRY(same_currency(*this, other));
    SLUICE_ASSIGN(const std::int64_t sum, narrow(Wide{minor_} + other.minor_));
    return Money{sum, currency_};
}

Result<Money> Money::minus(Money other) const {
    SLUICE_TRY(same_currency(*this, other));
    SLUICE_ASSIGN(const std::int64_t rest, narrow(Wide{minor_} - other.minor_));
    return Money{rest, currency_};
}

Result<Money> Money::times(std::int64_t factor) const {
    SLUICE_ASSIGN(const std::int64_t product, narrow(Wide{minor_} * factor));
    return Money{product, currency_};
}

Result<Money> Money::basis_points(std::int64_t points, Rounding rounding) const {
    const Wide quotient = rounded_quotient(Wide{minor_} * points, 10000, rounding);
    SLUICE_ASSIGN(const std::int64_t part, narrow(quotient));
    return Money{part, currency_};
}

Result<std::vector<Money>> Money::split(const std::vector<std::int64_t>& weights) const {
    if (weights.empty() || std::ranges::any_of(weights, [](auto w) { return w < 0; })) {
        return fail(ErrorCode::invalid, "split wants at least one weight and none below zero");
    }
    Wide total = 0;
    for (const auto weight : weights) {
        total += weight;
    }
    if (total == 0) {
        return fail(ErrorCode::invalid, "split wants weights that do not sum to zero");
    }
    const bool negative = minor_ < 0;
    const Wide magnitude = negative ? -Wide{minor_} : Wide{minor_};
    // The weights may use 64 bits and the amount 63: divide the weight first by keeping 128 bits.
    if (total > std::numeric_limits<std::int64_t>::max()) {
        return fail(ErrorCode::invalid, "split wants weights whose sum fits 64 bits");
    }
    std::vector<Wide> parts;
    std::vector<Wide> remainders;
    Wide given = 0;
    for (const auto weight : weights) {
        const Wide product = magnitude * weight;
        parts.push_back(product / total);
        remainders.push_back(product % total);
        given += parts.back();
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](auto a, auto b) { return remainders[a] > remainders[b]; });
    for (std::size_t i = 0; given < magnitude; ++i, ++given) {
        parts[order[i]] += 1;
    }
    std::vector<Money> result;
    result.reserve(parts.size());
    for (const Wide part : parts) {
        result.emplace_back(static_cast<std::int64_t>(negative ? -part : part), currency_);
    }
    return result;
}

}  // namespace sluice
