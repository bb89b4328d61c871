#pragma once

#include <string>
#include <vector>

#include "support/node_cluster.hpp"

namespace sluice::testing {

/// The JSON bodies of a payment's journal, in order.
std::vector<std::string> journal_of(const Cluster& cluster, const std::string& payment);

struct Replacement {
    std::string what;
    std::string by;
};
/// Changes every body that has `what`, as somebody with the rights of the schema's owner could. The
/// number of changed rows.
std::size_t tamper_with_journal(
    const Cluster& cluster, const std::string& payment, const Replacement& replacement
);

}  // namespace sluice::testing
