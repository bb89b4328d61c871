#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "lua/arena.hpp"
#include "lua/vm.hpp"

struct lua_State;
struct lua_Debug;  // NOLINT(readability-identifier-naming): the name is the interpreter's

namespace sluice::lua {

/// A place in a script; line 0 means that only the script is known.
struct Position {
    std::string script;
    int line = 0;
};

enum class KillReason { none, instructions, time, heap, block, churn };

/// Counts what one activation uses: instructions, time, live memory, the largest block, bytes
/// allocated. The first meter to trip is sticky and cannot be caught by a script. Owned by one Vm,
/// used on its thread.
///
/// Time is wall time, but a thread that was only waiting for a processor is not blamed: the script
/// must also have burned half of its limit on the processor since half time.
class Meters {
  public:
    Meters(const Limits& limits, HeapLimit heap_limit) : limits_(limits), heap_limit_(heap_limit) {}

    /// Starts an activation on `state`: all meters at zero, the hook armed.
    void begin(lua_State* state);
    /// Ends it; afterwards only the heap limit holds.
    void end();

    /// Work done in C++ on the script's behalf, in units of about one instruction. Raises the kill.
    void charge(lua_State* state, std::int64_t work);

    /// The lua_Alloc; `self` is a Meters.
    static void* allocate(void* self, void* block, std::size_t old_size, std::size_t want);

    /// Makes a memory error, which no handler saw, the kill it is.
    void blame_memory();

    [[nodiscard]] bool is_killed() const { return reason_ != KillReason::none; }
    [[nodiscard]] std::size_t heap_bytes() const { return heap_; }
    [[nodiscard]] const Position& killed_at() const { return killed_at_; }
    /// What stopped the script, in its author's words.
    [[nodiscard]] std::string describe() const;

  private:
    static void on_count(lua_State* state, lua_Debug* frame);
    [[noreturn]] void kill(lua_State* state, KillReason reason);
    [[nodiscard]] bool is_past_deadline();
    [[nodiscard]] bool refuses(std::size_t want, std::size_t more);
    [[nodiscard]] bool heap_is_full(std::size_t more) const;
    void feed_collector(lua_State* state);
    void note_position();

    Arena arena_;
    Limits limits_;
    HeapLimit heap_limit_;
    lua_State* running_ = nullptr;
    std::int64_t budget_ = 0;
    std::int64_t unwatched_ = 0;
    std::size_t heap_ = 0;
    std::size_t heap_before_ = 0;      ///< as the activation began
    lua_State* collecting_ = nullptr;  ///< set while the collector was set to work for a hungry one
    std::size_t churn_ = 0;
    std::chrono::steady_clock::time_point half_time_;
    std::chrono::steady_clock::time_point deadline_;
    std::chrono::nanoseconds burned_at_half_{-1};
    KillReason reason_ = KillReason::none;
    KillReason last_refusal_ = KillReason::none;
    Position killed_at_;
    int depth_ = 0;
};

}  // namespace sluice::lua
