#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mutex.hpp"
#include "faults/testimony.hpp"

namespace sluice::testing {

/// What the callers of a workload asked for and were answered, as they note it. Any thread.
class Notebook {
  public:
    /// An id may be noted again with the same facts: a repeat was answered with the same object.
    void add(const std::string& id, const OrderTold& order);
    void add(const std::string& id, const PaymentTold& payment);
    void add(const std::string& id, const RefundTold& refund);
    void add(const std::string& id, const PayoutTold& payout);
    void add(const std::string& id, const TransferTold& transfer);
    void add(const std::string& id, const AccountTold& account);
    /// The last word about the same counts: people are asked again when it could not be done.
    void add(const WordKey& about, const WordTold& word);
    void top_up(const std::string& account, std::int64_t amount);
    /// An answer that no caller should ever get.
    void complain(const std::string& what);
    void count_step() { ++steps_; }
    /// A code that no payer has shown yet, as the method's app makes them.
    [[nodiscard]] std::string next_code(std::string_view method);

    [[nodiscard]] std::optional<WordTold> word_about(const WordKey& about);
    [[nodiscard]] std::size_t steps() const { return steps_; }
    [[nodiscard]] bool has_complaints() const { return complained_; }
    [[nodiscard]] std::vector<std::string> complaints();
    /// What was noted; the ends of all objects are still missing.
    [[nodiscard]] Testimony testimony();

  private:
    std::atomic<std::size_t> steps_{0};
    std::atomic<bool> complained_{false};
    std::atomic<std::size_t> codes_{0};
    Mutex mutex_;
    Testimony told_ SLUICE_GUARDED_BY(mutex_);
    std::vector<std::string> complaints_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::testing
