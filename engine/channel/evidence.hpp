#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::channel {

/// A body as the timeline may keep it: the text of every JSON member named in `masked` is cut to
/// its first 4 characters, then the whole to 2 KiB. Works on any text, also on broken JSON; bytes
/// that are no UTF-8 become '?'.
[[nodiscard]] std::string masked_body(
    std::string_view body, const std::vector<std::string>& masked
);

/// The text without the secrets, each of which becomes "***": as it is, and as JSON and an address
/// or a form would write it.
[[nodiscard]] std::string without_secrets(
    std::string text, const std::vector<std::string>& secrets
);

}  // namespace sluice::channel
