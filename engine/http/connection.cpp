#include "http/connection.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::http {

namespace {

constexpr std::size_t kInputChunk = 16U << 10U;
constexpr std::size_t kOutputHigh = 256U << 10U;
constexpr std::chrono::milliseconds kDrainTime{500};
constexpr std::size_t kDrainBytes = 4U << 20U;

int milliseconds_until(std::chrono::steady_clock::time_point deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    constexpr std::chrono::milliseconds kLongest{60'000};
    return static_cast<int>(std::clamp(left, std::chrono::milliseconds{0}, kLongest).count());
}

}  // namespace

Connection::Connection(int socket, ConnectionLimits limits) : socket_(socket), limits_(limits) {
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(socket_, F_SETFD, FD_CLOEXEC);

    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &size) != 0) {
        return;
    }
    if (peer.ss_family == AF_INET) {
        sockaddr_in address{};
        std::memcpy(&address, &peer, sizeof address);
        ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
        remote_port_ = ntohs(address.sin_port);
    } else if (peer.ss_family == AF_INET6) {
        sockaddr_in6 address{};
        std::memcpy(&address, &peer, sizeof address);
        ::inet_ntop(AF_INET6, &address.sin6_addr, text.data(), text.size());
        remote_port_ = ntohs(address.sin6_port);
    }
    remote_address_ = text.data();
}

Connection::~Connection() {
    if (cut_) {
        // A reset instead of an orderly end: the peer must see a broken line, not a finished one.
        const linger abort{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    }
    ::close(socket_);
}

bool Connection::wait_for(short events, SteadyTime deadline) {
    for (;;) {
        pollfd entry{.fd = socket_, .events = events, .revents = 0};
        const int ready = ::poll(&entry, 1, milliseconds_until(deadline));
        if (ready > 0) {
            return true;
        }
        if (ready < 0 && errno != EINTR) {
            return false;
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            timed_out_ = true;
            return false;
        }
    }
}

Connection::Wait Connection::wait_readable(std::chrono::milliseconds timeout) {
    if (has_buffered_input()) {
        return Wait::readable;
    }
    const bool ready = wait_for(POLLIN, std::chrono::steady_clock::now() + timeout);
    const bool over = timed_out_;
    timed_out_ = false;
    if (!ready) {
        return over ? Wait::timed_out : Wait::closed;
    }
    char byte = 0;
    const ssize_t seen = ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return seen > 0 ? Wait::readable : Wait::closed;
}

void Connection::begin_request() {
    deadline_ = std::chrono::steady_clock::now() + limits_.read_timeout;
    head_left_ = limits_.head_max_bytes;
    in_head_ = true;
    anything_written_ = false;
}

bool Connection::fill() {
    if (!flush()) {
        return false;
    }
    input_.resize(kInputChunk);
    position_ = 0;
    for (;;) {
        const ssize_t got = ::recv(socket_, input_.data(), input_.size(), MSG_DONTWAIT);
        if (got > 0) {
            input_.resize(static_cast<std::size_t>(got));
            return true;
        }
        const bool again = got < 0 && (errno == EAGAIN || errno == EINTR);
        if (!again || !wait_for(POLLIN, deadline_)) {
            input_.clear();
            return false;
        }
    }
}

long Connection::read(char* out, std::size_t size) {
    if (!has_buffered_input() && !fill()) {
        return -1;
    }
    const std::size_t count = std::min(size, input_.size() - position_);
    if (in_head_) {
        if (count > head_left_) {
            head_overflow_ = true;
            return -1;
        }
        head_left_ -= count;
    }
    std::memcpy(out, input_.data() + position_, count);
    position_ += count;
    return static_cast<long>(count);
}

void Connection::write(std::string_view text) {
    anything_written_ = true;
    output_.append(text);
    if (output_.size() > kOutputHigh) {
        flush();
    }
}

bool Connection::flush() {
    std::string_view left = output_;
    auto deadline = std::chrono::steady_clock::now() + limits_.write_timeout;
    while (!left.empty() && !cut_) {
        const ssize_t sent = ::send(socket_, left.data(), left.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            left.remove_prefix(static_cast<std::size_t>(sent));
            deadline = std::chrono::steady_clock::now() + limits_.write_timeout;
            continue;
        }
        const bool again = sent < 0 && (errno == EAGAIN || errno == EINTR);
        if (!again || !wait_for(POLLOUT, deadline)) {
            cut_ = true;
        }
    }
    output_.clear();
    return !cut_;
}

void Connection::drain() {
    if (!flush()) {
        return;
    }
    ::shutdown(socket_, SHUT_WR);
    const auto deadline = std::chrono::steady_clock::now() + kDrainTime;
    std::size_t taken = 0;
    input_.resize(kInputChunk);
    while (taken < kDrainBytes && wait_for(POLLIN, deadline)) {
        const ssize_t got = ::recv(socket_, input_.data(), input_.size(), MSG_DONTWAIT);
        if (got <= 0) {
            break;
        }
        taken += static_cast<std::size_t>(got);
    }
}

}  // namespace sluice::http
