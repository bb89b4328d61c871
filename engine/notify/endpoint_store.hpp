#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channel/seal.hpp"
#include "core/result.hpp"
#include "db/pool.hpp"
#include "notify/delivery.hpp"
#include "notify/endpoint.hpp"

namespace sluice::notify {

/// An endpoint as one merchant may name it.
struct OwnEndpoint {
    std::string_view merchant_id;
    EndpointId id;
};

/// What a merchant changes; absent members stay as they are.
struct EndpointChange {
    std::optional<std::string> url;
    std::optional<std::string> description;
    std::optional<std::vector<std::string>> filters;
    std::optional<bool> enabled;
};

/// Replaces the secret; the old one signs beside the new one until then.
struct SecretRotation {
    Secret<std::string> secret;
    Time now{};
    Time old_until{};
};

/// Where the secrets of an endpoint are sealed for, the replaced ones too.
[[nodiscard]] Result<Secret<std::string>> open_endpoint_secret(
    const channel::SealingKeys& keys, EndpointId endpoint, const Secret<std::string>& sealed
);
inline constexpr std::string_view kEndpointSecretTable = "webhook_endpoint";
inline constexpr std::string_view kEndpointSecretField = "secret";

/// Endpoints in the database, their secrets sealed. What is deleted is not found. Every call blocks
/// on the database; errors as db::Connection tells them. Any thread; pool and keys must outlive it.
class EndpointStore {
  public:
    EndpointStore(db::Pool& pool, const channel::SealingKeys& keys) : pool_(pool), keys_(keys) {}

    /// `refused` (context "too_many_endpoints") when the merchant has kEndpointsMax already.
    Result<void> add(const Endpoint& endpoint, const Secret<std::string>& secret);
    /// Whosever it is: the caller compares.
    Result<std::optional<Endpoint>> find(EndpointId id);
    /// The oldest first; without a merchant, those of all.
    Result<std::vector<Endpoint>> list(std::optional<std::string_view> merchant_id);
    Result<std::optional<Endpoint>> change(
        const OwnEndpoint& own, const EndpointChange& change, Time now
    );
    /// Nothing is sent any more, what waits is given up. False when there is no such endpoint.
    Result<bool> remove(const OwnEndpoint& own, Time now);
    /// `refused` (context "too_many_secrets") while four secrets sign already.
    Result<std::optional<Endpoint>> rotate(const OwnEndpoint& own, const SecretRotation& rotation);
    /// An event of type `endpoint.test`, about the endpoint and for it alone.
    Result<void> add_test_event(EventId event, EndpointId endpoint, Time now);

  private:
    [[nodiscard]] std::string sealed(EndpointId id, const Secret<std::string>& secret) const;

    db::Pool& pool_;
    const channel::SealingKeys& keys_;
};

}  // namespace sluice::notify
