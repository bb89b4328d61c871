#pragma once

#include <array>
#include <string>
#include <string_view>

namespace sluice::testing {

/// The business systems that share the nodes of a workload, and its channel accounts.
inline constexpr std::array<std::string_view, 3> kMerchants{"m1", "m2", "m3"};

/// The API key of one of them, and those of all as tables of a node's configuration.
[[nodiscard]] std::string merchant_key(std::string_view merchant);
[[nodiscard]] std::string merchant_keys();

}  // namespace sluice::testing
