#include "support/tunnel_proxy.hpp"

#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace sluice::testing {
namespace {

constexpr int kLookEveryMs = 50;

sockaddr_in this_machine(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void require_socket(bool holds, const char* what) {
    if (!holds) {
        throw std::runtime_error(what);
    }
}

void say(int socket, std::string_view text) {
    [[maybe_unused]] const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
}

/// Empty when the other side closes before its head ended.
std::string read_head(int socket) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n")) {
        if (::recv(socket, &byte, 1, 0) != 1) {
            return {};
        }
        head += byte;
    }
    return head;
}

/// How many bytes went over; 0 when that side is at its end.
std::size_t carry(int from, int to) {
    std::array<char, 4096> bytes{};
    const ssize_t count = ::recv(from, bytes.data(), bytes.size(), 0);
    if (count <= 0) {
        return 0;
    }
    say(to, {bytes.data(), static_cast<std::size_t>(count)});
    return static_cast<std::size_t>(count);
}

}  // namespace

TunnelProxy::TunnelProxy(TunnelRules rules)
    : rules_(std::move(rules)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = this_machine(0);
    socklen_t size = sizeof address;
    auto* place = reinterpret_cast<sockaddr*>(&address);
    require_socket(::bind(listener_, place, size) == 0, "bind");
    require_socket(::listen(listener_, 16) == 0, "listen");
    require_socket(::getsockname(listener_, place, &size) == 0, "getsockname");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

TunnelProxy::~TunnelProxy() {
    is_stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (std::thread& tunnel : tunnels_) {
        tunnel.join();
    }
    ::close(listener_);
}

std::string TunnelProxy::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::vector<std::string> TunnelProxy::heads() {
    const MutexLock lock(mutex_);
    return heads_;
}

void TunnelProxy::serve() {
    while (!is_stopping_) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket >= 0) {
            tunnels_.emplace_back([this, socket] {
                open_tunnel(socket);
                ::close(socket);
            });
        }
    }
}

void TunnelProxy::open_tunnel(int socket) {
    const std::string head = read_head(socket);
    {
        const MutexLock lock(mutex_);
        heads_.push_back(head);
    }
    if (rules_.death == TunnelRules::Death::before_answer) {
        return;
    }
    const std::string wanted = "Proxy-Authorization: Basic " + rules_.credentials + "\r\n";
    if (!rules_.credentials.empty() && head.find(wanted) == std::string::npos) {
        say(socket,
            "HTTP/1.1 407 Proxy Authentication Required\r\n"
            "Proxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    const int target = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = this_machine(rules_.leads_to);
    if (::connect(target, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        say(socket, "HTTP/1.1 200 Connection established\r\n\r\n");
        pass_on(socket, target);
    } else {
        say(socket, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    }
    ::close(target);
}

void TunnelProxy::pass_on(int socket, int target) {
    std::array<pollfd, 2> ends{
        {{.fd = socket, .events = POLLIN, .revents = 0},
         {.fd = target, .events = POLLIN, .revents = 0}}
    };
    while (!is_stopping_) {
        ::poll(ends.data(), ends.size(), kLookEveryMs);
        if (ends[0].revents != 0) {
            const std::size_t count = carry(socket, target);
            if (count == 0 || rules_.death == TunnelRules::Death::after_request) {
                return;
            }
        }
        if (ends[1].revents != 0 && carry(target, socket) == 0) {
            return;
        }
    }
}

}  // namespace sluice::testing
