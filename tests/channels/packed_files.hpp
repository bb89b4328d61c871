#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::channel::testing {

/// As channels pack their bills.
[[nodiscard]] std::string gzipped(std::string_view content);
/// A zip archive of names and contents, deflated.
[[nodiscard]] std::string zipped(const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace sluice::channel::testing
