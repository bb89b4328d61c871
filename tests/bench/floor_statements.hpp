#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::bench {

/// The rows of one batch as PostgreSQL array literals.
struct FloorBatch {
    std::string orders;
    std::string merchants;
    std::string cards;
    std::string channels;
    std::string references;
};

/// One statement of the batch floor and which of the batch's columns it takes, in order.
struct FloorStatement {
    const char* name;
    const char* sql;
    std::vector<const std::string FloorBatch::*> parameters;
};

/// The transaction that stores what is about to happen, and the one that stores what came of it.
/// BEGIN and COMMIT are not among them.
[[nodiscard]] const std::vector<FloorStatement>& intent_statements();
[[nodiscard]] const std::vector<FloorStatement>& result_statements();

}  // namespace sluice::bench
