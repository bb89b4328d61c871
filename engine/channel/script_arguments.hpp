#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "core/value.hpp"
#include "lua/vm.hpp"

namespace sluice::channel {

using lua::HostReply;
using Arguments = std::span<const Value>;

/// The latest moment that a script may name, in Unix seconds: the end of the year 9999.
inline constexpr std::int64_t kSecondsMax = 253'402'300'799;

/// What host functions do with their arguments and answers.
[[nodiscard]] inline HostReply give(Value value) {
    return {HostReply::Kind::value, std::move(value), {}};
}
/// The author's mistake, told at the line of the call.
[[nodiscard]] inline HostReply mistake(std::string message) {
    return {HostReply::Kind::error, {}, std::move(message)};
}
/// nullptr when there is no such argument or it is no text.
[[nodiscard]] inline const std::string* text_at(Arguments arguments, std::size_t index) {
    return index < arguments.size() ? arguments[index].as_text() : nullptr;
}
/// Whether the first `count` arguments are texts.
[[nodiscard]] inline bool are_texts(Arguments arguments, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        if (text_at(arguments, i) == nullptr) {
            return false;
        }
    }
    return true;
}

}  // namespace sluice::channel
