#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.hpp"

namespace sluice::lua {

/// Meters of one activation (one call, start or resume); all are reset before each.
struct Limits {
    std::int64_t instructions = 500'000;
    std::chrono::milliseconds wall{50};
    std::size_t heap_bytes = 8U << 20;
    std::size_t block_bytes = 256U << 10;
    std::size_t churn_bytes = 64U << 20;
};

/// How a script ended badly. `refused`: the gate did not let it in. `aborted`: a meter stopped it.
/// `error`: it made a mistake at a line.
enum class Outcome { refused, aborted, error };

/// What its author reads: `message` is one clear sentence, `excerpt` the source around the line.
struct ScriptError {
    Outcome outcome = Outcome::error;
    std::string script;
    int line = 0;  ///< 0: not known
    std::string message;
    std::string excerpt;
    Value failure;  ///< the record of a business failure that nothing caught; else null
    /// "pay.lua, line 14: unknown step 'authorise' - did you mean 'authorize'?"
    [[nodiscard]] std::string describe() const;
};

/// A script that passed the gate and compiled. Immutable, shared between threads.
class Program;
using ProgramPtr = std::shared_ptr<const Program>;

/// Gate, then compile. `name` is what errors show, e.g. "flows/pay.lua".
std::expected<ProgramPtr, ScriptError> compile(std::string_view name, std::string_view source);

[[nodiscard]] const std::string& name_of(const Program& program);
[[nodiscard]] const std::string& source_of(const Program& program);

/// What a host function tells the script.
struct HostReply {
    enum class Kind {
        value,    ///< returns `value`
        wait,     ///< suspends the script; the value given to resume() is returned to it
        failure,  ///< a business failure: unwinds to the nearest `attempt`, carrying `value`
        error     ///< the script's mistake, `message` raised at its line
    };
    Kind kind = Kind::value;
    Value value;
    std::string message;
};

/// Called on the thread that runs the script. Throws nothing.
using HostFunction = std::function<HostReply(std::span<const Value> arguments)>;

/// One Lua global that is a frozen table of host functions: `kernel.hold(...)`.
struct HostTable {
    std::string name;
    std::vector<std::pair<std::string, HostFunction>> functions;
};

/// What the heap limit is held against.
enum class HeapLimit {
    whole,  ///< all that the Vm keeps: for one script at a time
    growth  ///< what one activation adds, all together at most twice as much: for coroutines
};

/// When memory that nothing reaches any more is given back.
enum class Collecting {
    steadily,
    when_told  ///< by collect(), or while one activation is unusually hungry: for a Vm that goes
               ///< as a whole soon
};

struct VmSettings {
    Limits limits;
    std::vector<HostTable> host;
    /// Loaded in order; each returns a record whose members become frozen globals for what follows.
    std::vector<ProgramPtr> libraries;
    /// Given to every called function after its arguments: made once, frozen, never copied again.
    std::vector<Value> constants{};
    HeapLimit heap_limit = HeapLimit::whole;
    Collecting collecting = Collecting::steadily;
};

/// One sandboxed interpreter. Used by one thread at a time. Coroutines (coroutine.hpp) may share
/// it: all they have in common is frozen. After an `aborted` error it must be thrown away with all
/// its coroutines (`is_usable()` is false).
class Vm {
  public:
    class State;

    static std::expected<std::unique_ptr<Vm>, ScriptError> create(VmSettings settings);
    /// For create(): nobody else can name a State.
    explicit Vm(std::unique_ptr<State> state);
    ~Vm();
    Vm(const Vm&) = delete;
    Vm& operator=(const Vm&) = delete;

    /// Runs the file's main chunk in a fresh environment and keeps what it returned as the
    /// "module value". Loading again replaces it.
    std::expected<void, ScriptError> load(const Program& program);

    /// The same, but the file runs once in this Vm, and all that its result reaches is frozen; a
    /// file a function of which assigns what the file keeps is an error.
    std::expected<void, ScriptError> load_frozen(const Program& program);

    /// A plain (function-free) copy of a member of the module value: "title", "stages",
    /// "operations.collect.resend"; "" is the whole value. Null when absent.
    std::expected<Value, ScriptError> get(std::string_view path);
    /// Whether the member at `path` is a function.
    [[nodiscard]] bool is_function(std::string_view path);

    /// Calls the function at `path` of the module value ("" = the module value itself). It may not
    /// wait.
    std::expected<Value, ScriptError> call(std::string_view path, std::span<const Value> arguments);
    /// load_frozen() and call(): nothing can survive from an earlier call. For policies and
    /// adapters.
    std::expected<Value, ScriptError> call_frozen(
        const Program& program, std::string_view path, std::span<const Value> arguments
    );

    [[nodiscard]] bool is_usable() const;
    [[nodiscard]] std::size_t memory_bytes() const;
    /// Gives back all memory that nothing reaches any more. Takes time in proportion to what stays.
    void collect();

  private:
    friend class Coroutine;
    std::unique_ptr<State> state_;
};

/// Proves at start-up what determinism and safety rest on: the fixed hash seed, the C locale, and
/// which known miscompilations this interpreter has. An error text means: run no scripts.
std::expected<void, std::string> self_test();

}  // namespace sluice::lua
