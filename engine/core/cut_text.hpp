#pragma once

#include <cstddef>
#include <string_view>

namespace sluice {

/// The text's beginning of at most so many bytes, cut between UTF-8 characters. For every text of
/// somebody else that becomes part of a message of ours.
[[nodiscard]] std::string_view cut_text(std::string_view text, std::size_t bytes_max);

}  // namespace sluice
