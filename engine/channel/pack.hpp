#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::channel {

// What unpack.hpp opens: how channels pack their bills. Used by whoever plays one.

[[nodiscard]] std::string gzipped(std::string_view content);
/// A zip archive of names and contents, deflated.
[[nodiscard]] std::string zipped(const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace sluice::channel
