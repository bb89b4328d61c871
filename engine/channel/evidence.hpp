#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::channel {

/// Members of JSON, forms and XML that the timeline may not show.
struct MaskedMembers {
    std::vector<std::string> in_part;  ///< texts, of which 4 characters may be shown
    std::vector<std::string> whole;    ///< texts and numbers, of which nothing may be shown
};

/// A body as the timeline may keep it: masked, then cut to 2 KiB. Works on any text, also on broken
/// JSON; bytes that are no UTF-8 become '?'.
[[nodiscard]] std::string masked_body(std::string_view body, const MaskedMembers& masked);

/// The text without the secrets, each of which becomes "***": as it is, and as JSON, XML and an
/// address or a form would write it.
[[nodiscard]] std::string without_secrets(
    std::string text, const std::vector<std::string>& secrets
);

}  // namespace sluice::channel
