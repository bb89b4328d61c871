#include "faults/audit.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "core/id.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;

/// One instruction at the channel with its payment, as our database has them.
struct Ours {
    std::string order_number;
    std::string payment;
    std::string payment_status;
    std::string instruction_status;
    std::string merchant;
    std::int64_t amount = 0;
    bool has_case = false;
};

/// By the number that the channel knows it by.
using OursByNumber = std::map<std::string, Ours>;

db::Rows rows_of(const Books& books, const std::string& sql) {
    auto rows = books.connection.run(sql);
    if (!rows) {
        throw std::runtime_error(sql + ": " + rows.error().message);
    }
    return *std::move(rows);
}

/// Every row as one text.
std::vector<std::string> lines_of(const Books& books, const std::string& sql) {
    std::vector<std::string> lines;
    const db::Rows rows = rows_of(books, "SELECT q::text FROM (" + sql + ") AS q");
    for (const db::Row row : rows) {
        lines.emplace_back(row.text(0));
    }
    return lines;
}

OursByNumber load_ours(const Books& books) {
    const db::Rows rows = rows_of(
        books,
        "SELECT i.id, o.merchant_order_number, p.id, p.status, i.status, i.merchant, i.amount, "
        "EXISTS (SELECT 1 FROM sluice.money_case c WHERE c.run_id = p.id) "
        "FROM sluice.instruction i JOIN sluice.payment p ON p.id = i.run_id "
        "JOIN sluice.orders o ON o.id = p.order_id WHERE i.kind = 'external'"
    );
    OursByNumber ours;
    for (const db::Row row : rows) {
        ours[row.uuid(0).to_string()] = {
            .order_number = std::string(row.text(1)),
            .payment = PaymentId(row.uuid(2)).to_string(),
            .payment_status = std::string(row.text(3)),
            .instruction_status = std::string(row.text(4)),
            .merchant = std::string(row.text(5)),
            .amount = row.int64(6),
            .has_case = row.boolean(7)
        };
    }
    return ours;
}

void count_payments(const Books& books, AuditReport& report) {
    const db::Rows rows =
        rows_of(books, "SELECT status, count(*) FROM sluice.payment GROUP BY status");
    for (const db::Row row : rows) {
        const auto count = static_cast<std::size_t>(row.int64(1));
        const std::string_view status = row.text(0);
        report.payments += count;
        if (status == "succeeded") {
            report.succeeded = count;
        } else if (status == "closed") {
            report.closed = count;
        } else if (status == "failed") {
            report.failed = count;
        } else {
            report.findings.push_back(
                std::to_string(count) + " payments are still " + std::string(status)
            );
        }
    }
}

/// What a caller was told must exist, once, under the id that was told.
void compare_with_callers(
    const Books& books, const std::map<std::string, std::string>& acknowledged, AuditReport& report
) {
    std::map<std::string, std::vector<std::string>> stored;
    const db::Rows rows = rows_of(
        books,
        "SELECT o.merchant_order_number, p.id FROM sluice.orders o "
        "JOIN sluice.payment p ON p.order_id = o.id"
    );
    for (const db::Row row : rows) {
        stored[std::string(row.text(0))].push_back(PaymentId(row.uuid(1)).to_string());
    }
    for (const auto& [number, payment] : acknowledged) {
        const auto found = stored.find(number);
        if (found == stored.end()) {
            report.findings.push_back(number + " was acknowledged and is lost");
        } else if (found->second != std::vector{payment}) {
            report.findings.push_back(
                number + " has " + std::to_string(found->second.size()) + " payments, one is " +
                found->second.front() + ", its caller was told " + payment
            );
        }
    }
}

void compare_order(const ChannelOrder& theirs, const Ours& ours, AuditReport& report) {
    const std::string name =
        ours.order_number + " (" + ours.payment + ", channel number " + theirs.out_trade_no + ")";
    const auto expect = [&](bool holds, const std::string& otherwise) {
        if (!holds) {
            report.findings.push_back(name + " " + otherwise);
        }
    };
    const bool paid = theirs.trade_state == "SUCCESS";
    report.paid_at_channel += paid ? 1U : 0U;
    expect(theirs.mchid == ours.merchant, "is at another merchant of the channel");
    expect(theirs.amount_total == ours.amount, "has another amount at the channel");
    expect(theirs.payments == (paid ? 1 : 0), "was paid more than once at the channel");
    expect(
        !paid || ours.payment_status == "succeeded" || ours.has_case,
        "was paid at the channel, is " + ours.payment_status + " here and has no case"
    );
    expect(
        paid || ours.instruction_status != "succeeded",
        "is " + theirs.trade_state + " at the channel and succeeded here"
    );
    expect(
        paid == (ours.instruction_status == "succeeded") || ours.has_case,
        "is " + theirs.trade_state + " at the channel and " + ours.instruction_status + " here"
    );
}

