#pragma once

#include <cstddef>

#include "channel/seal.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"

namespace sluice::app {

/// How many rows had something that was sealed under an old key.
struct Resealed {
    std::size_t channel_secrets = 0;
    std::size_t webhook_endpoints = 0;
    std::size_t payments = 0;  ///< that are under way
    std::size_t payouts = 0;
    std::size_t refunds = 0;
    std::size_t votes = 0;  ///< that name a payee
};

/// Seals again, under the current key, whatever a row keeps under another one. Each row is changed
/// by a statement of its own, and only if nobody changed it meanwhile: it may be cut off anywhere,
/// run twice at once and beside servers. The session must be the schema owner's. An error names
/// the first row that does not open; those before it are done.
Result<Resealed> reseal_all(db::Connection& connection, const channel::SealingKeys& keys);

}  // namespace sluice::app
