#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "lua/vm.hpp"

namespace sluice::lua {

struct Thread;

/// What a coroutine did.
struct Progress {
    enum class Kind { waiting, finished, failed };
    Kind kind = Kind::finished;
    Value value;  ///< what it waits with, what it returned, or the failure nobody caught
};

/// One script that may wait, in a Vm that it may share with others: libraries, host functions and
/// the compiled file are there once, what the file and its functions make belongs to this coroutine
/// and can be reached by no other. Owned by one run, on the thread of its Vm. When an activation
/// of any coroutine is `aborted`, the Vm is unusable for all of them.
class Coroutine {
  public:
    /// Runs the main chunk of `program` for this coroutine alone.
    static std::expected<std::unique_ptr<Coroutine>, ScriptError> load(
        std::shared_ptr<Vm> vm, const Program& program
    );
    ~Coroutine();
    Coroutine(const Coroutine&) = delete;
    Coroutine& operator=(const Coroutine&) = delete;

    /// A plain (function-free) copy of a member of what the file returned, as Vm::get.
    std::expected<Value, ScriptError> get(std::string_view path);

    /// Begins the function at `path` of what the file returned; it may wait. A second start drops
    /// what the first one left.
    std::expected<Progress, ScriptError> start(
        std::string_view path, std::span<const Value> arguments
    );
    /// Continues after `waiting`.
    std::expected<Progress, ScriptError> resume(const Value& value);

    /// The line it waits at in the file named `script`; 0 if not known.
    [[nodiscard]] int current_line(std::string_view script) const;

    [[nodiscard]] Vm& vm() const { return *vm_; }

  private:
    explicit Coroutine(std::shared_ptr<Vm> vm);

    std::shared_ptr<Vm> vm_;
    std::unique_ptr<Thread> thread_;
};

}  // namespace sluice::lua
