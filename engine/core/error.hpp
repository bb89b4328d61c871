#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// What kind of refusal or failure an operation met; the caller's next step follows from it.
enum class ErrorCode {
    invalid,         ///< the input is wrong; nothing happened
    not_found,       ///< the named thing does not exist
    conflict,        ///< the same key was used with another body, or a state forbids the act
    refused,         ///< the domain says no (insufficient balance, over a limit of money)
    unauthorized,    ///< no or wrong credentials
    forbidden,       ///< credentials are fine, the act is not theirs
    limit,           ///< a size, rate or budget was met
    unavailable,     ///< outside failed and surely nothing was done; try again
    unknown,         ///< outside may have acted; only a query may tell
    corrupt,         ///< stored data breaks a law
    nondeterminism,  ///< a script differs from its journal
    script,          ///< a script failed; the message speaks to its author
};

[[nodiscard]] std::string_view to_string(ErrorCode code);

/// One refusal: a closed code to branch on, a text that names the thing, the value and the
/// expectation, and optional context (a JSON pointer, a script position).
struct Error {
    ErrorCode code = ErrorCode::invalid;
    std::string message;
    std::string context;
};

}  // namespace sluice
