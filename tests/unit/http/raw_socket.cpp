#include "unit/http/raw_socket.hpp"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace sluice::http::testing {

namespace {

constexpr int kPatienceMs = 5000;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool readable_within(int socket, int milliseconds) {
    pollfd entry{.fd = socket, .events = POLLIN, .revents = 0};
    return ::poll(&entry, 1, milliseconds) > 0;
}

void require(bool holds, const char* what) {
    if (!holds) {
        throw std::runtime_error(what);
    }
}

}  // namespace

RawSocket RawSocket::connect(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    require(
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
        "connect"
    );
    return RawSocket(socket);
}

RawSocket::RawSocket(RawSocket&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}

RawSocket::~RawSocket() {
    if (socket_ >= 0) {
        ::close(socket_);
    }
}

void RawSocket::send(std::string_view text) const {
    while (!text.empty()) {
        const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void RawSocket::end_sending() const { ::shutdown(socket_, SHUT_WR); }

std::string RawSocket::receive_until(std::string_view stop) const {
    std::string all;
    std::array<char, 4096> part{};
    while (readable_within(socket_, kPatienceMs)) {
        const ssize_t got = ::recv(socket_, part.data(), part.size(), 0);
        if (got <= 0) {
            break;
        }
        all.append(part.data(), static_cast<std::size_t>(got));
        if (!stop.empty() && all.find(stop) != std::string::npos) {
            break;
        }
    }
    return all;
}

bool RawSocket::is_closed_by_peer() const {
    char byte = 0;
    return readable_within(socket_, kPatienceMs) && ::recv(socket_, &byte, 1, 0) <= 0;
}

RawListener::RawListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    require(::bind(socket_, raw, size) == 0 && ::listen(socket_, 16) == 0, "listen");
    require(::getsockname(socket_, raw, &size) == 0, "getsockname");
    port_ = ntohs(address.sin_port);
}

RawListener::~RawListener() { ::close(socket_); }

std::string RawListener::url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

RawSocket RawListener::accept() const {
    require(readable_within(socket_, kPatienceMs), "nobody connected");
    return RawSocket(::accept(socket_, nullptr, nullptr));
}

}  // namespace sluice::http::testing
