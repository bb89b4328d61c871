#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/mutex.hpp"
#include "core/value.hpp"

namespace sluice::channel {

/// closed: everything is sent. open: nothing that another account could do is.
enum class BreakerState { closed, open };

[[nodiscard]] std::string_view to_string(BreakerState state);

struct HealthRules {
    std::chrono::seconds judged{10};  ///< what the breaker looks back at
    std::size_t enough = 10;          ///< exchanges in that time; fewer open nothing
    std::chrono::seconds open_first{5};
    std::chrono::seconds open_longest{60};  ///< each failed probe doubles the time until then
    std::chrono::seconds probe_lost{60};    ///< one without a word for so long is forgotten
};

/// How an exchange that was sent to move money ended.
struct ExchangeEnd {
    bool answered = false;  ///< false: no connection, no answer in time, or none that can be read
    bool accepted = false;  ///< the channel did it or is at it
    std::chrono::milliseconds took{0};
    std::string code;  ///< the channel's or our own word for what went wrong; may be empty
};

/// Of the last minute.
struct SceneFigures {
    std::int64_t exchanges = 0;
    std::int64_t accepted = 0;
    std::int64_t unanswered = 0;
    std::int64_t took_p95_ms = 0;  ///< of those that were answered, rounded up to 1, 2 or 5 x 10^n
    std::vector<std::string> codes;  ///< of what was not accepted lately: newest first, each once
};

struct AccountHealth {
    BreakerState breaker = BreakerState::closed;
    std::map<std::string, SceneFigures, std::less<>> scenes;
};

/// As routing policies and the API see it: {breaker, scenes: {NAME: {exchanges,
/// accepted_basis_points, unanswered_basis_points, took_p95_ms, codes}}}.
[[nodiscard]] Value to_value(const AccountHealth& health);

/// How the channels answer this node, by account and scene, and a circuit breaker for each account.
/// What is open closes when a probe is answered, a harmless question: no payer's money finds out.
/// In memory only: after a start everything counts as sound. Any thread. `now` never goes back by
/// more than its callers overtake one another.
class Health {
  public:
    using SteadyTime = std::chrono::steady_clock::time_point;
    struct Address {
        std::string_view channel;
        std::string_view account;
    };

    explicit Health(const HealthRules& rules = {}) : rules_(rules) {}

    /// Whether something that another account could do as well is sent.
    [[nodiscard]] bool may_send(const Address& address) const SLUICE_EXCLUDES(mutex_);
    /// Whether it is time to probe an open one; who gets `true` does it and tells the end.
    [[nodiscard]] bool take_probe(const Address& address, SteadyTime now) SLUICE_EXCLUDES(mutex_);
    void probed(const Address& address, bool answered, SteadyTime now) SLUICE_EXCLUDES(mutex_);
    void ended(
        const Address& address, std::string_view scene, const ExchangeEnd& end, SteadyTime now
    ) SLUICE_EXCLUDES(mutex_);

    /// Sound, without scenes, when nothing was ever sent.
    [[nodiscard]] AccountHealth of(const Address& address, SteadyTime now) const
        SLUICE_EXCLUDES(mutex_);

  private:
    static constexpr std::size_t kSeconds = 60;
    /// 1, 2, 5, 10 ... 50,000 ms, and what is above.
    static constexpr std::size_t kSteps = 16;
    static constexpr std::size_t kCodesMax = 5;

    struct Second {
        std::int64_t number = -1;  ///< of the clock; another one's figures are forgotten
        std::int64_t exchanges = 0;
        std::int64_t accepted = 0;
        std::int64_t unanswered = 0;
        std::array<std::int32_t, kSteps> took{};
    };
    struct Scene {
        std::array<Second, kSeconds> seconds;
        std::deque<std::string> codes;
    };
    struct Account {
        BreakerState breaker = BreakerState::closed;
        SteadyTime probe_at{};  ///< open: the next
        SteadyTime sound_at{};  ///< what ended before does not count for the breaker
        std::chrono::seconds open_for{0};
        std::map<std::string, Scene, std::less<>> scenes;
    };

    static void note(Scene& scene, const ExchangeEnd& end, std::int64_t second);
    static SceneFigures figures_of(const Scene& scene, std::int64_t second);
    void open(Account& account, SteadyTime now) const;
    [[nodiscard]] bool is_failing(const Account& account, SteadyTime now) const;
    [[nodiscard]] const Account* find(const Address& address) const SLUICE_REQUIRES(mutex_);
    Account& account_of(const Address& address) SLUICE_REQUIRES(mutex_);

    const HealthRules rules_;
    mutable Mutex mutex_;
    std::map<std::pair<std::string, std::string>, Account> accounts_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::channel
