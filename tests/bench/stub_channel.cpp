// A channel that answers at once: the other side of the stub adapter in ./dev bench. Any POST is
// answered with the current status; "POST /mode" with the body "pending" or "succeeded" sets it,
// with "silent" nothing else is answered any more.
#include <array>
#include <charconv>
#include <cstdio>
#include <string>
#include <sys/epoll.h>
#include <unordered_map>

#include "bench/http_wire.hpp"
#include "bench/socket.hpp"
#include "bench/stub_reply.hpp"

namespace {

using sluice::bench::Descriptor;
using sluice::bench::HttpMessage;
using sluice::bench::Transfer;

/// One thread, one epoll, answers in the order the requests came on each connection.
class StubChannel {
  public:
    explicit StubChannel(Descriptor listener)
        : listener_(std::move(listener)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        watch(listener_, EPOLLIN);
    }

    void serve() {
        std::array<epoll_event, 512> events{};
        while (true) {
            const int ready =
                ::epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), -1);
            for (int i = 0; i < ready; ++i) {
                on_event(events[static_cast<std::size_t>(i)].data.fd);
            }
        }
    }

  private:
    struct Peer {
        Descriptor socket;
        std::string in;
        std::string out;
    };

    void watch(const Descriptor& descriptor, std::uint32_t events) const {
        epoll_event event{};
        event.events = events;
        event.data.fd = descriptor.number();
        static_cast<void>(::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor.number(), &event));
    }

    void on_event(int number) {
        if (number == listener_.number()) {
            accept_all();
            return;
        }
        const auto peer = peers_.find(number);
        if (peer != peers_.end() && !exchange(peer->second)) {
            peers_.erase(peer);
        }
    }

    void accept_all() {
        while (true) {
            Descriptor socket = accept_one(listener_);
            if (!socket.is_open()) {
                return;
            }
            watch(socket, EPOLLIN | EPOLLOUT | EPOLLET);
            const int number = socket.number();
            peers_.insert_or_assign(number, Peer{std::move(socket), {}, {}});
        }
    }

    /// Edge-triggered: reads and writes until both would block. False when the peer is gone.
    bool exchange(Peer& peer) {
        Transfer transfer = Transfer::progressed;
        while (transfer == Transfer::progressed) {
            transfer = receive_some(peer.socket, peer.in);
        }
        if (transfer == Transfer::ended || !answer_all(peer)) {
            return false;
        }
        transfer = Transfer::progressed;
        while (!peer.out.empty() && transfer == Transfer::progressed) {
            transfer = send_some(peer.socket, peer.out);
        }
        return transfer != Transfer::ended;
    }

    bool answer_all(Peer& peer) {
        while (true) {
            const HttpMessage message = sluice::bench::read_message(peer.in);
            if (message.state != HttpMessage::State::complete) {
                return message.state == HttpMessage::State::incomplete;
            }
            const bool is_order = message.start_line.starts_with("POST /mode ");
            if (is_order) {
                status_ = message.body;
            }
            if (is_order || status_ != "silent") {
                peer.out += sluice::bench::stub_reply(message.body, status_, ++answered_);
            }
            peer.in.erase(0, message.size);
        }
    }

    Descriptor listener_;
    Descriptor epoll_;
    std::unordered_map<int, Peer> peers_;
    std::string status_ = "succeeded";
    std::uint64_t answered_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    std::uint16_t port = 0;
    if (argc == 2) {
        const std::string text = argv[1];
        std::from_chars(text.data(), text.data() + text.size(), port);
    }
    Descriptor listener = sluice::bench::listen_loopback(port);
    if (!listener.is_open()) {
        std::fprintf(stderr, "error: cannot listen on port %u\n", static_cast<unsigned>(port));
        return 1;
    }
    std::printf("%u\n", static_cast<unsigned>(port_of(listener)));
    std::fflush(stdout);
    StubChannel(std::move(listener)).serve();
}
