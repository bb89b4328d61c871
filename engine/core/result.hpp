#pragma once

#include <expected>
#include <string>
#include <utility>

#include "core/error.hpp"

namespace sluice {

/// A value or the Error that explains why there is none. Ignoring one does not compile.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
  public:
    using std::expected<T, Error>::expected;
};

/// The failing half of any Result: `return fail(ErrorCode::not_found, "order ord_9 does not
/// exist");`
[[nodiscard]] inline std::unexpected<Error> fail(
    ErrorCode code, std::string message, std::string context = {}
) {
    return std::unexpected<Error>(Error{code, std::move(message), std::move(context)});
}

[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
    return std::unexpected<Error>(std::move(error));
}

}  // namespace sluice

#define SLUICE_CONCAT_INNER(a, b) a##b
#define SLUICE_CONCAT(a, b) SLUICE_CONCAT_INNER(a, b)

/// Leaves the function with the error of `expr`, or goes on.
#define SLUICE_TRY(expr)                                                 \
    do {                                                                 \
        auto&& sluice_try_result = (expr);                               \
        if (!sluice_try_result) {                                        \
            return ::sluice::fail(std::move(sluice_try_result).error()); \
        }                                                                \
    } while (false)

/// `SLUICE_ASSIGN(auto money, Money::of(1, currency));` declares or assigns the value, or leaves.
#define SLUICE_ASSIGN(var, expr) \
    SLUICE_ASSIGN_INNER(SLUICE_CONCAT(sluice_result_, __LINE__), var, expr)
#define SLUICE_ASSIGN_INNER(temporary, var, expr)            \
    auto temporary = (expr);                                 \
    if (!temporary) {                                        \
        return ::sluice::fail(std::move(temporary).error()); \
    }                                                        \
    var = std::move(temporary).value()
