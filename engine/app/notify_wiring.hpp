#pragma once

#include <memory>
#include <string>

#include "channel/seal.hpp"
#include "config/settings.hpp"
#include "db/connection.hpp"
#include "db/pool.hpp"
#include "gateway/webhooks.hpp"
#include "notify/bell.hpp"

namespace sluice::app {

/// What tells business systems, as one part of the server: the sender with its threads, and the
/// stores that the API asks. Owned by the server.
class Notices {
  public:
    struct Database {
        std::string conninfo;
        db::ConnectionOptions connection;
        db::Pool& pool;                    ///< for the API; outlives this
        const channel::SealingKeys& keys;  ///< for the secrets of endpoints; outlive this
    };
    Notices(const config::WebhookSettings& settings, Database database);
    ~Notices();  ///< stops
    Notices(const Notices&) = delete;
    Notices& operator=(const Notices&) = delete;

    void start();
    /// Breaks off what is under way; it is sent again by whoever sends next. Idempotent.
    void stop();

    /// For whoever commits events: rung, the sender looks for them at once.
    [[nodiscard]] notify::Bell& bell();
    /// For the gateway.
    [[nodiscard]] gateway::Webhooks webhooks();
    /// Lines in Prometheus' text format.
    [[nodiscard]] std::string metrics() const;

  private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace sluice::app
