#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "core/id.hpp"
#include "core/result.hpp"
#include "flow/lua_api/kernel_api.hpp"
#include "lua/coroutine.hpp"
#include "payment/service.hpp"

namespace sluice::flow {

/// The compiled scripts of one release that a run is pinned to. Immutable, shared.
struct FlowScripts {
    Id128 release;  ///< content address of the whole release
    std::vector<lua::ProgramPtr> libraries;
    lua::ProgramPtr flow;
};
using FlowScriptsPtr = std::shared_ptr<const FlowScripts>;

/// How many runs an interpreter is for.
enum class Company { alone, shared };

/// A Lua interpreter with the scripts of one flow, and the runs that live in it: the libraries,
/// most of what a run would need, are there once and frozen, so no run can tell another anything.
/// It takes a limited number of runs and then goes with the last of them, so a shared one need not
/// collect garbage on the way. Owned by its runs and by whoever lets new ones in; one thread.
class Interpreter {
  public:
    static Result<std::shared_ptr<Interpreter>> open(FlowScriptsPtr scripts, Company company);

    [[nodiscard]] const FlowScriptsPtr& scripts() const { return scripts_; }
    /// False after any of its runs was stopped by a meter: then all of them must be rebuilt.
    [[nodiscard]] bool is_usable() const { return vm_->is_usable(); }
    /// Whether no more runs should begin in it.
    [[nodiscard]] bool is_full() const;
    /// Whether it is full but most of its runs are gone: the few left keep the memory of many.
    [[nodiscard]] bool is_sparse() const;
    [[nodiscard]] std::size_t memory_bytes() const { return vm_->memory_bytes(); }

    /// The money service that the flow says it is for.
    Result<payment::Service> service();

  private:
    friend class Run;
    explicit Interpreter(FlowScriptsPtr scripts) : scripts_(std::move(scripts)) {}

    void enter();
    void leave() { --living_; }
    Result<std::unique_ptr<lua::Coroutine>> load();
    Result<StageNames> stages_of(lua::Coroutine& coroutine);
    Result<payment::Service> service_of(lua::Coroutine& coroutine);
    /// After an activation. True: its run keeps so much that it should have its own interpreter.
    bool tidy();

    FlowScriptsPtr scripts_;
    KernelSeat seat_;
    std::shared_ptr<lua::Vm> vm_;
    StageNames stages_;
    std::optional<payment::Service> service_;
    Company company_ = Company::alone;
    std::size_t entered_ = 0;
    std::size_t living_ = 0;
    std::size_t collect_at_ = 0;
};

}  // namespace sluice::flow
