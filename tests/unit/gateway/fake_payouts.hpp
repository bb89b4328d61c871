#pragma once

#include <optional>
#include <span>
#include <vector>

#include "gateway/payout_store.hpp"
#include "unit/gateway/fake_engine.hpp"

namespace sluice::testing {

/// Payouts, transfers and batches over the pictures that the fake engine made.
class MemoryPayouts final : public gateway::PayoutStore {
  public:
    MemoryPayouts(MemoryPayments& payments, MemoryRefunds& hashes)
        : payments_(payments), hashes_(hashes) {}

    Result<std::optional<gateway::KnownKey>> find_number(const gateway::OutgoingNumber& number
    ) override;
    Result<gateway::RunPage> list(const gateway::OutgoingQuery& query) override;
    Result<gateway::OpenedBatch> open_batch(const gateway::OpenBatch& request) override;
    Result<void> keep_problems(PayoutBatchId batch, std::span<const gateway::BatchLine> lines)
        override;
    Result<std::optional<gateway::PayoutBatch>> find_batch(PayoutBatchId id) override;
    Result<gateway::BatchPage> list_batches(const gateway::BatchQuery& query) override;
    Result<std::vector<gateway::BatchTotal>> batch_totals(const gateway::PayoutBatch& batch
    ) override;
    Result<std::vector<gateway::BatchLineView>> batch_lines(const gateway::BatchLineQuery& query
    ) override;

    [[nodiscard]] std::size_t batches() const { return batches_.size(); }

  private:
    gateway::BatchLineView view_of(
        const gateway::PayoutBatch& batch, const gateway::BatchLine& line
    );

    MemoryPayments& payments_;
    MemoryRefunds& hashes_;  ///< knows the hash of every request
    std::vector<gateway::OpenBatch> batches_;
};

}  // namespace sluice::testing
