#pragma once

#include <memory>
#include <unordered_map>

#include "core/result.hpp"
#include "flow/interpreter.hpp"

namespace sluice::flow {

/// Where new runs of a worker live: for each flow the one shared interpreter that still takes runs.
/// A flow that was stopped by a meter took the runs of its interpreter out of memory with it; its
/// next runs stay alone for a while, so that it does not do that again and again. One worker, one
/// thread.
class InterpreterPool {
  public:
    Result<std::shared_ptr<Interpreter>> place_for(const FlowScriptsPtr& scripts);
    /// Tells that an interpreter of these scripts became unusable.
    void note_abort(const FlowScripts& scripts);
    /// New runs begin in new interpreters.
    void clear() { places_.clear(); }

  private:
    struct Place {
        FlowScriptsPtr scripts;
        std::shared_ptr<Interpreter> open;
        int alone = 0;  ///< how many of the next runs share with nobody
    };
    std::unordered_map<const FlowScripts*, Place> places_;
};

}  // namespace sluice::flow
