#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "support/node_cluster.hpp"

namespace sluice::testing {

/// What an audit saw, and every sentence that should not be true of sound books.
struct AuditReport {
    std::size_t payments = 0;
    std::size_t succeeded = 0;
    std::size_t closed = 0;
    std::size_t failed = 0;
    std::size_t channel_orders = 0;
    std::size_t paid_at_channel = 0;
    std::vector<std::string> findings;

    [[nodiscard]] std::string summary() const;
};

/// What is compared: our tables as one session sees them, and the channel's own books.
struct Books {
    db::Connection& connection;
    std::vector<ChannelOrder> channel;
    std::int64_t put_on_cards = 0;  ///< on all cards together, minor units
};

[[nodiscard]] Books books_of(Cluster& cluster, db::Connection& connection);

/// Waits until no run is alive; parked ones do not count, the audit tells of them. False when some
/// never end.
[[nodiscard]] bool wait_until_quiet(const Cluster& cluster);

/// Compares, when all is quiet, what callers were told (order number -> payment id), our database
/// and the channel's own books: nothing lost, nothing doubled, every fen where it belongs. Every
/// payment must be composite (support/node_shop.hpp) and final.
[[nodiscard]] AuditReport audit(
    Cluster& cluster, const std::map<std::string, std::string>& acknowledged
);

[[nodiscard]] AuditReport audit(
    const Books& books, const std::map<std::string, std::string>& acknowledged
);

/// The part of it that holds at any moment: what db/checks say of the ledger.
[[nodiscard]] std::vector<std::string> unsound_ledger(const Cluster& cluster);

}  // namespace sluice::testing
