#include "http/client.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <future>
#include <iterator>
#include <optional>
#include <pthread.h>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "core/invariant.hpp"
#include "core/mutex.hpp"
#include "http/client_exchange.hpp"
#include "http/client_sockets.hpp"
#include "http/host_queues.hpp"

namespace sluice::http {

namespace {

constexpr std::size_t kIdleExchangesKept = 1024;
constexpr std::int64_t kWaitingCheckMs = 20;
/// Tasks and answers take their time (scripts, signatures); then the sockets have their turn.
constexpr std::chrono::milliseconds kTurn{2};

ClientFailure not_accepted(std::string code, std::string message) {
    return {
        .stage = FailureStage::not_sent, .code = std::move(code), .message = std::move(message)
    };
}

void initialise_curl_once() {
    static const CURLcode kResult = curl_global_init(CURL_GLOBAL_DEFAULT);
    SLUICE_INVARIANT(kResult == CURLE_OK);
}

}  // namespace

/// The client's thread: curl's multi interface driven by one epoll set and its own timer, so an
/// event costs the same with one exchange under way as with thousands.
class Client::Loop {
  public:
    explicit Loop(ClientSettings settings)
        : settings_(std::move(settings)), hosts_(settings_.running_per_host_max) {
        initialise_curl_once();
        multi_ = curl_multi_init();
        SLUICE_INVARIANT(multi_ != nullptr);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Loop::on_socket);
        curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Loop::on_timer);
        curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
        curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
        curl_multi_setopt(
            multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(settings_.idle_connections_max)
        );
        const MutexLock lock(joining_);
        thread_ = std::thread([this] { work(); });
    }

    ~Loop() {
        stop();
        idle_.clear();
        curl_multi_cleanup(multi_);
    }

    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void send(ClientRequest request, ClientDone done) {
        const auto deadline = std::chrono::steady_clock::now() + request.total_timeout;
        ++in_flight_;
        ClientWish wish{
            .request = std::move(request), .done = std::move(done), .deadline = deadline
        };
        if (!hand_over(&Queued::wishes, wish)) {
            refuse(wish.done, "stopped", "the client is closed");
        }
    }

    bool run(ClientTask task) { return hand_over(&Queued::tasks, task); }

    void stop() {
        {
            const MutexLock lock(mutex_);
            stopping_ = true;
        }
        sockets_.wake_up();
        const MutexLock lock(joining_);
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    [[nodiscard]] std::size_t in_flight() const { return in_flight_; }

  private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    /// What other threads hand over.
    struct Queued {
        std::vector<ClientWish> wishes;
        std::vector<ClientTask> tasks;
    };

    /// False when the client is stopped; then the item stays with the caller.
    template <class Item>
    bool hand_over(std::vector<Item> Queued::* queue, Item& item) SLUICE_EXCLUDES(mutex_) {
        {
            const MutexLock lock(mutex_);
            if (stopping_) {
                return false;
            }
            (queued_.*queue).push_back(std::move(item));
        }
        // The loop's own thread is awake.
        if (may_sleep_.exchange(false)) {
            sockets_.wake_up();
        }
        return true;
    }

    void work() {
        ::pthread_setname_np(::pthread_self(), settings_.thread_name.substr(0, 15).c_str());
        std::array<ClientSockets::Event, ClientSockets::kEventsAtOnce> events{};
        while (!stopping_) {
            // Before the queues are looked at: who hands over something later sees it and wakes us.
            may_sleep_ = true;
            const std::size_t count = sockets_.wait(events, anything_to_do() ? 0 : timeout_ms());
            may_sleep_ = false;
            for (const auto& event : std::span(events).first(count)) {
                act(event.socket, event.what);
            }
            run_tasks();
            start_queued();
            if (timer_ && std::chrono::steady_clock::now() >= *timer_) {
                timer_.reset();
                act(CURL_SOCKET_TIMEOUT, 0);
            }
            finish_completed();
            time_out_waiting();
        }
        abandon_all();
    }

    [[nodiscard]] int timeout_ms() const {
        const std::int64_t longest = hosts_.anything_waits() ? kWaitingCheckMs : 60'000;
        if (!timer_) {
            return static_cast<int>(longest);
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            *timer_ - std::chrono::steady_clock::now()
        );
        return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, longest));
    }

    void act(curl_socket_t socket, int events) {
        int running = 0;
        const CURLMcode result = curl_multi_socket_action(multi_, socket, events, &running);
        SLUICE_INVARIANT(result == CURLM_OK);
    }

    bool anything_to_do() SLUICE_EXCLUDES(mutex_) {
        if (completed_left_ || !due_.empty()) {
            return true;
        }
        const MutexLock lock(mutex_);
        return !queued_.wishes.empty() || !queued_.tasks.empty();
    }

    template <class Item>
    std::vector<Item> take(std::vector<Item> Queued::* queue) SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        return std::exchange(queued_.*queue, {});
    }

    /// At least one, if there is any; the next ones while the turn lasts.
    void run_tasks() {
        const SteadyTime end = std::chrono::steady_clock::now() + kTurn;
        do {
            if (stopping_) {
                return;
            }
            if (due_.empty()) {
                std::ranges::move(take(&Queued::tasks), std::back_inserter(due_));
            }
            if (due_.empty()) {
                return;
            }
            ClientTask task = std::move(due_.front());
            due_.pop_front();
            task();
        } while (std::chrono::steady_clock::now() < end);
    }

    void start_queued() {
        std::vector<ClientWish> wishes = take(&Queued::wishes);
        for (ClientWish& wish : wishes) {
            if (in_flight_ > settings_.in_flight_max) {
                refuse(wish.done, "busy", "too many exchanges are under way");
            } else if (auto ready = hosts_.enter(std::move(wish))) {
                start(std::move(*ready));
            }
        }
    }

    void refuse(const ClientDone& done, std::string code, std::string message) {
        finish(done, std::unexpected(not_accepted(std::move(code), std::move(message))));
    }

    void time_out_waiting() {
        if (!hosts_.anything_waits()) {
            return;
        }
        for (ClientWish& wish : hosts_.take_overdue(std::chrono::steady_clock::now())) {
            refuse(wish.done, "timeout", "timed out waiting for a connection");
        }
    }

    void start(ClientWish wish) {
        // What waited has used up a part of its time; curl reads 0 as "no limit".
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            wish.deadline - std::chrono::steady_clock::now()
        );
        wish.request.total_timeout = std::max(left, std::chrono::milliseconds{1});
        std::unique_ptr<ClientExchange> exchange = take_idle();
        exchange->prepare(std::move(wish.request), std::move(wish.done), settings_);
        exchange->set_place(running_.size());
        const CURLMcode added = curl_multi_add_handle(multi_, exchange->handle());
        SLUICE_INVARIANT(added == CURLM_OK);
        running_.push_back(std::move(exchange));
    }

    std::unique_ptr<ClientExchange> take_idle() {
        if (idle_.empty()) {
            return std::make_unique<ClientExchange>(sockets_);
        }
        std::unique_ptr<ClientExchange> exchange = std::move(idle_.back());
        idle_.pop_back();
        return exchange;
    }

    /// As many as the turn allows: whoever sent them may take his time with the answers.
    void finish_completed() {
        const SteadyTime end = std::chrono::steady_clock::now() + kTurn;
        int left = 0;
        completed_left_ = false;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
            if (message->msg == CURLMSG_DONE) {
                finish_completed(*message);
            }
            if (left > 0 && std::chrono::steady_clock::now() >= end) {
                completed_left_ = true;
                return;
            }
        }
    }

    void finish_completed(const CURLMsg& message) {
        const CURLcode code = message.data.result;
        const std::size_t place = ClientExchange::of(message.easy_handle).place();
        std::unique_ptr<ClientExchange> exchange = remove(place);
        finish(exchange->take_done(), exchange->result(code));
        if (auto next = hosts_.leave(exchange->url())) {
            start(std::move(*next));
        }
        if (idle_.size() < kIdleExchangesKept) {
            idle_.push_back(std::move(exchange));
        }
    }

    void abandon_all() {
        while (!running_.empty()) {
            const std::unique_ptr<ClientExchange> exchange = remove(running_.size() - 1);
            finish(exchange->take_done(), std::unexpected(exchange->stopped()));
        }
        due_.clear();
        take(&Queued::tasks).clear();
        std::vector<ClientWish> wishes = take(&Queued::wishes);
        std::ranges::move(hosts_.take_all(), std::back_inserter(wishes));
        for (ClientWish& wish : wishes) {
            refuse(wish.done, "stopped", "the client is being closed");
        }
    }

    std::unique_ptr<ClientExchange> remove(std::size_t place) {
        std::unique_ptr<ClientExchange> exchange = std::move(running_.at(place));
        curl_multi_remove_handle(multi_, exchange->handle());
        if (place + 1 != running_.size()) {
            running_.at(place) = std::move(running_.back());
            running_.at(place)->set_place(place);
        }
        running_.pop_back();
        return exchange;
    }

    void finish(const ClientDone& done, ClientResult result) {
        --in_flight_;
        done(std::move(result));
    }

    static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
        static_cast<Loop*>(self)->sockets_.watch(socket, what);
        return 0;
    }

    static int on_timer(CURLM*, long timeout_ms, void* self) {
        Loop& loop = *static_cast<Loop*>(self);
        loop.timer_.reset();
        if (timeout_ms >= 0) {
            loop.timer_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
        }
        return 0;
    }

    ClientSettings settings_;
    ClientSockets sockets_;
    CURLM* multi_ = nullptr;
    HostQueues hosts_;
    std::optional<SteadyTime> timer_;
    std::vector<std::unique_ptr<ClientExchange>> running_;
    std::vector<std::unique_ptr<ClientExchange>> idle_;
    std::deque<ClientTask> due_;
    bool completed_left_ = false;
    std::atomic<std::size_t> in_flight_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<bool> may_sleep_ = false;
    Mutex mutex_;
    Queued queued_ SLUICE_GUARDED_BY(mutex_);
    Mutex joining_;
    std::thread thread_ SLUICE_GUARDED_BY(joining_);
};

Client::Client(ClientSettings settings) : loop_(std::make_unique<Loop>(std::move(settings))) {}

Client::~Client() = default;

void Client::send(ClientRequest request, ClientDone done) {
    loop_->send(std::move(request), std::move(done));
}

bool Client::run(ClientTask task) { return loop_->run(std::move(task)); }

void Client::stop() { loop_->stop(); }

std::size_t Client::in_flight() const { return loop_->in_flight(); }

std::string_view to_string(FailureStage stage) {
    return stage == FailureStage::not_sent ? "not_sent" : "maybe_sent";
}

ClientResult fetch(Client& client, ClientRequest request) {
    std::promise<ClientResult> promise;
    std::future<ClientResult> future = promise.get_future();
    client.send(std::move(request), [&promise](ClientResult result) {
        promise.set_value(std::move(result));
    });
    return future.get();
}

ClientResult fetch(ClientRequest request) {
    Client client;
    return fetch(client, std::move(request));
}

}  // namespace sluice::http
