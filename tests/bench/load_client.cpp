#include "bench/load_client.hpp"

#include <algorithm>
#include <array>
#include <sys/epoll.h>

#include "bench/http_wire.hpp"

namespace sluice::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollMs = 100;
constexpr std::uint64_t kBrokenMax = 10'000;

}  // namespace

LoadClient::LoadClient(const LoadPlan& plan)
    : plan_(plan), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

LoadResult LoadClient::run() {
    measured_from_ = Clock::now() + plan_.warmup;
    ends_ = measured_from_ + plan_.duration;
    for (std::size_t i = 0; i < plan_.clients; ++i) {
        open();
    }
    std::array<epoll_event, 512> events{};
    while (!is_done()) {
        const int ready =
            ::epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), kPollMs);
        for (int i = 0; i < ready; ++i) {
            const auto& event = events[static_cast<std::size_t>(i)];
            on_event(event.data.fd, event.events);
        }
    }
    const auto ended = std::min(Clock::now(), ends_);
    result_.seconds = std::chrono::duration<double>(ended - measured_from_).count();
    return std::move(result_);
}

bool LoadClient::is_done() const {
    const bool all_sent = plan_.requests_max != 0 && answered_ >= plan_.requests_max;
    return all_sent || result_.broken > kBrokenMax || Clock::now() >= ends_;
}

void LoadClient::open() {
    Connection connection;
    connection.socket = connect_loopback(plan_.port);
    if (!connection.socket.is_open()) {
        ++result_.broken;
        return;
    }
    begin(connection);
    watch(connection, true, true);
    const int number = connection.socket.number();
    connections_.insert_or_assign(number, std::move(connection));
}

void LoadClient::begin(Connection& connection) {
    if (plan_.requests_max == 0 || sent_ < plan_.requests_max) {
        connection.out = render_request(plan_, sent_);
        ++sent_;
    }
    connection.began = Clock::now();
}

void LoadClient::replace(int number) {
    ++result_.broken;
    connections_.erase(number);
    open();
}

void LoadClient::watch(Connection& connection, bool also_write, bool is_new) {
    epoll_event event{};
    event.events = EPOLLIN | (also_write ? std::uint32_t{EPOLLOUT} : 0U);
    event.data.fd = connection.socket.number();
    const int act = is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    static_cast<void>(::epoll_ctl(epoll_.number(), act, event.data.fd, &event));
    connection.wants_write = also_write;
}

void LoadClient::on_event(int number, std::uint32_t events) {
    const auto found = connections_.find(number);
    if (found == connections_.end()) {
        return;
    }
    Connection& connection = found->second;
    const bool is_readable = (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
    if ((is_readable && !read(connection)) || !write(connection)) {
        replace(number);
    }
}

bool LoadClient::write(Connection& connection) {
    while (!connection.out.empty()) {
        const Transfer transfer = send_some(connection.socket, connection.out);
        if (transfer == Transfer::ended) {
            return false;
        }
        if (transfer == Transfer::would_block) {
            break;
        }
    }
    const bool wants_write = !connection.out.empty();
    if (wants_write != connection.wants_write) {
        watch(connection, wants_write, false);
    }
    return true;
}

bool LoadClient::read(Connection& connection) {
    const Transfer transfer = receive_some(connection.socket, connection.in);
    if (transfer != Transfer::progressed) {
        return transfer == Transfer::would_block;
    }
    const HttpMessage message = read_message(connection.in);
    if (message.state == HttpMessage::State::unreadable) {
        return false;
    }
    if (message.state == HttpMessage::State::complete) {
        const bool success = message.body.find(plan_.success) != std::string_view::npos;
        count(connection, status_of(message.start_line), success);
        const bool closes = message.closes;
        connection.in.erase(0, message.size);
        begin(connection);
        return !closes;
    }
    return true;
}

void LoadClient::count(const Connection& connection, int status, bool success) {
    const auto now = Clock::now();
    const bool paid = success && status >= 200 && status < 300;
    ++answered_;
    result_.succeeded_all += paid ? 1U : 0U;
    if (now < measured_from_ || now > ends_) {
        return;
    }
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now - connection.began);
    result_.latencies.add(took);
    ++result_.by_status[status];
    result_.succeeded += paid ? 1U : 0U;
}

}  // namespace sluice::bench
