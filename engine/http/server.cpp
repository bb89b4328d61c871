#include "http/server.hpp"

#include <atomic>
#include <cerrno>
#include <pthread.h>
#include <set>
#include <sys/socket.h>
#include <system_error>
#include <thread>

#include <httplib.h>

#include "core/mutex.hpp"
#include "http/body_reader.hpp"
#include "http/connection.hpp"
#include "http/connection_threads.hpp"
#include "http/head_rules.hpp"

// cpp-httplib accepts, parses the head and writes the answer; everything in between is ours. The
// Debian package is a compiled library (built with poll, backlog 5, SO_REUSEPORT, keep-alive
// polling every 11 ms), so macros set here would only change our view of its types. What we need
// otherwise is replaced where its interface allows: the socket options, the listen backlog, the
// task queue, and process_and_close_socket() with our own stream and keep-alive loop.
namespace sluice::http {

namespace {

constexpr int kListenBacklog = 1024;
constexpr std::chrono::milliseconds kPressureCheck{500};

/// One connection and what became of the request it is serving.
struct Exchange {
    Connection connection;
    bool answered = false;  ///< by the handler; otherwise the library is refusing
    bool must_close = false;
    bool refused = false;  ///< perhaps with unread input; not at the start of a next request
};

/// The library gives its routing hooks no user pointer; a connection stays on one thread.
Exchange*& current_exchange() {
    thread_local Exchange* current = nullptr;
    return current;
}

class StreamOverConnection final : public httplib::Stream {
  public:
    explicit StreamOverConnection(Connection& connection) : connection_(connection) {}

    bool is_readable() const override { return true; }
    bool is_writable() const override { return true; }
    ssize_t read(char* out, std::size_t size) override { return connection_.read(out, size); }
    ssize_t write(const char* text, std::size_t size) override {
        connection_.write({text, size});
        return static_cast<ssize_t>(size);
    }
    void get_remote_ip_and_port(std::string& ip, int& port) const override {
        ip = connection_.remote_address();
        port = connection_.remote_port();
    }
    void get_local_ip_and_port(std::string& ip, int& port) const override {
        ip.clear();
        port = 0;
    }
    socket_t socket() const override { return connection_.socket(); }

  private:
    Connection& connection_;
};

class QueueOverThreads final : public httplib::TaskQueue {
  public:
    explicit QueueOverThreads(ConnectionThreads& threads) : threads_(threads) {}
    void enqueue(std::function<void()> job) override { threads_.run(std::move(job)); }
    void shutdown() override { threads_.join(); }

