#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/hash.hpp"
#include "core/id.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "db/connection.hpp"
#include "gateway/problem.hpp"
#include "http/message.hpp"

namespace sluice::gateway {

/// The `Idempotency-Key` header, empty when there is none. A key is 1 to 255 printable ASCII
/// characters.
std::expected<std::string, Problem> read_idempotency_key(const http::Request& request);

/// What makes two bodies the same request: the same act on the same address with equal members,
/// whatever their order and the blanks between them.
[[nodiscard]] Hash128 hash_request(std::string_view address, const Value& body);

/// A wish to use a key for one object.
struct KeyClaim {
    std::string_view merchant_id;
    std::string_view key;
    Hash128 request_hash;
    Id128 object_id;
};

/// Ties the key to the request within the caller's transaction, or finds that it is tied to this
/// very request already. `conflict` (context "idempotency_key") when another request has it.
Result<void> claim_key(db::Connection& connection, const KeyClaim& claim);

/// The row's form of a hash.
[[nodiscard]] inline Id128 as_uuid(Hash128 hash) { return {hash.high, hash.low}; }

[[nodiscard]] Error key_reused(std::string_view key);
/// The same for a number of the merchant's own; `member` is where it stands, "merchant_..._number".
[[nodiscard]] Error number_reused(std::string_view member, std::string_view number);

/// What a key was used for.
struct KnownKey {
    Id128 request_hash;
    Id128 object_id;
};

/// nullopt when the merchant never used the key.
Result<std::optional<KnownKey>> find_key(
    db::Connection& connection, std::string_view merchant_id, std::string_view key
);

}  // namespace sluice::gateway
