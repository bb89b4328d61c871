#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "channel/exchange_message.hpp"
#include "channel/health.hpp"
#include "channel/live_registry.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "http/client.hpp"

namespace sluice::channel {

/// What an exchange works with. `sink` is called on an exchange thread, once for every accepted
/// order unless the exchange is stopped first; it must be quick.
struct ExchangeParts {
    RegistrySource registry;
    std::function<void(ExchangeReport)> sink;
    const Clock& clock;
    /// Instead of the HTTP clients. It must call back at once, or after stop().
    std::function<void(http::ClientRequest, http::ClientDone)> send = {};
    /// Called on an exchange thread; must be quick.
    std::function<void(const ChannelAccount&)> missed_key = {};
    /// Is told how each movement of money ended; while it says that a channel does not answer,
    /// nothing that another account could do is sent there (`not_sent`, code circuit_open).
    Health* health = nullptr;
};

struct ExchangeSettings {
    std::size_t threads = 2;
    std::size_t open_max = 50'000;  ///< accepted and not yet reported; above: `limit`
    /// Limits for all threads together. A channel that takes ten seconds for an answer has
    /// thousands under way; what waited for its turn here would use up its own time-out.
    http::ClientSettings client = {.running_per_host_max = 4'096};
};

/// Carries instructions to channels and their answers back. Each of its threads is that of an HTTP
/// client: it builds requests (script and signature), drives their sockets and reads the answers.
/// A script that uses up its limits of time holds up the others of its thread for as long. It keeps
/// nothing: what is unfinished at a stop is dropped, the journal knows it and recovery asks again.
/// First payouts of an account that gathers them wait for one another (`payout_gather`) and leave
/// in one request, if there are several; each has an order and a report of its own all the same. It
/// never repeats a request, and sends none to a host that the account's allow-list does not name:
/// that one ends as `config`. Time-outs are the account's, by operation. An exchange keeps the
/// registry that it began with.
class Exchange {
  public:
    explicit Exchange(const ExchangeParts& parts, ExchangeSettings settings = {});
    /// Stops.
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    /// Only queues: any thread, does not block. `limit` when too much is open, `unavailable` after
    /// stop(): then nothing was sent and no report follows.
    Result<void> submit(ExchangeOrder order);

    /// No report is delivered once this returns. Any thread but the exchange's own; may be
    /// repeated.
    void stop();

    /// Accepted and not yet reported.
    [[nodiscard]] std::size_t open() const;

  private:
    class Lane;
    std::vector<std::unique_ptr<Lane>> lanes_;
    const std::size_t open_max_;
};

}  // namespace sluice::channel
