#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/secret.hpp"

namespace sluice::notify {

struct EndpointTag {
    static constexpr std::string_view kPrefix = "whe_";
};
using EndpointId = Id<EndpointTag>;

/// Where a merchant's business system wants to be told, and of what. A plain value.
struct Endpoint {
    EndpointId id;
    std::string merchant_id;
    std::string url;
    std::string description;
    std::vector<std::string> filters;
    bool enabled = true;
    std::string disabled_reason;  ///< "gone" when the receiver said 410; else empty
    Time created_at{};
    Time updated_at{};
};

inline constexpr std::int64_t kEndpointsMax = 16;  ///< a merchant
inline constexpr std::size_t kFiltersMax = 64;
inline constexpr std::size_t kUrlBytesMax = 2048;

/// What this installation allows: tests and demonstrations run on one machine.
enum class PlainHttp { never, to_this_machine };

/// Why nothing is sent to this URL; nullopt when it may be: https, or http to this machine where
/// that is allowed; no user, password or fragment. Names are not looked up here: what they lead to
/// is checked whenever a connection is made. Pure.
[[nodiscard]] std::optional<std::string> find_url_fault(std::string_view url, PlainHttp plain);

}  // namespace sluice::notify
