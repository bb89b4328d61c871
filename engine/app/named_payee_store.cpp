#include "app/named_payee_store.hpp"

#include "json/json.hpp"

namespace sluice::app {
namespace {

constexpr db::Statement kPayee{
    "app_named_payee",
    "SELECT payee FROM sluice.task_vote WHERE task_id = $1 AND actor = $2 AND payee IS NOT NULL"
};

}  // namespace

Result<Value> load_named_payee(db::Pool& pool, const payment::PayeeName& name) {
    SLUICE_ASSIGN(auto lease, pool.acquire());
    SLUICE_ASSIGN(const db::Rows rows, lease->execute(kPayee, {name.task, name.actor}));
    if (rows.empty()) {
        return fail(
            ErrorCode::corrupt,
            "the vote of " + name.actor + " on " + name.task.to_string() + " names no payee"
        );
    }
    return json::parse(rows[0].text(0));
}

}  // namespace sluice::app
