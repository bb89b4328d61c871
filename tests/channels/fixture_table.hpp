#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/value.hpp"

namespace sluice::channel::testing {

/// The recorded messages of a channel, sorted; `folder` is its fixtures/, beside its README.md.
[[nodiscard]] std::vector<std::string> fixture_names(std::string_view folder);
[[nodiscard]] Value fixture(std::string_view folder, std::string_view name);
/// A recorded body: text as it is, a record as JSON.
[[nodiscard]] std::string body_of(const Value* body);

/// Every expected member must be there with the same value.
void expect_members(const Value& expected, const Value& actual);
/// The table in the channel's README names each fixture once and no other.
void expect_a_fixture_for_every_row(std::string_view folder);
/// Operation, status and outcome of each row are its fixture's.
void expect_rows_to_say_what_fixtures_say(std::string_view folder);

}  // namespace sluice::channel::testing