  private:
    ConnectionThreads& threads_;
};

/// Names that the library adds to the headers by itself.
bool is_invented_header(std::string_view name) {
    return name == "REMOTE_ADDR" || name == "REMOTE_PORT" || name == "LOCAL_ADDR" ||
           name == "LOCAL_PORT";
}

Request take_request(const httplib::Request& from, const Connection& connection) {
    Request request;
    request.method = from.method;
    request.target = from.target;
    const std::size_t mark = from.target.find('?');
    request.path = from.target.substr(0, mark);
    if (mark != std::string::npos) {
        request.query = from.target.substr(mark + 1);
    }
    for (const auto& [name, value] : from.headers) {
        if (!is_invented_header(name)) {
            request.headers.add({name, value});
        }
    }
    request.remote_address = connection.remote_address();
    return request;
}

void put_response(Response from, httplib::Response& to) {
    to.status = from.status;
    for (const auto& [name, value] : from.headers) {
        to.set_header(name, value);
    }
    to.body = std::move(from.body);
}

/// Parts of the library's request that would make it rewrite the answer: compression and ranges.
void forbid_rewriting(httplib::Request& request) {
    request.ranges.clear();
    request.headers.erase("Accept-Encoding");
}

}  // namespace

class Server::Core final : public httplib::Server {
  public:
    Core(ServerSettings settings, http::Handler handler)
        : settings_(std::move(settings)),
          handler_(std::move(handler)),
          protocol_error_(plain_answer),
          threads_({.threads_max = settings_.threads, .name = settings_.thread_name}) {
        set_socket_options([this](socket_t socket) {
            const int on = 1;
            ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
            listening_socket_ = socket;
        });
        new_task_queue = [this] { return std::make_unique<QueueOverThreads>(threads_).release(); };
        set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& to) {
            serve(request, to);
            return HandlerResponse::Handled;
        });
        set_error_handler(HandlerWithResponse([this](
                                                  const httplib::Request&, httplib::Response& to
                                              ) { return refuse_unless_answered(to); }));
        set_exception_handler([this](const httplib::Request&, httplib::Response& to, const auto&) {
            current_exchange()->answered = false;
            refuse({500, "the request met a fault of ours"}, to);
        });
        set_expect_100_continue_handler([this](
                                            const httplib::Request& from, httplib::Response& to
                                        ) { return refuse_announced(from, to) ? to.status : 100; });
        // The library only writes these two into its Keep-Alive header; the loop is ours.
        set_keep_alive_timeout(settings_.keep_alive_timeout.count() / 1000);
        set_keep_alive_max_count(settings_.keep_alive_max);
    }

    void on_protocol_error(ProtocolErrorHandler handler) { protocol_error_ = std::move(handler); }

    Result<void> start() {
        errno = 0;
        if (!bind()) {
            const int error = errno;
            const std::string reason =
                error == 0 ? "not an address of this machine"
                           : std::error_code(error, std::generic_category()).message();
            return fail(
                ErrorCode::unavailable,
                "cannot listen on " + settings_.host + ":" + std::to_string(settings_.port) + ": " +
                    reason
            );
        }
        // The library listens with a backlog of 5; a second listen() widens it.
        ::listen(listening_socket_, kListenBacklog);
        acceptor_ = std::thread([this] {
            ::pthread_setname_np(
                ::pthread_self(), (settings_.thread_name + "-acc").substr(0, 15).c_str()
            );
            listen_after_bind();
        });
        // stop() has no effect on a library server that is not yet in its loop.
        while (!is_running()) {
            std::this_thread::yield();
        }
        return {};
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    void stop_all() {
        if (!acceptor_.joinable()) {
            return;
        }
        {
            const MutexLock lock(mutex_);
            stopping_ = true;
            for (const int socket : open_) {
                ::shutdown(socket, SHUT_RD);
            }
        }
        stop();
        acceptor_.join();
    }

  private:
    bool bind() {
        if (settings_.port != 0) {
            port_ = settings_.port;
            return bind_to_port(settings_.host, settings_.port);
        }
        const int port = bind_to_any_port(settings_.host);
        port_ = port > 0 ? static_cast<std::uint16_t>(port) : std::uint16_t{0};
        return port > 0;
    }

    bool process_and_close_socket(socket_t socket) override {
        Exchange exchange{
            .connection = Connection(
                socket,
                {.head_max_bytes = settings_.head_max_bytes,
                 .read_timeout = settings_.read_timeout,
                 .write_timeout = settings_.write_timeout}
            )
        };
        {
            const MutexLock lock(mutex_);
            if (stopping_) {
                return false;
            }
            open_.insert(socket);
        }
        current_exchange() = &exchange;
        serve_connection(exchange);
        current_exchange() = nullptr;
        const MutexLock lock(mutex_);
        open_.erase(socket);
        return true;
    }

    void serve_connection(Exchange& exchange) {
        Connection& connection = exchange.connection;
        StreamOverConnection stream(connection);
        for (std::size_t left = settings_.keep_alive_max; left > 0; --left) {
            if (stopping_ || !wait_for_request(connection)) {
                return;
            }
            connection.begin_request();
            exchange.answered = false;
            exchange.must_close = left == 1 || threads_.under_pressure();
            bool peer_closes = false;
            process_request(stream, exchange.must_close, peer_closes, forbid_rewriting);
            if (!connection.anything_written() && connection.timed_out()) {
                connection.write(last_message(protocol_error_(error_of(exchange, 408))));
            }
            if (exchange.refused || connection.timed_out()) {
                connection.drain();
                return;
            }
            if (!connection.flush() || exchange.must_close || peer_closes) {
                return;
            }
        }
    }

    bool wait_for_request(Connection& connection) {
        const auto deadline = std::chrono::steady_clock::now() + settings_.keep_alive_timeout;
        for (;;) {
            switch (connection.wait_readable(kPressureCheck)) {
                case Connection::Wait::readable:
                    return true;
                case Connection::Wait::closed:
                    return false;
                case Connection::Wait::timed_out:
                    break;
            }
            if (threads_.under_pressure() || std::chrono::steady_clock::now() >= deadline) {
                return false;
            }
        }
    }

    void serve(const httplib::Request& from, httplib::Response& to) {
        Exchange& exchange = *current_exchange();
        http::Request request = take_request(from, exchange.connection);
        auto refusal = check_head(from.version, request.headers);
        if (!refusal) {
            refusal = read_body(exchange.connection, request, settings_.body_max_bytes);
        }
        if (refusal) {
            refuse(std::move(*refusal), to);
            return;
        }
        http::Response response = handler_(request);
        exchange.answered = true;
        if (response.status == Response::kCutConnection) {
            exchange.connection.cut();
            exchange.must_close = true;
            response.status = 500;
        }
        put_response(std::move(response), to);
    }

    HandlerResponse refuse_unless_answered(httplib::Response& to) {
        if (current_exchange()->answered) {
            return HandlerResponse::Unhandled;
        }
        refuse(error_of(*current_exchange(), to.status), to);
        return HandlerResponse::Handled;
    }

    bool refuse_announced(const httplib::Request& from, httplib::Response& to) {
        const http::Request request = take_request(from, current_exchange()->connection);
        auto refusal = check_announced_body(request.headers, settings_.body_max_bytes);
        if (refusal) {
            refuse(std::move(*refusal), to);
        }
        return refusal.has_value();
    }

    /// What the library could not read, or what took too long, in words.
    [[nodiscard]] ProtocolError error_of(const Exchange& exchange, int status) const {
        if (exchange.connection.head_overflow()) {
            return {
                431,
                "request line and headers are too long, wanted at most " +
                    std::to_string(settings_.head_max_bytes) + " bytes"
            };
        }
        if (exchange.connection.timed_out()) {
            return {
                408,
                "the request did not arrive within " +
                    std::to_string(settings_.read_timeout.count()) + " ms"
            };
        }
        if (status == 414) {
            return {
                414,
                "the address is too long, wanted at most " +
                    std::to_string(CPPHTTPLIB_REQUEST_URI_MAX_LENGTH) + " bytes"
            };
        }
        return {
            status,
            "the request line or a header cannot be read, wanted METHOD ADDRESS HTTP/1.1 and "
            "header "
            "lines of at most " +
                std::to_string(CPPHTTPLIB_HEADER_MAX_LENGTH) + " bytes"
        };
    }

    void refuse(ProtocolError error, httplib::Response& to) {
        Exchange& exchange = *current_exchange();
        exchange.answered = true;
        exchange.refused = true;
        if (exchange.connection.timed_out()) {
            error = error_of(exchange, 408);
        }
        to.headers.clear();
        put_response(protocol_error_(error), to);
        to.set_header("Connection", "close");
    }

    ServerSettings settings_;
    http::Handler handler_;
    ProtocolErrorHandler protocol_error_;
    ConnectionThreads threads_;
    socket_t listening_socket_ = INVALID_SOCKET;
    std::uint16_t port_ = 0;
    std::thread acceptor_;
    std::atomic<bool> stopping_ = false;
    Mutex mutex_;
    std::set<int> open_ SLUICE_GUARDED_BY(mutex_);
};

Server::Server(ServerSettings settings, Handler handler)
    : core_(std::make_unique<Core>(std::move(settings), std::move(handler))) {}

Server::~Server() { stop(); }

void Server::on_protocol_error(ProtocolErrorHandler handler) {
    core_->on_protocol_error(std::move(handler));
}

Result<void> Server::start() { return core_->start(); }

std::uint16_t Server::port() const { return core_->port(); }

void Server::stop() { core_->stop_all(); }

}  // namespace sluice::http
