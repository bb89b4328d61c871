#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/id.hpp"
#include "core/result.hpp"
#include "db/connection.hpp"

namespace sluice::worker {

/// The buckets one worker owns: session advisory locks on the very connection it writes through. If
/// the connection dies, its uncommitted work and its ownership die together. One thread.
class BucketLocks {
  public:
    struct Owner {
        Id128 node;
        std::string address;  ///< where other nodes forward to
    };

    BucketLocks(db::Connection& connection, Owner owner)
        : connection_(connection), owner_(std::move(owner)) {}

    /// Tries free buckets until `want` are held in all; returns the newly held ones. Never waits
    /// for a bucket that somebody holds.
    Result<std::vector<Bucket>> take_up_to(std::size_t want);
    /// Gives one back; its runs must have left memory before.
    Result<void> release(Bucket bucket);

    [[nodiscard]] const std::set<Bucket>& held() const { return held_; }

  private:
    db::Connection& connection_;
    Owner owner_;
    std::set<Bucket> held_;
};

/// This worker's share of all buckets, told by how many workers are alive now. Registers the worker
/// for as long as the session lives.
Result<void> register_worker(db::Connection& connection, Id128 worker);
Result<std::size_t> fair_share(db::Connection& connection);

}  // namespace sluice::worker
