#pragma once

#include <string>
#include <string_view>

#include "channel/registry.hpp"

namespace sluice::channel::testing {

/// The application with a content key: contents go to the channel and back encrypted.
[[nodiscard]] ChannelAccountSettings sealing_alipay_account();
/// An answer's node as that application is told it: a text in quotes, encrypted.
[[nodiscard]] std::string sealed_node(std::string_view node);

}  // namespace sluice::channel::testing