void compare_with_channel(const Books& books, AuditReport& report) {
    OursByNumber ours = load_ours(books);
    for (const ChannelOrder& theirs : books.channel) {
        ++report.channel_orders;
        const auto found = ours.find(theirs.out_trade_no);
        if (found == ours.end()) {
            report.findings.push_back(
                "the channel has " + theirs.out_trade_no + ", which nothing here explains"
            );
            continue;
        }
        compare_order(theirs, found->second, report);
        ours.erase(found);
    }
    for (const auto& [number, rest] : ours) {
        if (rest.instruction_status == "succeeded") {
            report.findings.push_back(
                rest.order_number + " succeeded and the channel has never heard of it"
            );
        }
    }
}

/// Statements that give a row for whatever is wrong, with what the row then means.
struct Law {
    const char* meaning;
    const char* sql;
};

constexpr Law kLaws[] = {
    {"a payment took the money at the channel twice",
     "SELECT run_id, count(*) FROM sluice.instruction WHERE kind = 'external' "
     "AND status = 'succeeded' GROUP BY run_id HAVING count(*) > 1"},
    {"an order has more than one payment that succeeded",
     "SELECT order_id, count(*) FROM sluice.payment WHERE status = 'succeeded' "
     "GROUP BY order_id HAVING count(*) > 1"},
    {"an order's paid amount is not what its payments collected",
     "SELECT o.id, o.paid, o.status FROM sluice.orders o LEFT JOIN sluice.payment p "
     "ON p.order_id = o.id AND p.status = 'succeeded' GROUP BY o.id, o.paid, o.status, o.amount "
     "HAVING o.paid <> coalesce(sum(p.amount), 0) OR (o.status = 'paid') <> (o.paid = o.amount)"},
    {"a card still has something frozen", "SELECT * FROM sluice.balance WHERE held <> 0"},
    {"a final payment has an instruction that is open",
     "SELECT p.id, p.status, i.id, i.status FROM sluice.payment p JOIN sluice.instruction i "
     "ON i.run_id = p.id WHERE p.status IN ('succeeded', 'failed', 'closed') "
     "AND i.status IN ('created', 'pending', 'unknown')"},
    {"the holding account of an order is not empty",
     "SELECT j.order_id, sum(e.side * e.amount) FROM sluice.entry e JOIN sluice.journal j "
     "ON j.id = e.journal_id JOIN sluice.account a ON a.id = e.account_id WHERE a.gl = '2201' "
     "GROUP BY j.order_id HAVING sum(e.side * e.amount) <> 0"},
    {"an order is not booked as its payments say",
     "SELECT o.id, b.booked, o.paid FROM sluice.orders o LEFT JOIN ("
     "SELECT j.order_id, sum(-e.side * e.amount) AS booked FROM sluice.entry e "
     "JOIN sluice.journal j ON j.id = e.journal_id "
     "JOIN sluice.account a ON a.id = e.account_id WHERE a.gl = '2101' GROUP BY j.order_id"
     ") b ON b.order_id = o.id WHERE coalesce(b.booked, 0) <> o.paid"},
    {"what is in transit at the channel is not what succeeded there",
     "SELECT t.booked, i.taken FROM (SELECT coalesce(sum(e.side * e.amount), 0) AS booked "
     "FROM sluice.entry e JOIN sluice.account a ON a.id = e.account_id WHERE a.gl = '1101' "
     "AND EXISTS (SELECT 1 FROM sluice.journal j WHERE j.id = e.journal_id "
     "AND j.order_id IS NOT NULL)) t, (SELECT coalesce(sum(amount), 0) AS taken "
     "FROM sluice.instruction WHERE kind = 'external' AND status = 'succeeded') i "
     "WHERE t.booked <> i.taken"},
    {"a final payment has not exactly one event that says so",
     "SELECT p.id, p.status, count(v.id) FROM sluice.payment p LEFT JOIN sluice.event v "
     "ON v.object_id = p.id AND v.type IN "
     "('payment.succeeded', 'payment.failed', 'payment.closed') "
     "WHERE p.status IN ('succeeded', 'failed', 'closed') "
     "GROUP BY p.id, p.status HAVING count(v.id) <> 1 OR max(v.type) <> 'payment.' || p.status"},
    {"a run was quarantined", "SELECT * FROM sluice.quarantine"},
    {"a run is still there", "SELECT * FROM sluice.flow_run"},
    {"a finished run is still alive",
     "SELECT f.run_id, p.status FROM sluice.flow_run f "
     "JOIN sluice.payment p ON p.id = f.run_id "
     "WHERE p.status IN ('succeeded', 'failed', 'closed')"},
};

