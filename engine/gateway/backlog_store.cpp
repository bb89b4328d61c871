#include "gateway/backlog_store.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace sluice::gateway {
namespace {

#define SLUICE_AGE_OF(opened_at)                                                   \
    "CASE WHEN $1 - " opened_at " < interval '1 hour' THEN 1 WHEN $1 - " opened_at \
    " < interval '1 day' THEN 2 WHEN $1 - " opened_at                              \
    " < interval '3 days' THEN 3 "                                                 \
    "ELSE 4 END AS age, count(*), "                                                \
    "greatest(0, extract(epoch FROM max($1 - " opened_at ")))::bigint "
constexpr db::Statement kCount{
    "gateway_backlog",
    "SELECT 'task' AS what, kind, " SLUICE_AGE_OF("opened_at"
    ) "FROM sluice.task WHERE status = 'open' GROUP BY kind, age "
      "UNION ALL SELECT 'case', kind, " SLUICE_AGE_OF("opened_at"
      ) "FROM sluice.money_case WHERE status = 'open' GROUP BY kind, age ORDER BY 1, 2, 3"
};
#undef SLUICE_AGE_OF

constexpr std::string_view kWaiting[] = {"under_1h", "under_1d", "under_3d", "over_3d"};

class PgBacklogStore final : public BacklogStore {
  public:
    explicit PgBacklogStore(db::Pool& pool) : pool_(pool) {}

    Result<std::vector<Backlog>> count(Time now) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(const db::Rows rows, lease->execute(kCount, {now}));
        std::vector<Backlog> backlog;
        for (const db::Row row : rows) {
            Backlog item;
            item.what = row.text(0);
            item.kind = row.text(1);
            item.waiting = kWaiting[row.int64(2) - 1];
            item.count = row.int64(3);
            item.oldest_seconds = row.int64(4);
            backlog.push_back(std::move(item));
        }
        return backlog;
    }

  private:
    db::Pool& pool_;
};

}  // namespace

std::unique_ptr<BacklogStore> make_backlog_store(db::Pool& pool) {
    return std::make_unique<PgBacklogStore>(pool);
}

std::string backlog_metrics(const std::vector<Backlog>& backlog) {
    std::string counts;
    std::map<std::pair<std::string, std::string>, std::int64_t> oldest;
    for (const Backlog& item : backlog) {
        counts += "sluice_open_" + item.what + "s{kind=\"" + item.kind + "\",waiting=\"" +
                  item.waiting + "\"} " + std::to_string(item.count) + "\n";
        auto& seconds = oldest[{item.what, item.kind}];
        seconds = std::max(seconds, item.oldest_seconds);
    }
    std::string ages;
    for (const auto& [of, seconds] : oldest) {
        ages += "sluice_open_" + of.first + "_oldest_seconds{kind=\"" + of.second + "\"} " +
                std::to_string(seconds) + "\n";
    }
    return counts + ages;
}

}  // namespace sluice::gateway
