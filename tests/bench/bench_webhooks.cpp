// How long a webhook takes to a business system that answers at once, while another one needs five
// seconds for each answer, as one JSON line: bench_webhooks [SECONDS] [EVENTS_A_SECOND]
// [SLOW_ENDPOINTS]. The database is a private one, or in the server of $SLUICE_TEST_PG.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include "core/mutex.hpp"
#include "db/webhook_world.hpp"
#include "gateway/event_objects.hpp"
#include "notify/dispatcher.hpp"
#include "support/process_wait.hpp"
#include "support/webhook_receiver.hpp"

namespace sluice::testing {
namespace {

using std::chrono::steady_clock;

/// When each event was committed, and when a receiver first had it.
class Stopwatch {
  public:
    void committed(const EventId& event) SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        begun_.emplace(event.to_string(), steady_clock::now());
    }
    void arrived(const std::string& event) SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        arrived_.emplace(event, steady_clock::now());
    }
    [[nodiscard]] std::size_t count() const SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        return arrived_.size();
    }
    [[nodiscard]] std::vector<double> sorted_ms() const SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        std::vector<double> all;
        for (const auto& [event, at] : arrived_) {
            const auto begun = begun_.find(event);
            // What arrived before its commit was noted took no time that could be measured.
            const auto from = begun == begun_.end() ? at : std::min(begun->second, at);
            all.push_back(std::chrono::duration<double, std::milli>(at - from).count());
        }
        std::ranges::sort(all);
        return all;
    }

  private:
    mutable Mutex mutex_;
    std::map<std::string, steady_clock::time_point> begun_ SLUICE_GUARDED_BY(mutex_);
    std::map<std::string, steady_clock::time_point> arrived_ SLUICE_GUARDED_BY(mutex_);
};

/// The sender as the server runs it.
struct Sender {
    explicit Sender(const TestDatabase& database)
        : courier(
              {.conninfo = database.conninfo(),
               .connection = {.role = "sluice_app"},
               .clock = clock,
               .random = random,
               .client = client,
               .keys = test_sealing_keys(),
               .render = gateway::render_event_objects,
               .wake = [this] { bell.ring(); }},
              {}
          ) {}

    SystemClock clock;
    SystemRandom random;
    notify::Bell bell;
    http::Client client{
        {.running_per_host_max = 8'192, .reachable = http::Reachable::public_and_this_machine}
    };
    notify::Courier courier;
    notify::Dispatcher dispatcher{courier, bell};
};

struct Wish {
    int seconds = 20;
    int events_a_second = 200;
    int slow_endpoints = 1;
};

/// Both sides of a thousand connections are in this process.
void allow_many_connections() {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)::setrlimit(RLIMIT_NOFILE, &files);
    }
}

int run(const Wish& wish) {
    Stopwatch watch;
    WebhookReceiver fast;
    fast.behave([&watch](const http::Request& request, http::Responder responder) {
        watch.arrived(std::string(request.headers.get_or_empty("webhook-id")));
        responder.answer(http::Response{});
    });
    WebhookReceiver slow;
    slow.behave(slow.answering_after(std::chrono::seconds(5)));
    WebhookWorld world;
    Sender sender(world.database);
    world.clock.advance(sender.clock.now() - world.clock.now());
    world.given_endpoint(fast.url());
    for (int i = 0; i < wish.slow_endpoints; ++i) {
        world.given_endpoint(slow.url());
    }
    const PaymentId payment = world.given_payment();
    sender.dispatcher.start();
    const auto begun = steady_clock::now();
    const int events = wish.seconds * wish.events_a_second;
    for (int i = 0; i < events; ++i) {
        std::this_thread::sleep_until(
            begun + std::chrono::microseconds(1'000'000LL * i / wish.events_a_second)
        );
        watch.committed(world.given_event(payment));
        sender.bell.ring();
    }
    const bool all = eventually([&] { return watch.count() >= static_cast<std::size_t>(events); });
    const auto ms = watch.sorted_ms();
    const auto counters = sender.courier.counters();
    const auto at = [&ms](std::size_t percent) {
        return ms.empty() ? 0.0 : ms[(ms.size() - 1) * percent / 100];
    };
    std::printf(
        "{\"events_a_second\":%d,\"seconds\":%d,\"slow_endpoints\":%d,\"events\":%d,"
        "\"arrived\":%zu,\"p50_ms\":%.1f,\"p99_ms\":%.1f,\"max_ms\":%.1f,"
        "\"under_way_at_end\":%zu}\n",
        wish.events_a_second,
        wish.seconds,
        wish.slow_endpoints,
        events,
        ms.size(),
        at(50),
        at(99),
        at(100),
        counters.under_way
    );
    sender.dispatcher.stop();
    return all ? 0 : 1;
}

}  // namespace
}  // namespace sluice::testing

int main(int argc, char** argv) {
    sluice::testing::allow_many_connections();
    sluice::testing::Wish wish;
    wish.seconds = argc > 1 ? std::atoi(argv[1]) : wish.seconds;
    wish.events_a_second = argc > 2 ? std::atoi(argv[2]) : wish.events_a_second;
    wish.slow_endpoints = argc > 3 ? std::atoi(argv[3]) : wish.slow_endpoints;
    return sluice::testing::run(wish);
}
