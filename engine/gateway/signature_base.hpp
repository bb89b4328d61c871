#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "gateway/structured_field.hpp"
#include "http/message.hpp"

namespace sluice::gateway {

/// What a request was sent over as its caller saw it. A proxy in front of this server may have
/// taken the encryption off, so the request itself does not tell.
enum class Scheme { https, http };

/// The text that a signature signs (RFC 9421, 2.5): one line for each covered component, and one
/// for the list and its parameters. `invalid` for a component that the request has not, that stands
/// twice, has parameters, or is not known here: known are the request's header fields, "@method",
/// "@target-uri", "@authority", "@scheme", "@request-target", "@path" and "@query".
Result<std::string> signature_base(
    const http::Request& request, const structured::InnerList& covered, Scheme scheme
);

/// All fields of that name in their order, as one value; nothing when there is none.
[[nodiscard]] std::optional<std::string> combined_field(
    const http::Request& request, std::string_view name
);

}  // namespace sluice::gateway
