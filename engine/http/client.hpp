#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/address_rule.hpp"
#include "http/egress.hpp"
#include "http/message.hpp"

namespace sluice::http {

/// `dropped`: nobody wants it; it is read and forgotten, whatever its size.
enum class ResponseBody { kept, dropped };

struct ClientRequest {
    std::string method = "GET";
    std::string url;  ///< http or https; sent as written, nothing is re-encoded
    Headers headers;
    std::string body;
    std::chrono::milliseconds connect_timeout{3'000};
    std::chrono::milliseconds total_timeout{10'000};
    std::size_t response_max_bytes = 1U << 20U;  ///< of a body that is kept; headers have 64 KiB
    ResponseBody response_body = ResponseBody::kept;
    std::shared_ptr<const Egress> egress;  ///< nullptr: as the client's requests leave
};

/// Whether the other side may have acted. `not_sent`: surely not one byte of the request was
/// written; what a proxy was asked for the way is no part of it. `maybe_sent`: it may have been
/// received and executed.
enum class FailureStage { not_sent, maybe_sent };

struct ClientFailure {
    FailureStage stage = FailureStage::maybe_sent;
    /// Closed list: bad_url, dns, address (not reachable by our own rule), connect, proxy (it opens
    /// no way), tls, timeout, closed, too_large, protocol, busy, stopped.
    std::string code;
    std::string message;
};

using ClientResult = std::expected<Response, ClientFailure>;
/// Called exactly once, on the client's thread: quick, never blocking, never throwing. It may call
/// Client::send() and Client::run().
using ClientDone = std::function<void(ClientResult)>;
using ClientTask = std::move_only_function<void()>;

struct ClientSettings {
    /// Exchanges of one egress that run at one host at once; further ones wait within their own
    /// time-out.
    std::size_t running_per_host_max = 512;
    std::size_t in_flight_max = 100'000;     ///< above it: `busy`, not_sent
    std::size_t idle_connections_max = 512;  ///< kept open for the next exchange, of one egress
    /// Idle connections older than this are not used again. Keep it below the peers' own limit, so
    /// that a request rarely meets a connection that is just being closed.
    std::chrono::seconds idle_connection_max{20};
    Reachable reachable = Reachable::any;
    std::string ca_file;  ///< empty: the system's
    Proxy proxy;          ///< of requests that name none; not for what runs on this machine
    std::string thread_name = "http-client";  ///< at most 15 characters
};

/// Sends HTTP/1.1 requests, thousands at a time, from one thread of its own with pooled
/// connections. Any thread may send. Who has work of his own around a request (building it, reading
/// the answer) may do it on the same thread and saves two hand-overs. It never follows a redirect,
/// never uses a proxy from the environment, never asks "Expect: 100-continue", always verifies TLS.
/// Requests of another egress have connections of their own.
///
/// It never repeats a request that changes something: when a reused connection dies after a byte
/// of such a request was written, the exchange ends as maybe_sent. Only GET and HEAD are silently
/// tried once more on a fresh connection.
class Client {
  public:
    explicit Client(ClientSettings settings = {});
    /// Stops.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Does not block. After stop() it ends at once as `stopped`, on the caller's thread.
    void send(ClientRequest request, ClientDone done);

    /// Runs `task` on the client's thread, in the order of arrival. It must not throw, and while it
    /// runs, the sockets wait; between tasks they are looked at every few milliseconds. False after
    /// stop(); a task that has not begun by then is dropped. Does not block.
    [[nodiscard]] bool run(ClientTask task);

    /// The same not before that moment, and for who is on the client's thread already. Dropped when
    /// it has not begun at stop().
    void run_at(std::chrono::steady_clock::time_point moment, ClientTask task);

    /// Ends what is under way (`stopped`) and joins. Any thread but the client's; may be repeated.
    void stop();

    /// Exchanges accepted and not yet done.
    [[nodiscard]] std::size_t in_flight() const;

  private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

[[nodiscard]] std::string_view to_string(FailureStage stage);

/// One exchange, waited for: for command-line verbs and tests. Not from a ClientDone.
ClientResult fetch(Client& client, ClientRequest request);
/// The same with a client of its own (a thread and a connection for this one exchange).
ClientResult fetch(ClientRequest request);

}  // namespace sluice::http
