#include "gateway/surplus_store.hpp"

#include <utility>

#include "worker/order_payers.hpp"

namespace sluice::gateway {
namespace {

constexpr db::Statement kListSurpluses{
    "gateway_list_surpluses",
    "SELECT c.id, c.run_id, p.order_id, p.merchant_id, o.merchant_order_number, c.instruction_id, "
    "i.channel, i.channel_account, c.amount, c.currency, c.opened_at, c.status = 'open', "
    "c.refund_id, coalesce(r.status, '') FROM sluice.money_case c "
    "JOIN sluice.payment p ON p.id = c.run_id JOIN sluice.orders o ON o.id = p.order_id "
    "JOIN sluice.instruction i ON i.run_id = c.run_id AND i.id = c.instruction_id "
    "LEFT JOIN sluice.refund r ON r.id = c.refund_id "
    "WHERE c.kind = 'surplus' AND c.opened_at >= $1 AND c.opened_at < $2 AND c.id < $3 "
    "AND ($4::text IS NULL OR p.merchant_id = $4) ORDER BY c.id DESC LIMIT $5"
};
constexpr db::Statement kTotals{
    "gateway_surplus_totals",
    "SELECT c.currency, sum(c.amount)::bigint, "
    "coalesce(sum(c.amount) FILTER (WHERE c.status = 'open'), 0)::bigint, count(*) "
    "FROM sluice.money_case c JOIN sluice.payment p ON p.id = c.run_id "
    "WHERE c.kind = 'surplus' AND c.opened_at >= $1 AND c.opened_at < $2 "
    "AND ($3::text IS NULL OR p.merchant_id = $3) GROUP BY c.currency ORDER BY c.currency"
};

Result<Surplus> read_surplus(const db::Row& row) {
    int column = 0;
    Surplus surplus;
    surplus.id = CaseId(row.uuid(column++));
    surplus.payment = RunId(row.uuid(column++));
    surplus.order = OrderId(row.uuid(column++));
    surplus.merchant_id = row.text(column++);
    surplus.merchant_order_number = row.text(column++);
    surplus.instruction = InstructionId(row.uuid(column++));
    surplus.channel = row.text(column++);
    surplus.channel_account = row.text(column++);
    const std::int64_t minor = row.int64(column++);
    SLUICE_ASSIGN(const Currency currency, Currency::parse(row.text(column++)));
    surplus.amount = Money{minor, currency};
    surplus.at = row.time(column++);
    surplus.is_open = row.boolean(column++);
    if (!row.is_null(column)) {
        surplus.refund = RunId(row.uuid(column));
    }
    ++column;
    surplus.refund_status = row.text(column);
    return surplus;
}

/// Whether each is money of whoever paid the order too.
Result<void> tell_payers(db::Connection& connection, std::vector<Surplus>& surpluses) {
    std::vector<RunId> payments;
    payments.reserve(surpluses.size());
    for (const Surplus& each : surpluses) {
        payments.push_back(each.payment);
    }
    SLUICE_ASSIGN(const auto payers, worker::OrderPayers::load(connection, payments));
    for (Surplus& each : surpluses) {
        each.order_paid_by = payers.of(each.payment, each.instruction);
    }
    return {};
}

class PgSurplusStore final : public SurplusStore {
  public:
    explicit PgSurplusStore(db::Pool& pool) : pool_(pool) {}

    Result<SurplusPage> list(const SurplusQuery& query) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        const auto merchant =
            query.merchant_id ? db::Parameter(*query.merchant_id) : db::Parameter(nullptr);
        SurplusPage page;
        SLUICE_ASSIGN(
            const db::Rows rows,
            lease->execute(
                kListSurpluses,
                {query.from, query.to, query.window.before, merchant, query.window.limit + 1}
            )
        );
        for (const db::Row row : rows) {
            if (static_cast<std::int64_t>(page.surpluses.size()) == query.window.limit) {
                page.next_after = page.surpluses.back().id.raw();
                break;
            }
            SLUICE_ASSIGN(auto surplus, read_surplus(row));
            page.surpluses.push_back(std::move(surplus));
        }
        SLUICE_TRY(tell_payers(*lease, page.surpluses));
        SLUICE_ASSIGN(
            const db::Rows sums, lease->execute(kTotals, {query.from, query.to, merchant})
        );
        for (const db::Row row : sums) {
            SLUICE_ASSIGN(const Currency currency, Currency::parse(row.text(0)));
            page.totals.push_back(
                {Money{row.int64(1), currency}, Money{row.int64(2), currency}, row.int64(3)}
            );
        }
        return page;
    }

  private:
    db::Pool& pool_;
};

}  // namespace

std::unique_ptr<SurplusStore> make_surplus_store(db::Pool& pool) {
    return std::make_unique<PgSurplusStore>(pool);
}

}  // namespace sluice::gateway
