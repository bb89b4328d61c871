#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "channel/form.hpp"
#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::channel {

/// `invalid` unless it is a record of no other members than the known ones.
Result<void> check_form_members(const Value& record, const std::vector<std::string_view>& known);

/// One line of form.json; `invalid` names the field and what is wrong with it.
Result<FormField> parse_field(const Value& value);

/// Whether the whole text matches; nothing is asked of one without a pattern, of one whose pattern
/// is none nobody knows, and no pattern is for more than 4096 bytes.
[[nodiscard]] bool has_shape(const std::string& text, const std::string& pattern);

}  // namespace sluice::channel
