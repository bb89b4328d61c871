#include "faults/journal.hpp"

#include <stdexcept>

#include "core/id.hpp"
#include "db/connection.hpp"
#include "worker/journal_body.hpp"

namespace sluice::testing {
namespace {

db::Rows rows_of(db::Connection& connection, const Id128& run) {
    auto rows = connection.execute(
        {"test_journal", "SELECT seq, body FROM sluice.flow_journal WHERE run_id = $1 ORDER BY seq"
        },
        {run}
    );
    if (!rows) {
        throw std::runtime_error(rows.error().message);
    }
    return *std::move(rows);
}

Id128 run_of(const std::string& payment) { return PaymentId::parse(payment).value().raw(); }

}  // namespace

std::vector<std::string> journal_of(const Cluster& cluster, const std::string& payment) {
    auto connection = cluster.connect();
    std::vector<std::string> bodies;
    for (const db::Row row : rows_of(connection, run_of(payment))) {
        bodies.push_back(worker::JournalDecompressor().decompress(row.bytes(1)).value());
    }
    return bodies;
}

std::size_t tamper_with_journal(
    const Cluster& cluster, const std::string& payment, const Replacement& replacement
) {
    auto connection = cluster.connect();
    const Id128 run = run_of(payment);
    std::size_t changed = 0;
    for (const db::Row row : rows_of(connection, run)) {
        std::string body = worker::JournalDecompressor().decompress(row.bytes(1)).value();
        const std::size_t at = body.find(replacement.what);
        if (at == std::string::npos) {
            continue;
        }
        body.replace(at, replacement.what.size(), replacement.by);
        db::ArrayBuilder stored(db::ArrayType::bytes);
        stored.append(worker::JournalCompressor().compress(body));
        const auto written = connection.execute(
            {"test_tamper",
             "UPDATE sluice.flow_journal SET body = ($3::bytea[])[1] "
             "WHERE run_id = $1 AND seq = $2::integer"},
            {run, row.int64(0), stored}
        );
        if (!written) {
            throw std::runtime_error(written.error().message);
        }
        ++changed;
    }
    return changed;
}

}  // namespace sluice::testing
