#pragma once

#include <memory>
#include <string>

#include "config/settings.hpp"
#include "core/result.hpp"

namespace sluice::app {

/// The server: the one place that constructs what lives long, and ends it in the reverse order.
/// Owned by the verb that runs it; one thread.
class Server {
  public:
    /// Proves the interpreter and every script and adapter, then starts or reaches the database,
    /// migrates it, takes buckets and listens. The first thing that is wrong is one line.
    static Result<std::unique_ptr<Server>> start(config::Settings settings);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// HOST:PORT where it listens.
    [[nodiscard]] std::string address() const;
    /// Finishes running requests and batches, gives the buckets back. A private PostgreSQL stays.
    void stop();

  private:
    class Parts;
    explicit Server(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace sluice::app
