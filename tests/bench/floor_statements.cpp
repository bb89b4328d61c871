#include "bench/floor_statements.hpp"

namespace sluice::bench {

const std::vector<FloorStatement>& intent_statements() {
    static const std::vector<FloorStatement> kStatements{
        {"insert_orders",
         "INSERT INTO floor.orders"
         " (order_number, merchant_id, card_id, amount, card_amount, channel_amount)"
         " SELECT o, m, c, 10000, 3000, 7000"
         " FROM unnest($1::text[], $2::bigint[], $3::bigint[]) t (o, m, c)",
         {&FloorBatch::orders, &FloorBatch::merchants, &FloorBatch::cards}},
        {"insert_runs",
         "INSERT INTO floor.run (run_number, flow)"
         " SELECT 'R' || substr(o, 2), 'pay' FROM unnest($1::text[]) t (o)",
         {&FloorBatch::orders}},
        {"insert_instructions",
         "INSERT INTO floor.instruction (order_number, leg, channel, amount)"
         " SELECT o, 1, ch, 7000 FROM unnest($1::text[], $2::smallint[]) t (o, ch)",
         {&FloorBatch::orders, &FloorBatch::channels}},
    };
    return kStatements;
}

const std::vector<FloorStatement>& result_statements() {
    static const std::vector<FloorStatement> kStatements{
        {"update_instructions",
         "UPDATE floor.instruction i"
         " SET state = 1, channel_reference = t.r, updated_at = now()"
         " FROM unnest($1::text[], $2::text[]) t (o, r)"
         " WHERE i.order_number = t.o AND i.leg = 1 AND i.state = 0",
         {&FloorBatch::orders, &FloorBatch::references}},
        {"update_cards",
         "UPDATE floor.account a SET balance = a.balance - s.total, version = a.version + 1"
         " FROM (SELECT c, sum(3000)::bigint AS total FROM unnest($1::bigint[]) t (c) GROUP BY c) s"
         " WHERE a.account_id = s.c AND a.balance >= s.total",
         {&FloorBatch::cards}},
        {"insert_entries",
         "INSERT INTO floor.entry (order_number, line, account_id, amount)"
         " SELECT t.o, v.line, v.account, v.amount"
         " FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::smallint[]) t (o, m, c, ch),"
         " LATERAL (VALUES (1::smallint, t.c, -3000::bigint), (2::smallint, t.m, 3000::bigint),"
         " (3::smallint, (200 + t.ch)::bigint, -7000::bigint), (4::smallint, t.m, 7000::bigint))"
         " v (line, account, amount)",
         {&FloorBatch::orders, &FloorBatch::merchants, &FloorBatch::cards, &FloorBatch::channels}},
        {"update_orders",
         "UPDATE floor.orders o SET status = 1, updated_at = now()"
         " FROM unnest($1::text[]) t (o) WHERE o.order_number = t.o AND o.status = 0",
         {&FloorBatch::orders}},
        {"insert_events",
         "INSERT INTO floor.event (order_number, kind, body)"
         " SELECT o, 'payment.succeeded',"
         " '{\"order\":\"' || o || '\",\"status\":\"succeeded\",\"amount\":10000}'"
         " FROM unnest($1::text[]) t (o)",
         {&FloorBatch::orders}},
    };
    return kStatements;
}

}  // namespace sluice::bench
