#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/result.hpp"
#include "http/message.hpp"
#include "http/protocol_error.hpp"
#include "http/responder.hpp"

namespace sluice::http {

struct ServerSettings {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;                ///< 0: any free one; Server::port() tells which
    std::size_t connections_max = 10'000;  ///< open at once; further ones are not accepted yet
    std::size_t body_max_bytes = 1U << 20U;
    std::size_t head_max_bytes = 64U << 10U;         ///< request line and headers
    std::chrono::milliseconds read_timeout{10'000};  ///< for one whole request, from its first byte
    std::chrono::milliseconds write_timeout{10'000};  ///< without progress
    std::chrono::milliseconds keep_alive_timeout{75'000};
    std::size_t keep_alive_max = 100'000;  ///< requests on one connection
    std::string thread_name = "http";      ///< at most 15 characters
};

/// Sees to one request; called on the I/O thread, so it must not block: what may, goes to other
/// threads (blocking.hpp). What it throws is answered 500.
using Handler = std::function<void(Request, Responder)>;
/// The answer for what never reaches the handler: 400 unreadable request, 408 slow request,
/// 413 body over the limit, 414/431 head over the limit, 415 compressed body; and 500 for a
/// request nobody answered. Called on the I/O thread.
using ProtocolErrorHandler = std::function<Response(const ProtocolError&)>;

/// An HTTP/1.1 server: one I/O thread for all connections; a request that waits for its answer
/// holds no thread. It owns its sockets and its thread. start() and stop() belong to one owner
/// thread. It never answers compressed, never accepts a compressed body, and closes after any
/// request it could not read to its end.
class Server {
  public:
    Server(ServerSettings settings, Handler handler);
    ~Server();  ///< stops
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Before start(). Without it the body has status, title and detail as
    /// application/problem+json.
    void on_protocol_error(ProtocolErrorHandler handler);

    /// Binds and begins to accept. `unavailable` names the address and why, for example that it is
    /// already in use; then nothing runs.
    Result<void> start();

    /// The bound port; 0 before start().
    [[nodiscard]] std::uint16_t port() const;

    /// Stops accepting, lets requests that were taken be answered, closes every connection and
    /// joins. Blocks until the last Responder has answered or is dropped. A second call does
    /// nothing.
    void stop();

  private:
    class Core;
    std::unique_ptr<Core> core_;
};

}  // namespace sluice::http
