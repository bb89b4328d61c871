#include "gateway/float_store.hpp"

#include "gateway/transaction.hpp"
#include "ledger/ledger_store.hpp"

namespace sluice::gateway {
namespace {

constexpr std::string_view kFloat = "1103";

/// As the kernel names it: names of channel accounts are unique within their channel only.
std::string owner_of(std::string_view channel, std::string_view channel_account) {
    return std::string(channel) + "/" + std::string(channel_account);
}

class PgFloatStore final : public FloatStore {
  public:
    explicit PgFloatStore(db::Pool& pool) : pool_(pool) {}

    Result<FloatChange> top_up(const FloatTopUp& top_up) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(Transaction transaction, Transaction::begin(*lease));
        ledger::LedgerStore ledger(*lease);
        SLUICE_ASSIGN(
            const AccountId account,
            ledger.open_account({
                .key =
                    {.gl = kFloat,
                     .owner = owner_of(top_up.channel, top_up.channel_account),
                     .currency = top_up.amount.currency().code()},
                .floor_minor = std::nullopt,
                .ceil_minor = std::nullopt,
            })
        );
        auto done = ledger.top_up_float(
            {.account = account, .amount = top_up.amount, .number = top_up.number, .at = top_up.at}
        );
        if (!done) {
            Error error = std::move(done).error();
            if (error.code == ErrorCode::conflict) {
                error.context = "float_top_up_number_reused";
            }
            return fail(std::move(error));
        }
        SLUICE_ASSIGN(const ledger::AccountView view, ledger.find(account));
        SLUICE_TRY(transaction.commit());
        return FloatChange{view.balance, done->posted == ledger::Posted::now};
    }

    Result<std::vector<Money>> balances(std::string_view channel, std::string_view channel_account)
        override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        ledger::LedgerStore ledger(*lease);
        SLUICE_ASSIGN(
            const auto views,
            ledger.find_of_owner({.owner = owner_of(channel, channel_account), .gls = {kFloat}})
        );
        std::vector<Money> balances;
        balances.reserve(views.size());
        for (const ledger::AccountView& view : views) {
            balances.push_back(view.balance);
        }
        return balances;
    }

  private:
    db::Pool& pool_;
};

}  // namespace

std::unique_ptr<FloatStore> make_float_store(db::Pool& pool) {
    return std::make_unique<PgFloatStore>(pool);
}

}  // namespace sluice::gateway
