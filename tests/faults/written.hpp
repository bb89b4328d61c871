#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/node_cluster.hpp"

namespace sluice::testing {

/// One text that the engine has left somewhere.
struct Written {
    std::string where;  ///< "payout", "log of node0"
    std::string text;
};

/// All rows of all tables, every column as text, journals unpacked; and the logs of all nodes.
[[nodiscard]] std::vector<Written> everything_written(Cluster& cluster);

/// A text that must not stand anywhere.
struct Marked {
    std::string name;
    std::string secret;
};

/// "<where> has <name>" for each secret that stands somewhere: as it is, as JSON, an address or a
/// form would write it, in base64 or in hexadecimal, whose digits may be small or large.
[[nodiscard]] std::vector<std::string> found_in(
    const std::vector<Written>& all, const std::vector<Marked>& secrets
);

}  // namespace sluice::testing
