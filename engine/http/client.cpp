#include "http/client.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <future>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include <curl/curl.h>

#include "core/invariant.hpp"
#include "core/mutex.hpp"
#include "http/client_pool.hpp"
#include "http/client_sockets.hpp"
#include "http/io_thread.hpp"

namespace sluice::http {

namespace {

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

/// The client's thread: curl's multi interface, one for each egress, driven by one epoll set and
/// their timers, so an event costs the same with one exchange under way as with thousands.
class Client::Loop {
  public:
    explicit Loop(ClientSettings settings) : settings_(std::move(settings)) {
        initialise_curl_once();
        const MutexLock lock(joining_);
        thread_ = std::thread([this] { work(); });
    }

    ~Loop() { stop(); }

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

    void run_at(std::chrono::steady_clock::time_point moment, ClientTask task) {
        later_.emplace(moment, std::move(task));
    }

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
        begin_io_thread(settings_.thread_name);
        std::array<ClientSockets::Event, ClientSockets::kEventsAtOnce> events{};
        while (!stopping_) {
            // Before the queues are looked at: who hands over something later sees it and wakes us.
            may_sleep_ = true;
            const std::size_t count = sockets_.wait(events, anything_to_do() ? 0 : timeout_ms());
            may_sleep_ = false;
            for (const auto& event : std::span(events).first(count)) {
                act(event);
            }
            run_tasks();
            start_queued();
            const SteadyTime now = std::chrono::steady_clock::now();
            for (const auto& pool : pools_) {
                pool->act_if_due(now);
            }
            finish_completed();
            time_out_waiting();
        }
        abandon_all();
    }

    [[nodiscard]] int timeout_ms() const {
        const SteadyTime now = std::chrono::steady_clock::now();
        std::int64_t longest = 60'000;
        const auto sleep_until = [&](SteadyTime moment) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(moment - now);
            longest = std::clamp<std::int64_t>(left.count(), 0, longest);
        };
        if (!later_.empty()) {
            sleep_until(later_.begin()->first);
        }
        for (const auto& pool : pools_) {
            if (pool->anything_waits()) {
                longest = std::min(longest, kWaitingCheckMs);
            }
            if (const auto timer = pool->timer()) {
                sleep_until(*timer);
            }
        }
        return static_cast<int>(longest);
    }

    void act(const ClientSockets::Event& event) {
        if (const auto owner = owners_.find(event.socket); owner != owners_.end()) {
            owner->second->act(event.socket, event.what);
        }
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
        const SteadyTime now = std::chrono::steady_clock::now();
        while (!later_.empty() && later_.begin()->first <= now) {
            due_.push_back(std::move(later_.begin()->second));
            later_.erase(later_.begin());
        }
        const SteadyTime end = now + kTurn;
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
            } else {
                pool_for(egress_of(wish.request, settings_)).enter(std::move(wish));
            }
        }
    }

    /// Those that nobody uses any more go when another one comes.
    ClientPool& pool_for(const Egress& egress) {
        const auto found = std::ranges::find(pools_, egress, &ClientPool::egress);
        if (found != pools_.end()) {
            return **found;
        }
        const SteadyTime now = std::chrono::steady_clock::now();
        std::erase_if(pools_, [now](const auto& pool) { return pool->is_left(now); });
        return *pools_.emplace_back(std::make_unique<ClientPool>(
            egress, ClientPool::Parts{.settings = settings_, .sockets = sockets_, .owners = owners_}
        ));
    }

    void refuse(const ClientDone& done, std::string code, std::string message) {
        finish(done, std::unexpected(not_accepted(std::move(code), std::move(message))));
    }

    void time_out_waiting() {
        for (const auto& pool : pools_) {
            if (!pool->anything_waits()) {
                continue;
            }
            for (ClientWish& wish : pool->take_overdue(std::chrono::steady_clock::now())) {
                refuse(wish.done, "timeout", "timed out waiting for a connection");
            }
        }
    }

    /// As many as the turn allows: whoever sent them may take his time with the answers.
    void finish_completed() {
        const SteadyTime end = std::chrono::steady_clock::now() + kTurn;
        completed_left_ = false;
        for (const auto& pool : pools_) {
            while (auto ended = pool->take_ended()) {
                finish(ended->done, std::move(ended->result));
                if (std::chrono::steady_clock::now() >= end) {
                    completed_left_ = true;
                    // The others have their turn first.
                    std::ranges::rotate(pools_, pools_.begin() + 1);
                    return;
                }
            }
        }
    }

    void abandon_all() {
        for (const auto& pool : pools_) {
            while (auto ended = pool->abandon_one()) {
                finish(ended->done, std::move(ended->result));
            }
        }
        due_.clear();
        later_.clear();
        take(&Queued::tasks).clear();
        std::vector<ClientWish> wishes = take(&Queued::wishes);
        for (const auto& pool : pools_) {
            std::ranges::move(pool->take_all_waiting(), std::back_inserter(wishes));
        }
        for (ClientWish& wish : wishes) {
            refuse(wish.done, "stopped", "the client is being closed");
        }
    }

    void finish(const ClientDone& done, ClientResult result) {
        --in_flight_;
        done(std::move(result));
    }

    ClientSettings settings_;
    ClientSockets sockets_;
    ClientPool::Owners owners_;
    std::vector<std::unique_ptr<ClientPool>> pools_;
    std::deque<ClientTask> due_;
    std::multimap<SteadyTime, ClientTask> later_;  ///< the loop's own thread only
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

void Client::run_at(std::chrono::steady_clock::time_point moment, ClientTask task) {
    loop_->run_at(moment, std::move(task));
}

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
