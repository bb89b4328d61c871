#include "worker/bucket_lock.hpp"

#include <utility>

namespace sluice::worker {
namespace {

// Two families of advisory locks, told apart by their first key: 'slcb' and 'slcw'.
// One lock per attempt in a scan over free buckets; a lock taken beyond the wish is not possible:
// LIMIT stops the scan as soon as enough were granted.
constexpr db::Statement kTake{
    "worker_take_buckets",
    "SELECT b FROM (SELECT b FROM generate_series(0, 255) b "
    "WHERE b <> ALL ($1::integer[]) AND NOT EXISTS (SELECT 1 FROM pg_locks l "
    "WHERE l.locktype = 'advisory' AND l.classid = 1936483170 AND l.objid = b::oid "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())) "
    "OFFSET 0) free WHERE pg_try_advisory_lock(1936483170, b) LIMIT $2"
};
constexpr db::Statement kOwn{
    "worker_own_buckets",
    "INSERT INTO sluice.bucket_owner (bucket, node_id, address) "
    "SELECT b, $2, $3 FROM unnest($1::smallint[]) b ORDER BY b "
    "ON CONFLICT (bucket) DO UPDATE SET node_id = excluded.node_id, address = excluded.address, "
    "since = now()"
};
constexpr db::Statement kRelease{
    "worker_release_bucket", "SELECT pg_advisory_unlock(1936483170, $1::integer)"
};
constexpr db::Statement kRegister{
    "worker_register", "SELECT pg_advisory_lock_shared(1936483191, 0), $1::uuid"
};
constexpr db::Statement kWorkers{
    "worker_count",
    "SELECT count(*) FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = 1936483191 "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
};

}  // namespace

Result<std::vector<Bucket>> BucketLocks::take_up_to(std::size_t want) {
    std::vector<Bucket> taken;
    if (held_.size() >= want) {
        return taken;
    }
    db::ArrayBuilder mine(db::ArrayType::int32);
    for (const Bucket bucket : held_) {
        mine.append(std::int64_t{static_cast<std::uint8_t>(bucket)});
    }
    const auto missing = static_cast<std::int64_t>(want - held_.size());
    SLUICE_ASSIGN(const db::Rows rows, connection_.execute(kTake, {mine, missing}));
    db::ArrayBuilder numbers(db::ArrayType::int16);
    for (const db::Row row : rows) {
        taken.push_back(static_cast<Bucket>(row.int64(0)));
        numbers.append(row.int64(0));
    }
    if (taken.empty()) {
        return taken;
    }
    SLUICE_TRY(connection_.execute(kOwn, {numbers, owner_.node, owner_.address}));
    held_.insert(taken.begin(), taken.end());
    return taken;
}

Result<void> BucketLocks::release(Bucket bucket) {
    const std::int64_t number{static_cast<std::uint8_t>(bucket)};
    SLUICE_TRY(connection_.execute(kRelease, {number}));
    held_.erase(bucket);
    return {};
}

Result<void> register_worker(db::Connection& connection, Id128 worker) {
    SLUICE_TRY(connection.execute(kRegister, {worker}));
    return {};
}

Result<std::size_t> fair_share(db::Connection& connection) {
    SLUICE_ASSIGN(const db::Rows rows, connection.execute(kWorkers, {}));
    const auto workers = static_cast<std::size_t>(rows[0].int64(0));
    const auto all = static_cast<std::size_t>(kBucketCount);
    return workers == 0 ? all : (all + workers - 1) / workers;
}

}  // namespace sluice::worker
