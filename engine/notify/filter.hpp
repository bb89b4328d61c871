#pragma once

#include <string_view>

namespace sluice::notify {

/// Which events somebody wants: "*" all, "payment.*" all of one kind of object, "payment.closed"
/// one type. Whether a type exists is not asked: filters may be older or younger than types. The
/// database finds what fits (functions/events.sql). Pure.
[[nodiscard]] bool is_filter(std::string_view text);

inline constexpr std::string_view kFilterWanted =
    "'*', a kind like 'payment.*' or a type like 'payment.succeeded', 64 characters at most";

}  // namespace sluice::notify
