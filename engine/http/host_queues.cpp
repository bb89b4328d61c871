#include "http/host_queues.hpp"

#include <utility>

namespace sluice::http {

namespace {

/// "https://host:port" of a url.
std::string origin_of(std::string_view url) {
    const std::size_t scheme = url.find("://");
    const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
    return std::string(url.substr(0, url.find_first_of("/?#", host)));
}

}  // namespace

std::optional<ClientWish> HostQueues::enter(ClientWish wish) {
    Host& host = hosts_[origin_of(wish.request.url)];
    if (host.running < running_max_) {
        ++host.running;
        return wish;
    }
    ++waiting_;
    host.waiting.push_back(std::move(wish));
    return std::nullopt;
}

std::optional<ClientWish> HostQueues::leave(std::string_view url) {
    const auto found = hosts_.find(origin_of(url));
    Host& host = found->second;
    if (!host.waiting.empty()) {
        ClientWish next = std::move(host.waiting.front());
        host.waiting.pop_front();
        --waiting_;
        return next;
    }
    if (--host.running == 0) {
        hosts_.erase(found);
    }
    return std::nullopt;
}

std::vector<ClientWish> HostQueues::take_overdue(SteadyTime now) {
    std::vector<ClientWish> overdue;
    for (auto& [origin, host] : hosts_) {
        std::deque<ClientWish> kept;
        for (ClientWish& wish : host.waiting) {
            if (wish.deadline <= now) {
                overdue.push_back(std::move(wish));
            } else {
                kept.push_back(std::move(wish));
            }
        }
        host.waiting.swap(kept);
    }
    waiting_ -= overdue.size();
    return overdue;
}

}  // namespace sluice::http
