#pragma once

#include <string>
#include <string_view>

#include "channel/charset.hpp"
#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::channel {

/// Reads an application/x-www-form-urlencoded body into a record of texts in UTF-8, sorted by name.
/// `invalid` for a broken escape, bytes that are no text in the charset, or a name that stands
/// twice: which of the two was signed cannot be told.
Result<Value> form_decode(std::string_view body, Charset charset);

/// The members of a record of texts as a form, in their order: everything but unreserved characters
/// as %XX, a blank as %20. `invalid` when a member is no text.
Result<std::string> form_encode(const Value& record);

}  // namespace sluice::channel
