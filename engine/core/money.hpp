#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/currency.hpp"
#include "core/result.hpp"

namespace sluice {

/// How a ratio of an amount becomes a whole number of minor units. Always named, never implied.
enum class Rounding { half_up, half_even, up, down };

/// An exact amount: signed 64-bit minor units of one currency. Arithmetic is checked: mixed
/// currencies and overflow are `invalid` results. There is no way from or to floating point.
class Money {
  public:
    Money() = default;
    Money(std::int64_t minor, Currency currency) : minor_(minor), currency_(currency) {}

    /// Exact decimal text ("12.34") in the currency's own exponent. `invalid` for another number of
    /// decimals than the currency has, signs other than a leading '-', exponents, separators, "-0".
    static Result<Money> parse(std::string_view text, Currency currency);

    [[nodiscard]] std::int64_t minor() const { return minor_; }
    [[nodiscard]] const Currency& currency() const { return currency_; }

    /// "12.34" in the currency's exponent; parse() reads it back unchanged.
    [[nodiscard]] std::string to_decimal() const;
    /// "1234 CNY": for messages and logs, unambiguous about units.
    [[nodiscard]] std::string describe() const;

    [[nodiscard]] Result<Money> plus(Money other) const;
    [[nodiscard]] Result<Money> minus(Money other) const;
    [[nodiscard]] Result<Money> times(std::int64_t factor) const;
    /// amount * basis_points / 10000, rounded once as named.
    [[nodiscard]] Result<Money> basis_points(std::int64_t points, Rounding rounding) const;
    /// Parts by integer weights, largest remainder, ties to the earlier part; the sum is exact.
    /// `invalid` for no weights, a negative weight or a zero sum of weights.
    [[nodiscard]] Result<std::vector<Money>> split(const std::vector<std::int64_t>& weights) const;

    friend bool operator==(const Money&, const Money&) = default;

  private:
    std::int64_t minor_ = 0;
    Currency currency_;
};

}  // namespace sluice
