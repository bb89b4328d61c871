#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// The text as it stands between two tags of XML or HTML, or in quotes as an attribute: the five
/// characters of the languages and the carriage return, of which a reader would make a line feed,
/// become references.
[[nodiscard]] std::string escape_markup(std::string_view text);

}  // namespace sluice
