#include "http/client_pool.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <curl/curl.h>

#include "core/invariant.hpp"

namespace sluice::http {
namespace {

constexpr std::size_t kIdleExchangesKept = 1024;

bool is_this_machine(std::string_view url) {
    constexpr std::array<std::string_view, 3> kLoopback{"127.0.0.1", "localhost", "[::1]"};
    const std::size_t scheme = url.find("://");
    const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
    const std::string_view authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
    return std::ranges::any_of(kLoopback, [&](std::string_view host) {
        return authority == host || authority.starts_with(std::string(host) + ":");
    });
}

}  // namespace

Egress egress_of(const ClientRequest& request, const ClientSettings& settings) {
    Egress egress = request.egress != nullptr ? *request.egress : Egress{};
    if (!egress.proxy) {
        egress.proxy = is_this_machine(request.url) ? Proxy{} : settings.proxy;
    }
    return egress;
}

ClientPool::ClientPool(Egress egress, const Parts& parts)
    : egress_(std::move(egress)),
      settings_(parts.settings),
      sockets_(parts.sockets),
      owners_(parts.owners),
      multi_(curl_multi_init()),
      hosts_(parts.settings.running_per_host_max),
      used_at_(std::chrono::steady_clock::now()) {
    SLUICE_INVARIANT(multi_ != nullptr);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &ClientPool::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &ClientPool::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    curl_multi_setopt(
        multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(settings_.idle_connections_max)
    );
}

ClientPool::~ClientPool() {
    running_.clear();
    idle_.clear();
    curl_multi_cleanup(multi_);
    std::erase_if(owners_, [this](const auto& row) { return row.second == this; });
}

void ClientPool::enter(ClientWish wish) {
    used_at_ = std::chrono::steady_clock::now();
    if (auto ready = hosts_.enter(std::move(wish))) {
        start(std::move(*ready));
    }
}

void ClientPool::act(int socket, int events) {
    int running = 0;
    const CURLMcode result = curl_multi_socket_action(multi_, socket, events, &running);
    SLUICE_INVARIANT(result == CURLM_OK);
}

void ClientPool::act_if_due(SteadyTime now) {
    if (timer_ && now >= *timer_) {
        timer_.reset();
        act(CURL_SOCKET_TIMEOUT, 0);
    }
}

std::optional<ClientPool::Ended> ClientPool::take_ended() {
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi_, &left);
    while (message != nullptr && message->msg != CURLMSG_DONE) {
        message = curl_multi_info_read(multi_, &left);
    }
    if (message == nullptr) {
        return std::nullopt;
    }
    const CURLcode code = message->data.result;
    const std::size_t place = ClientExchange::of(message->easy_handle).place();
    std::unique_ptr<ClientExchange> exchange = remove(place);
    Ended ended{exchange->take_done(), exchange->result(code)};
    used_at_ = std::chrono::steady_clock::now();
    if (auto next = hosts_.leave(exchange->url())) {
        start(std::move(*next));
    }
    if (idle_.size() < kIdleExchangesKept) {
        idle_.push_back(std::move(exchange));
    }
    return ended;
}

std::optional<ClientPool::Ended> ClientPool::abandon_one() {
    if (running_.empty()) {
        return std::nullopt;
    }
    const std::unique_ptr<ClientExchange> exchange = remove(running_.size() - 1);
    return Ended{exchange->take_done(), std::unexpected(exchange->stopped())};
}

bool ClientPool::is_left(SteadyTime now) const {
    return running_.empty() && !anything_waits() && now - used_at_ > settings_.idle_connection_max;
}

void ClientPool::start(ClientWish wish) {
    // What waited has used up a part of its time; curl reads 0 as "no limit".
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        wish.deadline - std::chrono::steady_clock::now()
    );
    wish.request.total_timeout = std::max(left, std::chrono::milliseconds{1});
    std::unique_ptr<ClientExchange> exchange = take_idle();
    exchange->prepare(std::move(wish.request), std::move(wish.done), {settings_, egress_});
    exchange->set_place(running_.size());
    const CURLMcode added = curl_multi_add_handle(multi_, exchange->handle());
    SLUICE_INVARIANT(added == CURLM_OK);
    running_.push_back(std::move(exchange));
}

std::unique_ptr<ClientExchange> ClientPool::take_idle() {
    if (idle_.empty()) {
        return std::make_unique<ClientExchange>(sockets_);
    }
    std::unique_ptr<ClientExchange> exchange = std::move(idle_.back());
    idle_.pop_back();
    return exchange;
}

std::unique_ptr<ClientExchange> ClientPool::remove(std::size_t place) {
    std::unique_ptr<ClientExchange> exchange = std::move(running_.at(place));
    curl_multi_remove_handle(multi_, exchange->handle());
    if (place + 1 != running_.size()) {
        running_.at(place) = std::move(running_.back());
        running_.at(place)->set_place(place);
    }
    running_.pop_back();
    return exchange;
}

int ClientPool::on_socket(void*, int socket, int what, void* self, void*) {
    ClientPool& pool = *static_cast<ClientPool*>(self);
    if (const auto owner = pool.owners_.find(socket);
        what == CURL_POLL_REMOVE && owner != pool.owners_.end() && owner->second == &pool) {
        pool.owners_.erase(owner);
    } else if (what != CURL_POLL_REMOVE) {
        pool.owners_.insert_or_assign(socket, &pool);
    }
    pool.sockets_.watch(socket, what);
    return 0;
}

int ClientPool::on_timer(void*, long timeout_ms, void* self) {
    ClientPool& pool = *static_cast<ClientPool*>(self);
    pool.timer_.reset();
    if (timeout_ms >= 0) {
        pool.timer_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    }
    return 0;
}

}  // namespace sluice::http
