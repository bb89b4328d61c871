#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::simulator {

/// The whole file; `not_found` names it.
Result<std::string> read_file(const std::filesystem::path& file);
/// The same without the line ends at its end.
Result<std::string> read_line(const std::filesystem::path& file);

/// A text that a customer's record must have; `invalid` names it.
Result<std::string> text_member(const Value& customer, std::string_view name);
/// The list of texts of that name; empty when there is none.
[[nodiscard]] std::vector<std::string> texts_member(const Value& customer, std::string_view name);

}  // namespace sluice::simulator
