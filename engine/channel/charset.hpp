#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sluice::channel {

/// How the bytes of a channel's message stand for characters. `gbk` is read and written as its
/// superset GB18030, in which every text of Unicode has exactly one form.
enum class Charset { utf8, gbk };

/// "utf-8", "GBK", "gb18030", "GB2312" in any case; nullopt for any other.
[[nodiscard]] std::optional<Charset> parse_charset(std::string_view name);

/// `invalid` when the bytes are no text in that charset, or contain a NUL.
Result<std::string> to_utf8(std::string_view bytes, Charset from);
/// `invalid` when the text is not UTF-8.
Result<std::string> from_utf8(std::string_view text, Charset to);

}  // namespace sluice::channel
