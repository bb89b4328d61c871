#include "gateway/signature_store.hpp"

#include <atomic>
#include <string>

#include "gateway/text_rule.hpp"
#include "log/log.hpp"

namespace sluice::gateway {
namespace {

constexpr db::Statement kInsertSeen{
    "gateway_insert_seen_signature",
    "INSERT INTO sluice.seen_signature (key_id, nonce, good_until) VALUES ($1, $2, $3) "
    "ON CONFLICT (key_id, nonce) DO NOTHING"
};
constexpr db::Statement kForgetOld{
    "gateway_forget_seen_signatures",
    "DELETE FROM sluice.seen_signature WHERE ctid = ANY (ARRAY("
    "SELECT ctid FROM sluice.seen_signature WHERE good_until < $1 "
    "ORDER BY good_until LIMIT 1000 FOR UPDATE SKIP LOCKED))"
};
/// Of as many insertions one forgets, and far more rows than these added.
constexpr std::uint64_t kForgetEvery = 64;
/// Nodes' clocks may differ: what is too old for one may be taken by another for a while.
constexpr std::chrono::minutes kClocksApart{5};

class PgSignatureStore final : public SignatureStore {
  public:
    explicit PgSignatureStore(db::Pool& pool) : pool_(pool) {}

    Result<void> remember(const SeenSignature& signature, Time now) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(
            const db::Rows inserted,
            lease->execute(kInsertSeen, {signature.key_id, signature.nonce, signature.good_until})
        );
        if (inserted.affected() != 1) {
            return fail(
                ErrorCode::conflict,
                "nonce '" + show_bytes(signature.nonce) + "' of key " +
                    std::string(signature.key_id) + " was used before, wanted a new one"
            );
        }
        if (inserts_.fetch_add(1, std::memory_order_relaxed) % kForgetEvery == 0) {
            const auto forgotten = lease->execute(kForgetOld, {now - kClocksApart});
            if (!forgotten) {
                // The signature is kept; what is old stays for the next time.
                log::warn("signatures_not_forgotten", {{"message", forgotten.error().message}});
            }
        }
        return {};
    }

  private:
    db::Pool& pool_;
    std::atomic<std::uint64_t> inserts_{0};
};

}  // namespace

std::unique_ptr<SignatureStore> make_signature_store(db::Pool& pool) {
    return std::make_unique<PgSignatureStore>(pool);
}

}  // namespace sluice::gateway