void check_laws(const Books& books, AuditReport& report) {
    constexpr std::size_t kShown = 3;
    for (const Law& law : kLaws) {
        const auto found = lines_of(books, law.sql);
        for (std::size_t i = 0; i < found.size() && i < kShown; ++i) {
            report.findings.push_back(std::string(law.meaning) + ": " + found[i]);
        }
        if (found.size() > kShown) {
            report.findings.push_back("... and " + std::to_string(found.size() - kShown) + " more");
        }
    }
}

void check_cards(const Books& books, AuditReport& report) {
    const db::Rows sums =
        rows_of(books, "SELECT coalesce(sum(b.cr - b.dr), 0)::text FROM sluice.balance b");
    const std::string left(sums[0].text(0));
    const std::int64_t wanted =
        books.put_on_cards - kCardPart * static_cast<std::int64_t>(report.succeeded);
    if (left != std::to_string(wanted)) {
        report.findings.push_back("the cards hold " + left + ", wanted " + std::to_string(wanted));
    }
}

std::vector<std::string> unsound_ledger(const Books& books) {
    std::vector<std::string> found;
    for (const auto& entry :
         fs::directory_iterator(fs::path(SLUICE_SOURCE_DIR) / "db" / "checks")) {
        std::ifstream file(entry.path());
        std::string sql{std::istreambuf_iterator<char>(file), {}};
        // The files end in a semicolon, as psql wants them.
        sql.erase(sql.rfind(';'), 1);
        for (const std::string& row : lines_of(books, sql)) {
            found.push_back(entry.path().filename().string() + ": " + row);
        }
    }
    return found;
}

}  // namespace

std::string AuditReport::summary() const {
    return std::to_string(payments) + " payments: " + std::to_string(succeeded) + " succeeded, " +
           std::to_string(closed) + " closed, " + std::to_string(failed) +
           " failed; the channel has " + std::to_string(channel_orders) + " orders, " +
           std::to_string(paid_at_channel) + " paid";
}

bool wait_until_quiet(const Cluster& cluster) {
    return eventually([&] {
        return cluster.query_one("SELECT count(*) FROM sluice.flow_run WHERE state = 'live'") ==
               "0";
    });
}

std::vector<std::string> unsound_ledger(const Cluster& cluster) {
    auto connection = cluster.connect();
    return unsound_ledger(Books{.connection = connection, .channel = {}, .put_on_cards = 0});
}

Books books_of(Cluster& cluster, db::Connection& connection) {
    return {
        .connection = connection,
        .channel = cluster.psp().books(),
        .put_on_cards =
            static_cast<std::int64_t>(cluster.cards().size()) * cluster.options().card_amount
    };
}

AuditReport audit(const Books& books, const std::map<std::string, std::string>& acknowledged) {
    AuditReport report;
    count_payments(books, report);
    compare_with_callers(books, acknowledged, report);
    compare_with_channel(books, report);
    check_laws(books, report);
    check_cards(books, report);
    const auto unsound = unsound_ledger(books);
    report.findings.insert(report.findings.end(), unsound.begin(), unsound.end());
    return report;
}

AuditReport audit(Cluster& cluster, const std::map<std::string, std::string>& acknowledged) {
    auto connection = cluster.connect();
    return audit(books_of(cluster, connection), acknowledged);
}

}  // namespace sluice::testing
