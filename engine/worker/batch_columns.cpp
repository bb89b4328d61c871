#include "worker/batch_columns.hpp"

namespace sluice::worker {

std::vector<db::ArrayBuilder*> Batch::Columns::all() {
    auto& r = run;
    auto& o = order;
    auto& p = payment;
    auto& k = key;
    auto& u = change;
    auto& n = instruction;
    auto& m = instruction_change;
    auto& h = hold;
    auto& j = journal;
    auto& l = line;
    auto& e = entry;
    auto& b = moved;
    auto& s = account;
    auto& v = event;
    return {
        &r.run,      &r.bucket,   &r.seq,      &r.at,        &r.body,     &r.hash,
        &r.state,    &r.wake,     &r.pending,  &r.release,  //
        &o.i,        &o.id,       &o.merchant, &o.number,    &o.product,  &o.description,
        &o.currency, &o.amount,   &o.hash,     &o.expires,  //
        &p.i,        &p.order,    &p.merchant, &p.flow,      &p.currency, &p.amount,
        &p.legs,     &p.status,   &p.stage,    &p.code,      &p.message,  //
        &k.i,        &k.merchant, &k.key,      &k.hash,                   //
        &u.i,        &u.status,   &u.stage,    &u.code,      &u.message,  &u.order,
        &u.paid,  //
        &n.i,        &n.id,       &n.leg,      &n.kind,      &n.channel,  &n.account_name,
        &n.scene,    &n.account,  &n.currency, &n.amount,    &n.merchant, &n.expires,
        &n.status,   &n.purpose,  &n.original,  //
        &m.i,        &m.id,       &m.status,   &m.reference, &m.code,     &m.message,
        &m.action,  //
        &h.i,        &h.ordinal,  &h.kind,     &h.id,        &h.account,  &h.currency,
        &h.amount,  //
        &j.i,        &j.id,       &j.event,    &j.order,     &j.currency, &j.first,
        &j.last,                                             //
        &l.account,  &l.amount,                              //
        &e.j,        &e.line,     &e.slot,     &e.turn,      //
        &b.id,       &b.currency, &b.sums,                   //
        &s.id,       &s.gl,       &s.owner,    &s.currency,  //
        &v.i,        &v.id,       &v.type,     &v.object,    //
    };
}

db::ArrayBuilder& append_at(db::ArrayBuilder& column, std::size_t row) {
    while (column.size() + 1 < row) {
        column.append_null();
    }
    return column;
}

}  // namespace sluice::worker
