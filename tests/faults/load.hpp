#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "core/mutex.hpp"
#include "core/random.hpp"
#include "faults/patient.hpp"
#include "support/node_shop.hpp"

namespace sluice::testing {

/// Business systems that pay one composite order after another and behave as they should: what may
/// not have arrived is sent again with the same body, until it is answered. Remembers every order
/// that was acknowledged. start() and stop() belong to one thread.
class Load {
  public:
    struct Options {
        std::size_t threads = 6;
        std::uint64_t seed = 1;
        /// Short, so that what nobody pays comes to its end within a test.
        std::int64_t expires_in_seconds = 8;
    };

    Load(Cluster& cluster, Options options);
    ~Load();  ///< stops
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    void start();
    /// No new orders; each caller still gets an answer for the one in hand. Returns when all have.
    void stop();

    [[nodiscard]] std::size_t acknowledged_count() const { return acknowledged_count_; }
    /// Requests that had to be sent again.
    [[nodiscard]] std::size_t sent_again() const { return api_.sent_again(); }
    /// Waits for so many more acknowledged orders. False when they do not come, or a caller got
    /// what it should not; all of them stop then.
    [[nodiscard]] bool wait_for_more(std::size_t count);

    /// Order number -> payment id, of every order that a caller was told of. After stop().
    [[nodiscard]] std::map<std::string, std::string> acknowledged();
    /// Answers that no caller should ever get. Any time.
    [[nodiscard]] std::vector<std::string> complaints();

  private:
    void run_caller(std::size_t caller);
    void pay(const CompositeOrder& order, const std::string& wait);
    void take(const CompositeOrder& order, const Reply& reply);
    void complain(std::string text);

    Cluster& cluster_;
    PatientApi api_;
    Options options_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> complained_{false};
    std::atomic<std::size_t> acknowledged_count_{0};
    Mutex mutex_;
    std::map<std::string, std::string> acknowledged_ SLUICE_GUARDED_BY(mutex_);
    std::vector<std::string> complaints_ SLUICE_GUARDED_BY(mutex_);
    std::vector<std::thread> callers_;
};

}  // namespace sluice::testing
