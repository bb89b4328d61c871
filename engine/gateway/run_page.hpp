#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/id.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"
#include "payment/payment.hpp"

namespace sluice::gateway {

/// One page of a list of payments or refunds.
struct RunPage {
    std::vector<payment::Picture> pictures;  ///< newest first
    std::optional<Id128> next_after;         ///< none: this was the last page
};

/// What the statement of a page gave: ids, one more than the page holds when there is a next one;
/// the second column is where the next page begins when the first was cut short. Loads what they
/// are about; blocks.
Result<RunPage> read_run_page(db::Connection& connection, const db::Rows& rows, std::int64_t limit);

}  // namespace sluice::gateway
