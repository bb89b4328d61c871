#include "worker/order_payers.hpp"

#include <algorithm>

#include "db/array.hpp"
#include "flow/fact.hpp"
#include "json/json.hpp"
#include "worker/journal_body.hpp"

namespace sluice::worker {
namespace {

/// One row for each payment that paid the order of one asked for, and each instruction of it at a
/// channel. OFFSET 0 keeps each look-up one of its own, by index.
constexpr db::Statement kPaidBy{
    "worker_orders_paid_by",
    "SELECT wanted.id, p.id, i.id FROM unnest($1::uuid[]) AS wanted (id) "
    "CROSS JOIN LATERAL (SELECT x.order_id FROM sluice.payment x WHERE x.id = wanted.id OFFSET 0) "
    "o "
    "CROSS JOIN LATERAL (SELECT x.id FROM sluice.payment x WHERE x.order_id = o.order_id "
    "AND x.status = 'succeeded' OFFSET 0) p "
    "LEFT JOIN LATERAL (SELECT x.id FROM sluice.instruction x WHERE x.run_id = p.id "
    "AND x.kind = 'external' AND x.purpose = 'collect' AND x.status = 'succeeded' OFFSET 0) i "
    "ON true"
};
constexpr db::Statement kBodies{
    "worker_journal_bodies",
    "SELECT j.body FROM unnest($1::uuid[]) AS wanted (id) CROSS JOIN LATERAL ("
    "SELECT x.body, x.run_id, x.seq FROM sluice.flow_journal x WHERE x.run_id = wanted.id OFFSET 0"
    ") j ORDER BY j.run_id, j.seq"
};

db::ArrayBuilder ids_of(const std::set<RunId>& runs) {
    db::ArrayBuilder ids(db::ArrayType::uuid);
    for (const RunId run : runs) {
        ids.append(run);
    }
    return ids;
}

Result<Value> read_facts(JournalDecompressor& decompressor, std::string_view stored) {
    SLUICE_ASSIGN(const std::string text, decompressor.decompress(stored));
    SLUICE_ASSIGN(const Value body, json::parse(text));
    const Value* facts = body.find("facts");
    return facts == nullptr || facts->as_array() == nullptr ? Value(ValueArray{}) : *facts;
}

/// The last word of a channel on who paid each instruction.
void hear_payers(const Value& facts, std::map<InstructionId, std::string>& payers) {
    for (const Value& each : *facts.as_array()) {
        const auto fact = flow::fact_from_value(each);
        if (fact && !fact->outcome.payer.empty()) {
            payers[fact->instruction] = fact->outcome.payer;
        }
    }
}

/// Of two answers for the money of one payment the one that finance must know.
payment::OrderPaidBy graver(payment::OrderPaidBy one, payment::OrderPaidBy other) {
    using payment::OrderPaidBy;
    for (const auto each : {OrderPaidBy::same_payer, OrderPaidBy::unknown}) {
        if (one == each || other == each) {
            return each;
        }
    }
    return one;
}

}  // namespace

Result<OrderPayers> OrderPayers::load(db::Connection& connection, std::span<const RunId> payments) {
    OrderPayers found;
    if (payments.empty()) {
        return found;
    }
    std::set<RunId> told(payments.begin(), payments.end());
    SLUICE_ASSIGN(const db::Rows paid, connection.execute(kPaidBy, {ids_of(told)}));
    for (const db::Row row : paid) {
        Paid& of = found.paid_[RunId(row.uuid(0))];
        of.payments.emplace(row.uuid(1));
        if (!row.is_null(2)) {
            of.instructions.emplace(row.uuid(2));
        }
        told.emplace(row.uuid(1));
    }
    SLUICE_ASSIGN(const db::Rows bodies, connection.execute(kBodies, {ids_of(told)}));
    JournalDecompressor decompressor;
    for (const db::Row row : bodies) {
        if (const auto facts = read_facts(decompressor, row.bytes(0))) {
            hear_payers(*facts, found.payers_);
        }
    }
    return found;
}

std::optional<payment::OrderPaidBy> OrderPayers::of(const payment::Picture& payment) const {
    std::optional<payment::OrderPaidBy> all;
    for (const payment::Instruction& each : payment.instructions) {
        if (payment.is_surplus(each)) {
            const auto found = of(payment.subject.id, each.id);
            all = all ? graver(*all, found) : found;
        }
    }
    return all;
}

/// Who paid with a balance of ours is not known to be anybody at a channel.
payment::OrderPaidBy OrderPayers::of(RunId payment, InstructionId surplus) const {
    using payment::OrderPaidBy;
    using payment::SamePayer;
    const auto paid = paid_.find(payment);
    if (paid == paid_.end()) {
        return OrderPaidBy::nobody;
    }
    const auto payer_of = [this](InstructionId id) {
        const auto found = payers_.find(id);
        return found == payers_.end() ? std::string() : found->second;
    };
    const std::string mine = payer_of(surplus);
    OrderPaidBy verdict = OrderPaidBy::unknown;
    bool is_sure = true;
    for (const InstructionId id : paid->second.instructions) {
        const SamePayer same = payment::is_same_payer(mine, payer_of(id));
        if (same == SamePayer::yes) {
            return OrderPaidBy::same_payer;
        }
        is_sure = is_sure && same == SamePayer::no;
        verdict = is_sure ? OrderPaidBy::another_payer : OrderPaidBy::unknown;
    }
    return verdict;
}

}  // namespace sluice::worker
