#include "lua/meters.hpp"

#include <time.h>
#include <utility>

#include <lua.h>

#include "lua/box.hpp"

namespace sluice::lua {
namespace {

constexpr int kHookInterval = 256;
constexpr std::int64_t kWorkBetweenClockReads = 2000;
constexpr std::size_t kWatchedBlock = 32U << 10;
constexpr int kDeepStack = 1000;
constexpr std::size_t kHungry = 1U << 20;

std::chrono::nanoseconds burned_by_thread() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::string in_binary_units(std::size_t bytes) {
    constexpr std::size_t kMebi = 1U << 20;
    return bytes >= kMebi ? std::to_string(bytes / kMebi) + " MiB"
                          : std::to_string(bytes / 1024) + " KiB";
}

}  // namespace

void Meters::begin(lua_State* state) {
    running_ = state;
    budget_ = limits_.instructions;
    unwatched_ = 0;
    churn_ = 0;
    heap_before_ = heap_;
    const auto now = std::chrono::steady_clock::now();
    half_time_ = now + limits_.wall / 2;
    deadline_ = now + limits_.wall;
    burned_at_half_ = std::chrono::nanoseconds(-1);
    last_refusal_ = KillReason::none;
    lua_sethook(state, on_count, LUA_MASKCOUNT, kHookInterval);
}

void Meters::end() {
    running_ = nullptr;
    if (collecting_ != nullptr) {
        lua_gc(std::exchange(collecting_, nullptr), LUA_GCSTOP);
    }
}

void Meters::charge(lua_State* state, std::int64_t work) {
    budget_ -= work;
    unwatched_ += work;
    if (budget_ < 0) {
        kill(state, KillReason::instructions);
    }
    if (unwatched_ < kWorkBetweenClockReads) {
        return;
    }
    unwatched_ = 0;
    if (is_past_deadline()) {
        kill(state, KillReason::time);
    }
}

void Meters::on_count(lua_State* state, lua_Debug*) {
    Meters& self = box_of(state).meters;
    if (self.is_killed()) {
        self.kill(state, self.reason_);
    }
    self.unwatched_ = kWorkBetweenClockReads;
    self.feed_collector(state);
    self.charge(state, kHookInterval);
}

/// A Vm that collects only when told to must still not let one activation pile up what it drops.
void Meters::feed_collector(lua_State* state) {
    const bool hungry = heap_ > heap_before_ + kHungry;
    if (hungry && collecting_ == nullptr && lua_gc(state, LUA_GCISRUNNING) == 0) {
        collecting_ = state;
        lua_gc(state, LUA_GCRESTART);
    }
}

void Meters::kill(lua_State* state, KillReason reason) {
    if (reason_ == KillReason::none) {
        reason_ = reason;
        running_ = state;
        note_position();
    }
    // From here on every instruction raises again, so nothing can go on after swallowing it.
    lua_sethook(state, on_count, LUA_MASKCOUNT, 1);
    lua_pushnil(state);
    lua_error(state);
    std::unreachable();
}

bool Meters::is_past_deadline() {
    const auto now = std::chrono::steady_clock::now();
    if (now < half_time_) {
        return false;
    }
    if (burned_at_half_.count() < 0) {
        burned_at_half_ = burned_by_thread();
    }
    return now >= deadline_ && burned_by_thread() - burned_at_half_ >= limits_.wall / 2;
}

bool Meters::heap_is_full(std::size_t more) const {
    if (heap_limit_ == HeapLimit::whole) {
        return heap_ + more > limits_.heap_bytes;
    }
    return heap_ + more > heap_before_ + limits_.heap_bytes ||
           heap_ + more > 2 * limits_.heap_bytes;
}

bool Meters::refuses(std::size_t want, std::size_t more) {
    if (heap_is_full(more)) {
        last_refusal_ = KillReason::heap;
        return true;
    }
    if (running_ == nullptr) {
        return false;
    }
    if (want > limits_.block_bytes) {
        last_refusal_ = KillReason::block;
        return true;
    }
    churn_ += more;
    KillReason reason = reason_;
    if (churn_ > limits_.churn_bytes) {
        reason = KillReason::churn;
    } else if (want >= kWatchedBlock && is_past_deadline()) {
        reason = KillReason::time;
    }
    if (reason != KillReason::none && reason_ == KillReason::none) {
        reason_ = reason;
        note_position();
    }
    return reason != KillReason::none;
}

void* Meters::allocate(void* self, void* block, std::size_t old_size, std::size_t want) {
    Meters& meters = *static_cast<Meters*>(self);
    const std::size_t had = block == nullptr ? 0 : old_size;
    if (want == 0) {
        meters.arena_.release(block, had);
        meters.heap_ -= had;
        return nullptr;
    }
    if (want > had && meters.refuses(want, want - had)) {
        if (meters.running_ != nullptr && meters.reason_ == KillReason::none) {
            meters.note_position();
        }
        return nullptr;
    }
    void* moved =
        block == nullptr ? meters.arena_.allocate(want) : meters.arena_.resize(block, had, want);
    if (moved == nullptr) {
        // Lua counts on shrinking never failing; the old block is good enough.
        return want <= had ? block : nullptr;
    }
    meters.heap_ = meters.heap_ - had + want;
    return moved;
}

void Meters::blame_memory() {
    if (reason_ == KillReason::none) {
        reason_ = last_refusal_ == KillReason::none ? KillReason::heap : last_refusal_;
    }
}

void Meters::note_position() {
    if (running_ == nullptr) {
        return;
    }
    killed_at_ = position_on(running_);
    lua_Debug frame{};
    depth_ = lua_getstack(running_, kDeepStack, &frame) != 0 ? kDeepStack : 0;
}

std::string Meters::describe() const {
    if (depth_ >= kDeepStack) {
        return "calls are nested more than " + std::to_string(kDeepStack) +
               " deep: does a function call itself without end?";
    }
    switch (reason_) {
        case KillReason::instructions:
            return "stopped after " + std::to_string(limits_.instructions) +
                   " instructions: is there a loop without end?";
        case KillReason::time:
            return "stopped after " + std::to_string(limits_.wall.count()) +
                   " ms: is there a loop without end?";
        case KillReason::heap:
            return "needs more than " + in_binary_units(limits_.heap_bytes) + " of memory";
        case KillReason::block:
            return "one text or table grew beyond " + in_binary_units(limits_.block_bytes);
        case KillReason::churn:
            return "built more than " + in_binary_units(limits_.churn_bytes) +
                   " of texts and tables in one go";
        case KillReason::none:
            break;
    }
    return "was not stopped";
}

}  // namespace sluice::lua
