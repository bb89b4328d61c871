#include "gateway/id_source.hpp"

namespace sluice::gateway {

Id128 IdSource::make_raw(Bucket bucket) {
    const Time now = clock_.now();
    const MutexLock lock(mutex_);
    return Id128::generate(now, bucket, random_);
}

std::string IdSource::make_request_id() { return "req_" + make_raw(Bucket{0}).to_string(); }

}  // namespace sluice::gateway
