#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/hash.hpp"
#include "core/id.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "db/pool.hpp"
#include "gateway/idempotency.hpp"
#include "gateway/listing.hpp"
#include "gateway/run_page.hpp"
#include "payment/payment.hpp"

namespace sluice::gateway {

/// Which payouts or transfers of a merchant are listed; what is not set does not matter.
struct OutgoingQuery {
    payment::Service service = payment::Service::payout;
    std::string merchant_id;
    std::optional<payment::SubjectStatus> status;
    std::optional<std::string> number;  ///< at most one has it
    std::optional<OrderId> order_id;    ///< payouts that make that order good
    ListWindow window;
};

/// Which payout or transfer, by the number that the merchant gave it.
struct OutgoingNumber {
    payment::Service service = payment::Service::payout;
    std::string_view merchant_id;
    std::string_view number;
};

/// Many payouts in one request. What became of each is told by its line.
struct PayoutBatch {
    PayoutBatchId id;
    std::string merchant_id;
    std::string number;  ///< the merchant's own
    std::int64_t lines = 0;
    Money total;
    Time created_at{};
};

/// Which batches of a merchant are listed; what is not set does not matter.
struct BatchQuery {
    std::string merchant_id;
    std::optional<std::string> number;  ///< at most one has it
    ListWindow window;
};

struct BatchPage {
    std::vector<PayoutBatch> batches;  ///< newest first
    std::optional<Id128> next_after;   ///< none: this was the last page
};

/// One line as it was asked for. The payout of the line has its number and its hash.
struct BatchLine {
    std::int64_t line = 0;  ///< counted from 1
    std::string number;     ///< of its payout
    std::int64_t amount_minor = 0;
    Hash128 request_hash;
    std::string problem_code;  ///< why there is no payout; empty: there is one, or will be
    std::string problem_message;
};

struct OpenBatch {
    PayoutBatch batch;
    std::vector<BatchLine> lines;
    Hash128 request_hash;
    std::string idempotency_key;  ///< empty: none given
};

struct OpenedBatch {
    PayoutBatch batch;
    bool is_new = false;
    std::vector<std::int64_t> to_begin;  ///< lines that have neither a problem nor a payout
};

/// A line as it stands.
struct BatchLineView {
    BatchLine asked;
    std::optional<PayoutId> payout;
    /// Of the payout; "refused" for a line with a problem, "waiting" for one that did not begin.
    std::string status;
    std::string failure_code;  ///< of the line's problem or of its payout
    std::string failure_message;
};

/// How many lines stand so, and what they are about together.
struct BatchTotal {
    std::string status;
    std::int64_t lines = 0;
    std::int64_t amount_minor = 0;
};

struct BatchLineQuery {
    PayoutBatch batch;
    std::int64_t after_line = 0;
    std::int64_t limit = 20;
};

/// Payouts, transfers and batches as the database has them. Begins no payout: the worker does.
/// Every call blocks on the database; errors as db::Connection tells them. Any thread.
class PayoutStore {
  public:
    virtual ~PayoutStore() = default;

    /// What the number of a payout or transfer led to, if it was used.
    virtual Result<std::optional<KnownKey>> find_number(const OutgoingNumber& number) = 0;
    /// A page may be shorter than its limit, even empty, and not be the last.
    virtual Result<RunPage> list(const OutgoingQuery& query) = 0;
    /// Keeps the batch and its lines, or finds those that the same request led to before.
    /// `conflict` with context "merchant_batch_number" or "idempotency_key": another request has
    /// it.
    virtual Result<OpenedBatch> open_batch(const OpenBatch& request) = 0;
    /// Remembers why lines have no payout. What was remembered of a line before stays.
    virtual Result<void> keep_problems(PayoutBatchId batch, std::span<const BatchLine> lines) = 0;
    virtual Result<std::optional<PayoutBatch>> find_batch(PayoutBatchId id) = 0;
    /// A page may be shorter than its limit, even empty, and not be the last.
    virtual Result<BatchPage> list_batches(const BatchQuery& query) = 0;
    virtual Result<std::vector<BatchTotal>> batch_totals(const PayoutBatch& batch) = 0;
    /// In the order of the request.
    virtual Result<std::vector<BatchLineView>> batch_lines(const BatchLineQuery& query) = 0;
};

/// The store over a pool of sessions, which must outlive it.
[[nodiscard]] std::unique_ptr<PayoutStore> make_payout_store(db::Pool& pool);

}  // namespace sluice::gateway
