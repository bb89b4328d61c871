#include "gateway/payment_store.hpp"

#include <string>
#include <utility>

#include "json/json.hpp"
#include "worker/journal_body.hpp"
#include "worker/picture.hpp"

namespace sluice::gateway {
namespace {

constexpr db::Statement kSelectJournal{
    "gateway_select_journal",
    "SELECT seq, at, body FROM sluice.flow_journal WHERE run_id = $1 ORDER BY seq"
};
/// Facts carry masked exchanges: more than a request body would need.
constexpr json::ParseLimits kJournalLimits{.depth_max = 64, .nodes_max = 200'000};

Result<Value> read_journal_body(
    worker::JournalDecompressor& decompressor, std::string_view stored
) {
    SLUICE_ASSIGN(const std::string body, decompressor.decompress(stored));
    return json::parse(body, kJournalLimits);
}

class PgPaymentStore final : public PaymentStore {
  public:
    explicit PgPaymentStore(db::Pool& pool) : pool_(pool) {}

    Result<std::optional<payment::Picture>> find(RunId id) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        return worker::load_picture(*lease, id);
    }

    Result<std::vector<JournalActivation>> journal(RunId id) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(const db::Rows rows, lease->execute(kSelectJournal, {id}));
        std::vector<JournalActivation> activations;
        activations.reserve(rows.size());
        worker::JournalDecompressor decompressor;
        for (const db::Row row : rows) {
            auto body = read_journal_body(decompressor, row.bytes(2));
            if (!body) {
                return fail(
                    ErrorCode::corrupt,
                    "journal of " + id.to_string() + ", activation " +
                        std::to_string(row.int64(0)) + ": " + body.error().message
                );
            }
            activations.push_back({row.int64(0), row.time(1), *std::move(body)});
        }
        return activations;
    }

  private:
    db::Pool& pool_;
};

}  // namespace

std::unique_ptr<PaymentStore> make_payment_store(db::Pool& pool) {
    return std::make_unique<PgPaymentStore>(pool);
}

}  // namespace sluice::gateway
