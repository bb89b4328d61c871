#include "bench/socket.hpp"

#include <arpa/inet.h>
#include <array>
#include <bit>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace sluice::bench {
namespace {

constexpr int kBacklog = 1024;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void set_option(const Descriptor& socket, int level, int option) {
    const int on = 1;
    static_cast<void>(::setsockopt(socket.number(), level, option, &on, sizeof on));
}

Transfer outcome_of(ssize_t count) {
    if (count > 0) {
        return Transfer::progressed;
    }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? Transfer::would_block
                                                            : Transfer::ended;
}

}  // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) {
        ::close(number_);
    }
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

Descriptor connect_loopback(std::uint16_t port) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.is_open()) {
        return {};
    }
    set_option(socket, IPPROTO_TCP, TCP_NODELAY);
    const sockaddr_in address = loopback(port);
    const auto* generic = std::bit_cast<const sockaddr*>(&address);
    if (::connect(socket.number(), generic, sizeof address) != 0 && errno != EINPROGRESS) {
        return {};
    }
    return socket;
}

Descriptor listen_loopback(std::uint16_t port) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.is_open()) {
        return {};
    }
    set_option(socket, SOL_SOCKET, SO_REUSEADDR);
    const sockaddr_in address = loopback(port);
    const auto* generic = std::bit_cast<const sockaddr*>(&address);
    if (::bind(socket.number(), generic, sizeof address) != 0 ||
        ::listen(socket.number(), kBacklog) != 0) {
        return {};
    }
    return socket;
}

std::uint16_t port_of(const Descriptor& listener) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(listener.number(), std::bit_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

Descriptor accept_one(const Descriptor& listener) {
    Descriptor socket(::accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.is_open()) {
        set_option(socket, IPPROTO_TCP, TCP_NODELAY);
    }
    return socket;
}

Transfer receive_some(const Descriptor& socket, std::string& buffer) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): recv fills what is read of it.
    std::array<char, 16384> chunk;
    const ssize_t count = ::recv(socket.number(), chunk.data(), chunk.size(), 0);
    if (count > 0) {
        buffer.append(chunk.data(), static_cast<std::size_t>(count));
    }
    return outcome_of(count);
}

Transfer send_some(const Descriptor& socket, std::string& buffer) {
    const ssize_t count = ::send(socket.number(), buffer.data(), buffer.size(), MSG_NOSIGNAL);
    if (count > 0) {
        buffer.erase(0, static_cast<std::size_t>(count));
    }
    return outcome_of(count);
}

}  // namespace sluice::bench
