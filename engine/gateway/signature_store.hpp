#pragma once

#include <memory>
#include <string_view>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "db/pool.hpp"

namespace sluice::gateway {

/// A signature that was taken, as far as it must be known again.
struct SeenSignature {
    std::string_view key_id;
    std::string_view nonce;
    Time good_until{};
};

/// The signatures that all nodes took, for as long as they could be sent again. Any thread.
class SignatureStore {
  public:
    virtual ~SignatureStore() = default;

    /// Keeps it, so that no node takes it again. `conflict` when one did already. Now and then it
    /// also forgets some that are too old to be taken anyway. Blocks on the database; errors as
    /// db::Connection tells them.
    virtual Result<void> remember(const SeenSignature& signature, Time now) = 0;
};

/// The store over a pool of sessions, which must outlive it.
[[nodiscard]] std::unique_ptr<SignatureStore> make_signature_store(db::Pool& pool);

}  // namespace sluice::gateway
