#include "http/server.hpp"

#include <fcntl.h>
#include <set>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/connection.hpp"
#include "http/io_thread.hpp"
#include "http/mailbox.hpp"

namespace sluice::http {

namespace {

namespace asio = boost::asio;
using SystemError = boost::system::error_code;
using Tcp = asio::ip::tcp;

constexpr int kListenBacklog = 1024;
constexpr std::size_t kArrivedBytes = 64U << 10U;
/// How often deadlines are looked at, while there are connections.
constexpr std::chrono::milliseconds kTick{100};
/// One thread runs the context.
constexpr int kThreads = 1;

std::string keep_alive_of(const ServerSettings& settings) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(settings.keep_alive_timeout);
    return "timeout=" + std::to_string(seconds.count()) +
           ", max=" + std::to_string(settings.keep_alive_max);
}

}  // namespace

class Server::Core {
  public:
    Core(ServerSettings settings, Handler handler) {
        host_.keep_alive = keep_alive_of(settings);
        host_.settings = std::move(settings);
        host_.handler = std::move(handler);
        host_.protocol_error = plain_answer;
        host_.mailbox = std::make_shared<Mailbox>(context_);
        host_.arrived.resize(kArrivedBytes);
        host_.on_closed = [this](Connection& connection) { forget(connection); };
    }
    ~Core() { stop(); }
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    void on_protocol_error(ProtocolErrorHandler handler) {
        host_.protocol_error = std::move(handler);
    }

    Result<void> start() {
        const SystemError error = listen();
        if (error) {
            const ServerSettings& settings = host_.settings;
            return fail(
                sluice::ErrorCode::unavailable,
                "cannot listen on " + settings.host + ":" + std::to_string(settings.port) + ": " +
                    error.message()
            );
        }
        thread_ = std::thread([this] {
            begin_io_thread(host_.settings.thread_name);
            host_.mailbox->open();
            accept();
            context_.run();
        });
        return {};
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    void stop() {
        if (thread_.joinable()) {
            host_.mailbox->put([this] { end(); });
            thread_.join();
        }
        host_.mailbox->close();
    }

  private:
    SystemError listen() {
        SystemError error;
        const auto places = Tcp::resolver(context_).resolve(
            host_.settings.host, std::to_string(host_.settings.port), Tcp::resolver::passive, error
        );
        if (error) {
            return error;
        }
        const Tcp::endpoint place = places.begin()->endpoint();
        acceptor_.open(place.protocol(), error);
        if (!error) {
            ::fcntl(acceptor_.native_handle(), F_SETFD, FD_CLOEXEC);
            acceptor_.set_option(asio::socket_base::reuse_address(true), error);
            acceptor_.bind(place, error);
        }
        if (!error) {
            acceptor_.listen(kListenBacklog, error);
        }
        if (!error) {
            port_ = acceptor_.local_endpoint(error).port();
        }
        return error;
    }

    void accept() {
        if (connections_.size() >= host_.settings.connections_max) {
            accepts_again_ = true;
            return;
        }
        acceptor_.async_accept([this](const SystemError& error, Tcp::socket socket) {
            if (stopping_) {
                return;
            }
            if (error) {
                // Out of descriptors, most likely: later there may be some.
                accepts_again_ = true;
                tick();
                return;
            }
            take(std::move(socket));
            accept();
        });
    }

    void take(Tcp::socket socket) {
        auto connection = std::make_shared<Connection>(std::move(socket), host_);
        connections_.insert(connection);
        connection->begin();
        tick();
    }

    void forget(Connection& connection) {
        connections_.erase(connection.shared_from_this());
        end_ticks();
    }

    /// Goes on for as long as there is something to look at.
    void tick() {
        if (ticks_ || (connections_.empty() && !accepts_again_)) {
            return;
        }
        ticks_ = true;
        timer_.expires_after(kTick);
        timer_.async_wait([this](const SystemError&) {
            ticks_ = false;
            look();
            tick();
        });
    }

    void look() {
        const auto now = std::chrono::steady_clock::now();
        for (auto next = connections_.begin(); next != connections_.end();) {
            const auto connection = *next++;
            connection->check_time(now);
        }
        if (std::exchange(accepts_again_, false) && !stopping_) {
            accept();
        }
    }

    void end_ticks() {
        if (stopping_ && connections_.empty()) {
            timer_.cancel();
        }
    }

    /// The context runs out of work when the last connection is closed.
    void end() {
        stopping_ = true;
        accepts_again_ = false;
        SystemError ignored;
        acceptor_.close(ignored);
        for (auto next = connections_.begin(); next != connections_.end();) {
            const auto connection = *next++;
            connection->end();
        }
        end_ticks();
    }

    asio::io_context context_{kThreads};
    Tcp::acceptor acceptor_{context_};
    asio::steady_timer timer_{context_};
    ConnectionHost host_;
    std::uint16_t port_ = 0;
    bool ticks_ = false;
    bool accepts_again_ = false;
    bool stopping_ = false;
    std::set<std::shared_ptr<Connection>> connections_;
    std::thread thread_;
};

Server::Server(ServerSettings settings, Handler handler)
    : core_(std::make_unique<Core>(std::move(settings), std::move(handler))) {}

Server::~Server() = default;

void Server::on_protocol_error(ProtocolErrorHandler handler) {
    core_->on_protocol_error(std::move(handler));
}

Result<void> Server::start() { return core_->start(); }

std::uint16_t Server::port() const { return core_->port(); }

void Server::stop() { core_->stop(); }

}  // namespace sluice::http
