#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "core/id.hpp"
#include "worker/intake.hpp"

namespace sluice::worker {

/// What lies in batches that are not committed yet: runs, and the natural and idempotency keys of
/// those that begin. A run in there takes no input, and a repeat of a key could not find the first.
/// Owned by one worker; one thread.
class Uncommitted {
  public:
    /// Lets go of what it holds when it is destroyed; the Uncommitted must outlive it.
    class Entry {
      public:
        Entry() = default;
        Entry(Entry&& other) noexcept { swap(other); }
        Entry& operator=(Entry&& other) noexcept {
            Entry(std::move(other)).swap(*this);
            return *this;
        }
        ~Entry();
        explicit operator bool() const { return uncommitted_ != nullptr; }

      private:
        friend class Uncommitted;
        void swap(Entry& other) noexcept;

        Uncommitted* uncommitted_ = nullptr;
        RunId run_;
        std::vector<std::string> keys_;
    };

    /// False when somebody else holds the run or one of the keys. `start` is null for a run that
    /// has begun.
    [[nodiscard]] Entry take(RunId run, const StartRun* start);
    [[nodiscard]] bool has(RunId run) const { return runs_.contains(run); }

  private:
    std::unordered_set<RunId> runs_;
    std::unordered_set<std::string> keys_;
};

}  // namespace sluice::worker
