#include "worker/batch.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "ledger/account.hpp"
#include "payment/legs.hpp"
#include "worker/batch_columns.hpp"
#include "worker/journal_event.hpp"

namespace sluice::worker {
namespace {

// The order of the arrays is that of Batch::Columns::all().
const std::string& commit_sql() {
    static const std::string kSql = [] {
        std::string sql =
            "SELECT activation, ordinal, reason, other_id, other_hash, rest FROM "
            "sluice.commit_batch(";
        for (std::size_t i = 1; i <= Batch::parameter_count(); ++i) {
            sql += (i == 1 ? "$" : ", $") + std::to_string(i);
        }
        return sql + ")";
    }();
    return kSql;
}

std::string_view state_text(RunState state) {
    constexpr std::array<std::string_view, 5> kTexts{"new", "live", "done", "new_done", "ended"};
    return kTexts[static_cast<std::size_t>(state)];
}

Id128 as_id(Hash128 hash) { return {hash.high, hash.low}; }

// Ordinals that scripts never reach: one journal and one event of a kind an activation; what is
// told beside them counts down.
constexpr std::uint32_t kToldOrdinal = 0xfffffff0U;
constexpr std::uint32_t kOrderEventOrdinal = 0xfffffffdU;
constexpr std::uint32_t kJournalOrdinal = 0xfffffffeU;
constexpr std::uint32_t kEventOrdinal = 0xffffffffU;

}  // namespace

Batch::Batch() : columns_(std::make_unique<Columns>()) {}
Batch::~Batch() = default;

std::size_t Batch::parameter_count() { return Columns{}.all().size() + 1; }

std::size_t Batch::size() const { return columns_->run.run.size(); }

void Batch::clear() {
    for (auto* column : columns_->all()) {
        column->clear();
    }
    new_accounts_.clear();
    moves_.clear();
    services_.clear();
}

void Batch::forget_accounts() { known_accounts_.clear(); }

void Batch::add(const Activated& activated) {
    auto& r = columns_->run;
    const auto& payment = activated.kernel->picture().subject;
    r.run.append(payment.id);
    r.bucket.append(std::int64_t{static_cast<std::uint8_t>(payment.id.bucket())});
    r.seq.append(std::int64_t{activated.row->seq});
    r.at.append(activated.row->at);
    r.body.append(compressor_.compress(activated.row->body));
    r.hash.append(as_id(activated.row->effects_hash));
    r.state.append(state_text(activated.state));
    if (activated.step->wake_at) {
        r.wake.append(*activated.step->wake_at);
    } else {
        r.wake.append_null();
    }
    r.pending.append(static_cast<std::int64_t>(activated.kernel->unanswered().size()));
    r.release.append(activated.release);

    const auto i = static_cast<std::int64_t>(size());
    if (activated.start != nullptr) {
        add_start(activated, i);
    }
    add_payment_change(activated, i);
    add_instructions(activated, i);
    add_holds(activated, i);
    add_journal(activated, i);
    services_.add(*activated.kernel, *activated.step, activated.start, i);
    add_event(activated, i);
}

void Batch::add_start(const Activated& activated, std::int64_t i) {
    const StartRun& start = *activated.start;
    if (start.order_is_new) {
        auto& o = columns_->order;
        o.i.append(i);
        o.id.append(start.picture.order.id);
        o.merchant.append(start.picture.order.merchant_id);
        o.number.append(start.picture.order.merchant_order_number);
        o.product.append(start.picture.order.product_code);
        o.description.append(start.picture.order.description);
        o.currency.append(start.picture.order.amount.currency().code());
        o.amount.append(start.picture.order.amount.minor());
        o.hash.append(as_id(start.order_hash));
        o.expires.append(start.picture.order.expires_at);
    }
    if (!start.idempotency_key.empty()) {
        auto& k = columns_->key;
        k.i.append(i);
        k.merchant.append(start.picture.subject.merchant_id);
        k.key.append(start.idempotency_key);
        k.hash.append(as_id(start.request_hash));
    }
    if (start.picture.subject.service != payment::Service::payment) {
        return;
    }
    auto& p = columns_->payment;
    p.i.append(i);
    p.order.append(start.picture.subject.order_id);
    p.merchant.append(start.picture.subject.merchant_id);
    p.flow.append(start.picture.subject.flow);
    p.currency.append(start.picture.subject.amount.currency().code());
    p.amount.append(start.picture.subject.amount.minor());
    p.legs.append(to_json(payment::to_value(start.picture.legs)));
    const auto& now = activated.kernel->picture().subject;
    p.status.append(payment::to_string(now.status));
    p.stage.append(now.stage);
    p.code.append(now.failure_code);
    p.message.append(now.failure_message);
}

void Batch::add_payment_change(const Activated& activated, std::int64_t i) {
    const auto& payment = activated.kernel->picture().subject;
    // A payment that begins is written as its first activation leaves it; only an end also changes
    // its order.
    const bool told_at_start = activated.start != nullptr && !payment::is_final(payment.status);
    const bool is_payment = payment.service == payment::Service::payment;
    if (!is_payment || !activated.step->subject_changed || told_at_start) {
        return;
    }
    auto& u = columns_->change;
    u.i.append(i);
    u.status.append(payment::to_string(payment.status));
    u.stage.append(payment.stage);
    u.code.append(payment.failure_code);
    u.message.append(payment.failure_message);
    u.order.append(payment.order_id);
    const bool paid = payment.status == payment::SubjectStatus::succeeded;
    u.paid.append(paid ? payment.amount.minor() : std::int64_t{0});
}

void Batch::add_instructions(const Activated& activated, std::int64_t i) {
    auto& n = columns_->instruction;
    for (const InstructionId id : activated.step->created) {
        const payment::Instruction& instruction = *activated.kernel->find(id);
        n.i.append(i);
        n.id.append(id);
        n.leg.append(std::int64_t{instruction.leg_number});
        n.kind.append(payment::to_string(instruction.kind));
        n.channel.append(instruction.channel);
        n.account_name.append(instruction.channel_account);
        n.scene.append(instruction.scene);
        if (instruction.account.is_nil()) {
            n.account.append_null();
        } else {
            n.account.append(instruction.account);
        }
        n.currency.append(instruction.amount.currency().code());
        n.amount.append(instruction.amount.minor());
        n.merchant.append(instruction.merchant);
        if (instruction.expires_at == Time{}) {
            n.expires.append_null();
        } else {
            n.expires.append(instruction.expires_at);
        }
        n.status.append(payment::to_string(instruction.status));
        if (instruction.purpose != payment::Purpose::collect) {
            append_at(n.purpose, n.id.size()).append(payment::to_string(instruction.purpose));
            if (!instruction.original.id.is_nil()) {
                append_at(n.original, n.id.size()).append(instruction.original.id);
            }
        }
    }
    auto& m = columns_->instruction_change;
    for (const InstructionId id : activated.step->touched) {
        const payment::Instruction& instruction = *activated.kernel->find(id);
        const bool told_at_creation =
            instruction.outcome_code.empty() && instruction.channel_reference.empty() &&
            instruction.next_action.is_null() &&
            std::ranges::find(activated.step->created, id) != activated.step->created.end();
        if (told_at_creation) {
            continue;
        }
        m.i.append(i);
        m.id.append(id);
        m.status.append(payment::to_string(instruction.status));
        m.reference.append(instruction.channel_reference);
        m.code.append(instruction.outcome_code);
        m.message.append(instruction.outcome_message);
        m.action.append(to_json(instruction.next_action));
    }
}

void Batch::add_holds(const Activated& activated, std::int64_t i) {
    auto& h = columns_->hold;
    for (const auto& step : activated.step->account_steps) {
        h.i.append(i);
        h.ordinal.append(std::int64_t{step.ordinal});
        h.kind.append(flow::to_string(step.kind));
        h.id.append(step.instruction);
        h.account.append(step.account);
        h.currency.append(step.amount.currency().code());
        h.amount.append(step.amount.minor());
        moves_.add(step);
    }
}

Id128 Batch::account_of(const flow::PostLine& line) {
    if (!line.account.is_nil()) {
        return line.account.raw();
    }
    const std::string currency(line.amount.currency().code());
    const Id128 id =
        ledger::account_id({.gl = line.gl, .owner = line.owner, .currency = currency}).raw();
    if (known_accounts_.insert(id).second) {
        auto& s = columns_->account;
        s.id.append(id);
        s.gl.append(line.gl);
        s.owner.append(line.owner);
        s.currency.append(currency);
        new_accounts_.push_back(id);
    }
    return id;
}

void Batch::add_journal(const Activated& activated, std::int64_t i) {
    const auto& lines = activated.step->lines;
    if (lines.empty()) {
        return;
    }
    const auto& payment = activated.kernel->picture().subject;
    const Id128 id = payment.id.raw().derive(activated.row->seq, kJournalOrdinal);
    auto& j = columns_->journal;
    j.i.append(i);
    j.id.append(id);
    j.event.append(journal_event(payment));
    if (payment.order_id.is_nil()) {
        j.order.append_null();
    } else {
        j.order.append(payment.order_id);
    }
    j.currency.append(lines.front().amount.currency().code());
    auto& l = columns_->line;
    j.first.append(static_cast<std::int64_t>(l.account.size() + 1));
    auto& e = columns_->entry;
    std::int64_t number = 0;
    for (const auto& line : lines) {
        const std::int64_t minor = line.amount.minor();
        ++number;
        l.account.append(account_of(line));
        l.amount.append(line.side == flow::Side::debit ? minor : -minor);
        if (line.account.is_nil()) {
            continue;
        }
        const EntryPlace place = moves_.add(line);
        e.j.append(static_cast<std::int64_t>(j.i.size()));
        e.line.append(number);
        e.slot.append(place.slot);
        e.turn.append(place.turn);
    }
    j.last.append(static_cast<std::int64_t>(l.account.size()));
}

void Batch::add_event(const Activated& activated, std::int64_t i) {
    add_task_events(activated, i);
    const auto& subject = activated.kernel->picture().subject;
    std::vector<std::pair<std::uint32_t, payment::SubjectStatus>> told;
    told.reserve(activated.step->told.size() + 1);
    for (const auto status : activated.step->told) {
        told.emplace_back(kToldOrdinal - told.size(), status);
    }
    const bool ends = activated.step->finished && activated.state != RunState::had_ended;
    if (ends) {
        told.emplace_back(kEventOrdinal, subject.status);
    }
    auto& v = columns_->event;
    for (const auto& [ordinal, status] : told) {
        v.i.append(i);
        v.id.append(subject.id.raw().derive(activated.row->seq, ordinal));
        v.type.append(
            std::string(payment::to_string(subject.service)) + "." +
            std::string(payment::to_string(status))
        );
    }
    if (ends) {
        add_order_event(activated, i);
    }
}

/// An order that its payment ended is told as an object of its own; not one that a single payment
/// paid, as that payment tells it and most orders are paid so.
void Batch::add_order_event(const Activated& activated, std::int64_t i) {
    const auto& picture = activated.kernel->picture();
    const bool is_one_payment = picture.order.status == payment::OrderStatus::paid &&
                                picture.order.amount == picture.subject.amount;
    if (picture.subject.service != payment::Service::payment || is_one_payment ||
        !payment::is_final(picture.order.status)) {
        return;
    }
    auto& v = columns_->event;
    v.i.append(i);
    v.id.append(picture.subject.id.raw().derive(activated.row->seq, kOrderEventOrdinal));
    v.type.append("order." + std::string(payment::to_string(picture.order.status)));
    append_at(v.object, v.id.size()).append(picture.order.id);
}

void Batch::write_moves() {
    auto& b = columns_->moved;
    for (const AccountMove& move : moves_.all()) {
        b.id.append(move.account);
        b.currency.append(move.currency);
        for (const auto sum : {move.frozen, move.held, move.dr, move.cr, move.entries}) {
            b.sums.append(sum);
        }
    }
    moves_.clear();
}

void Batch::failed() {
    for (const auto* accounts : {&sent_accounts_, &new_accounts_}) {
        for (const Id128 id : *accounts) {
            known_accounts_.erase(id);
        }
    }
    sent_accounts_.clear();
    clear();
}

Result<void> Batch::send(db::Connection& connection) {
    write_moves();
    std::vector<db::Parameter> parameters;
    for (const auto* column : columns_->all()) {
        // A NULL is cheaper for the database than an array without elements.
        parameters.push_back(column->empty() ? db::Parameter(nullptr) : *column);
    }
    const auto services = services_.document();
    parameters.push_back(services ? db::Parameter(*services) : db::Parameter(nullptr));
    const db::Statement statement{"commit_batch", commit_sql().c_str()};
    auto sent = connection.send(statement, parameters);
    if (!sent) {
        failed();
        return sent;
    }
    sent_accounts_ = std::exchange(new_accounts_, {});
    clear();
    return {};
}

Result<std::vector<Refusal>> Batch::commit(db::Connection& connection) {
    SLUICE_TRY(send(connection));
    return take_answer(connection);
}

Result<std::vector<Refusal>> Batch::take_answer(db::Connection& connection) {
    auto rows = connection.take_answer();
    if (!rows) {
        failed();
        return fail(std::move(rows).error());
    }
    sent_accounts_.clear();
    std::vector<Refusal> refusals;
    for (const db::Row row : *rows) {
        Refusal refusal;
        refusal.activation = static_cast<std::size_t>(row.int64(0) - 1);
        refusal.ordinal = static_cast<std::uint32_t>(row.int64(1));
        refusal.reason = row.text(2);
        refusal.other = row.is_null(3) ? Id128{} : row.uuid(3);
        const Id128 hash = row.is_null(4) ? Id128{} : row.uuid(4);
        refusal.other_hash = {hash.high, hash.low};
        if (!row.is_null(5)) {
            refusal.rest = row.int64(5);
        }
        refusals.push_back(std::move(refusal));
    }
    return refusals;
}

}  // namespace sluice::worker
