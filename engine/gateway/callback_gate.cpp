#include "gateway/callback_gate.hpp"

namespace sluice::gateway {
namespace {

constexpr std::chrono::seconds kLineEvery{1};

constexpr std::size_t index_of(CallbackRefusal why) { return static_cast<std::size_t>(why); }

}  // namespace

/// What is known of one account, or of all that are not there. `reading` is any thread's, the rest
/// is guarded by the gate.
struct CallbackGate::Path {
    explicit Path(std::size_t per_second) : rate(per_second) {}

    struct Lines {
        std::optional<SteadyTime> last;
        std::uint64_t spared = 0;
    };

    RateLimit rate;
    std::array<Lines, kCallbackRefusalNames.size()> lines{};
    std::atomic<std::size_t> reading = 0;
};

CallbackGate::Place::~Place() {
    if (path_ != nullptr) {
        --path_->reading;
    }
}

CallbackGate::CallbackGate(CallbackLimits limits)
    : limits_(limits), unknown_(std::make_shared<Path>(limits.unknown_per_second)) {}

CallbackGate::~CallbackGate() = default;

std::shared_ptr<CallbackGate::Path> CallbackGate::path_of(const Address& address) {
    if (!address.is_known) {
        return unknown_;
    }
    auto& path = known_[{std::string(address.channel), std::string(address.account)}];
    if (path == nullptr) {
        path = std::make_shared<Path>(limits_.per_second);
    }
    return path;
}

std::expected<CallbackGate::Place, CallbackRefusal> CallbackGate::admit(
    const Arrival& arrival, SteadyTime now
) {
    const MutexLock lock(mutex_);
    std::shared_ptr<Path> path = path_of(arrival.address);
    if (!arrival.address.is_known) {
        // Who is told that there is no such account, and who only that it is too much.
        const bool may_ask = path->rate.take(now);
        return std::unexpected(
            may_ask ? CallbackRefusal::unknown_account : CallbackRefusal::too_many
        );
    }
    if (arrival.body_bytes > limits_.body_bytes_max) {
        return std::unexpected(CallbackRefusal::too_large);
    }
    if (path->reading >= limits_.reading_max) {
        return std::unexpected(CallbackRefusal::busy);
    }
    if (!arrival.was_let_in && !path->rate.take(now)) {
        return std::unexpected(CallbackRefusal::too_many);
    }
    ++path->reading;
    return Place(std::move(path));
}

std::optional<std::uint64_t> CallbackGate::refuse(
    CallbackRefusal why, const Address& address, SteadyTime now
) {
    refused_.at(index_of(why)).fetch_add(1, std::memory_order_relaxed);
    const MutexLock lock(mutex_);
    Path::Lines& lines = path_of(address)->lines.at(index_of(why));
    if (lines.last && now - *lines.last < kLineEvery) {
        ++lines.spared;
        return std::nullopt;
    }
    lines.last = now;
    return std::exchange(lines.spared, 0);
}

std::string CallbackGate::metrics() const {
    const std::string name = "sluice_callbacks_refused_total";
    std::string text = "# TYPE " + name + " counter\n";
    for (std::size_t i = 0; i < refused_.size(); ++i) {
        text.append(name).append("{reason=\"").append(kCallbackRefusalNames.at(i)).append("\"} ");
        text += std::to_string(refused_.at(i).load(std::memory_order_relaxed)) + "\n";
    }
    return text;
}

}  // namespace sluice::gateway
