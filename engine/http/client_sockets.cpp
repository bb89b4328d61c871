#include "http/client_sockets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "core/invariant.hpp"

namespace sluice::http {
namespace {

std::uint32_t epoll_events(int what) {
    switch (what) {
        case CURL_POLL_IN:
            return EPOLLIN;
        case CURL_POLL_OUT:
            return EPOLLOUT;
        case CURL_POLL_INOUT:
            return EPOLLIN | EPOLLOUT;
        default:
            return 0;
    }
}

int curl_events(std::uint32_t events) {
    int out = 0;
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLRDHUP)) != 0) {
        out |= CURL_CSELECT_IN;
    }
    if ((events & EPOLLOUT) != 0) {
        out |= CURL_CSELECT_OUT;
    }
    return (events & EPOLLERR) != 0 ? out | CURL_CSELECT_ERR : out;
}

}  // namespace

ClientSockets::ClientSockets()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    SLUICE_INVARIANT(epoll_ >= 0 && wake_ >= 0);
    set(wake_, EPOLLIN);
}

ClientSockets::~ClientSockets() {
    ::close(wake_);
    ::close(epoll_);
}

void ClientSockets::forget(int socket) const {
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
}

void ClientSockets::set(int socket, std::uint32_t events) const {
    epoll_event event{.events = events, .data = {.fd = socket}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0 && errno == EEXIST) {
        ::epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event);
    }
}

int ClientSockets::open(int family, int type, int protocol) {
    const int socket = ::socket(family, type | SOCK_CLOEXEC, protocol);
    if (socket >= 0) {
        connections_[socket] = {};
    }
    return socket;
}

int ClientSockets::close(int socket) {
    connections_.erase(socket);
    return ::close(socket);
}

void ClientSockets::watch(int socket, int what) {
    const std::uint32_t events = epoll_events(what);
    const auto found = connections_.find(socket);
    if (found == connections_.end()) {
        what == CURL_POLL_REMOVE ? forget(socket) : set(socket, events);
        return;
    }
    Watched& watched = found->second;
    watched.in_use = what != CURL_POLL_REMOVE;
    if (watched.in_use && watched.events != events) {
        set(socket, events);
        watched.events = events;
    }
}

/// True when this is a connection without an exchange: curl looks at it before it uses it again.
bool ClientSockets::drop_idle(int socket) {
    const auto found = connections_.find(socket);
    if (found == connections_.end() || found->second.in_use) {
        return false;
    }
    forget(socket);
    found->second.events = 0;
    return true;
}

void ClientSockets::wake_up() const {
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then the thread is awake anyway.
    [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

std::size_t ClientSockets::wait(std::span<Event> out, int timeout_ms) {
    std::array<epoll_event, kEventsAtOnce> events{};
    const int room = static_cast<int>(std::min(out.size(), events.size()));
    const int count = ::epoll_wait(epoll_, events.data(), room, timeout_ms);
    std::size_t told = 0;
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events.at(static_cast<std::size_t>(i));
        if (event.data.fd == wake_) {
            std::uint64_t wakes = 0;
            [[maybe_unused]] const ssize_t got = ::read(wake_, &wakes, sizeof wakes);
        } else if (!drop_idle(event.data.fd)) {
            out[told++] = {event.data.fd, curl_events(event.events)};
        }
    }
    return told;
}

}  // namespace sluice::http
