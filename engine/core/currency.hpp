#pragma once

#include <array>
#include <string_view>

#include "core/result.hpp"

namespace sluice {

/// An ISO 4217 currency we may hold money in, with its number of decimals. A value type; the
/// default is no currency and never leaves a Money.
class Currency {
  public:
    Currency() = default;

    /// `invalid` when the code is not one of the known upper-case three-letter codes.
    static Result<Currency> parse(std::string_view code);

    [[nodiscard]] std::string_view code() const { return {code_.data(), 3}; }
    [[nodiscard]] int exponent() const { return exponent_; }

    friend bool operator==(const Currency&, const Currency&) = default;
    friend auto operator<=>(const Currency&, const Currency&) = default;

  private:
    std::array<char, 3> code_{};
    signed char exponent_ = 0;
};

/// The currency most tests and demo data use: Chinese yuan, two decimals.
[[nodiscard]] Currency cny();

}  // namespace sluice
