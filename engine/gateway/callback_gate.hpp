#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/mutex.hpp"
#include "gateway/rate_limit.hpp"

namespace sluice::gateway {

/// How much of what channels send is let in. Every number is at least 1.
struct CallbackLimits {
    std::size_t body_bytes_max = 64U << 10U;
    std::size_t per_second = 2'000;       ///< of one account
    std::size_t unknown_per_second = 20;  ///< at all the paths of accounts that are not there
    std::size_t reading_max = 1'000;      ///< of one account: being read or waiting for a thread
    std::size_t threads = 4;              ///< that read
};

/// Why a callback was not taken; what the metrics tell apart.
enum class CallbackRefusal {
    unknown_account,  ///< there is no such channel account
    too_large,        ///< its body is above the limit for callbacks
    too_many,         ///< above the limit of its path
    busy,             ///< too many of its account are being read
    content_type,     ///< not what the channel sends
    bad_signature,    ///< the adapter found it not to be the channel's
    unknown_number,   ///< of an order that cannot be ours
    unreadable,       ///< the adapter found nothing in it that it may believe
    not_read,         ///< our own fault: the adapter failed
    not_recorded,     ///< good, but it could not be committed; the channel sends it again
};
constexpr std::array<std::string_view, 10> kCallbackRefusalNames{
    "unknown_account",
    "too_large",
    "too_many",
    "busy",
    "content_type",
    "bad_signature",
    "unknown_number",
    "unreadable",
    "not_read",
    "not_recorded",
};

/// Stands before the work that a callback makes, so that a flood of them delays nobody else:
/// each account has its own rate and its own share of the threads that read, all paths of accounts
/// that are not there have one rate together. Counts what is refused, and says when the log may
/// have a line about it. What it keeps grows with the accounts there are, not with what is sent.
/// Owned by the Gateway; any thread.
class CallbackGate {
    struct Path;

  public:
    using SteadyTime = std::chrono::steady_clock::time_point;

    /// One of the callbacks of an account that are being read, until it is dropped.
    class Place {
      public:
        explicit Place(std::shared_ptr<Path> path) : path_(std::move(path)) {}
        ~Place();
        Place(Place&& other) noexcept = default;
        Place& operator=(Place&&) = delete;

      private:
        std::shared_ptr<Path> path_;
    };

    /// The names in the address of a callback.
    struct Address {
        std::string_view channel;
        std::string_view account;
        bool is_known = true;  ///< there is such an account
    };
    struct Arrival {
        Address address;
        std::size_t body_bytes = 0;
        bool was_let_in = false;  ///< by another node, which knows it to be the channel's
    };

    explicit CallbackGate(CallbackLimits limits);
    ~CallbackGate();
    CallbackGate(const CallbackGate&) = delete;
    CallbackGate& operator=(const CallbackGate&) = delete;

    [[nodiscard]] const CallbackLimits& limits() const { return limits_; }

    /// A place to be read at, or why there is none, looked for in the order of the refusals. Does
    /// not block.
    [[nodiscard]] std::expected<Place, CallbackRefusal> admit(
        const Arrival& arrival, SteadyTime now
    );

    /// Counts it. When the log may have a line about it (one a second for each account and reason,
    /// and for each reason at unknown paths): how many lines it was spared since the last one.
    [[nodiscard]] std::optional<std::uint64_t> refuse(
        CallbackRefusal why, const Address& address, SteadyTime now
    );

    /// The text format of Prometheus.
    [[nodiscard]] std::string metrics() const;

  private:
    std::shared_ptr<Path> path_of(const Address& address) SLUICE_REQUIRES(mutex_);

    const CallbackLimits limits_;
    std::array<std::atomic<std::uint64_t>, kCallbackRefusalNames.size()> refused_{};
    Mutex mutex_;
    const std::shared_ptr<Path> unknown_;
    std::map<std::pair<std::string, std::string>, std::shared_ptr<Path>, std::less<>> known_
        SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::gateway
