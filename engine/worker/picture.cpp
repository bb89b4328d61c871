#include "worker/picture.hpp"

#include <utility>

#include "db/array.hpp"
#include "flow/refund_way.hpp"
#include "json/json.hpp"
#include "payment/legs.hpp"

namespace sluice::worker {
namespace {

/// One row for each instruction, or one with NULLs: payment and order repeat, so that one snapshot
/// tells everything. OFFSET 0 keeps each look-up one of its own: by index, for every id alone. The
/// list is hidden in a SELECT: who sees how long it is makes a plan for each, dearer than the rest.
#define SLUICE_ORDER_AND_INSTRUCTION                                                       \
    "o.merchant_order_number, o.product_code, o.description, o.amount, o.paid, o.status, " \
    "o.created_at, o.expires_at, o.refunded, o.credit_account, o.credit_gl, "              \
    "i.id, i.leg, i.kind, i.channel, i.channel_account, i.scene, i.account_id, i.amount, " \
    "i.status, i.merchant, i.channel_reference, i.outcome_code, i.outcome_message, "       \
    "i.next_action, i.created_at, i.expires_at, i.purpose, i.original_id, i.refunded "
#define SLUICE_SERVICE_COLUMNS                                                                    \
    "x.merchant_id, x.flow, x.currency, x.amount, x.details, x.status, x.stage, x.failure_code, " \
    "x.failure_message, x.created_at, x.updated_at, x.merchant_number "
constexpr db::Statement kPictures{
    "worker_pictures",
    "SELECT p.id, p.order_id, p.merchant_id, p.flow, p.currency, p.amount, p.legs, p.status, "
    "p.stage, p.failure_code, p.failure_message, p.created_at, p.updated_at, "
    "'' AS merchant_number, 'payment' AS service, " SLUICE_ORDER_AND_INSTRUCTION
    "FROM unnest((SELECT $1::uuid[])) AS wanted (id) "
    "CROSS JOIN LATERAL (SELECT * FROM sluice.payment x WHERE x.id = wanted.id OFFSET 0) p "
    "CROSS JOIN LATERAL (SELECT * FROM sluice.orders x WHERE x.id = p.order_id OFFSET 0) o "
    "LEFT JOIN LATERAL (SELECT * FROM sluice.instruction x WHERE x.run_id = p.id OFFSET 0) i "
    "ON true ORDER BY p.id, i.created_at, i.id"
};
/// The same columns of what is no payment; a payout and a transfer have no order.
constexpr db::Statement kServicePictures{
    "worker_service_pictures",
    "SELECT s.*, " SLUICE_ORDER_AND_INSTRUCTION
    "FROM unnest((SELECT $1::uuid[])) AS wanted (id) CROSS JOIN LATERAL ("
    "SELECT x.id, x.order_id, " SLUICE_SERVICE_COLUMNS
    ", 'refund' AS service "
    "FROM sluice.refund x WHERE x.id = wanted.id UNION ALL "
    "SELECT x.id, NULL, " SLUICE_SERVICE_COLUMNS
    ", 'payout' "
    "FROM sluice.payout x WHERE x.id = wanted.id UNION ALL "
    "SELECT x.id, NULL, " SLUICE_SERVICE_COLUMNS
    ", 'transfer' "
    "FROM sluice.transfer x WHERE x.id = wanted.id OFFSET 0) s "
    "LEFT JOIN LATERAL (SELECT * FROM sluice.orders x WHERE x.id = s.order_id OFFSET 0) o ON true "
    "LEFT JOIN LATERAL (SELECT * FROM sluice.instruction x WHERE x.run_id = s.id OFFSET 0) i "
    "ON true ORDER BY s.id, i.created_at, i.id"
};
#undef SLUICE_ORDER_AND_INSTRUCTION
#undef SLUICE_SERVICE_COLUMNS
constexpr int kFirstOrderColumn = 15;
constexpr int kFirstInstructionColumn = 26;
constexpr int kStatusColumn = 7;
constexpr int kInstructionStatusColumn = 34;

Result<payment::Subject> read_subject(const db::Row& row) {
    payment::Subject subject;
    subject.id = RunId(row.uuid(0));
    if (!row.is_null(1)) {
        subject.order_id = OrderId(row.uuid(1));
    }
    subject.merchant_id = row.text(2);
    subject.flow = row.text(3);
    SLUICE_ASSIGN(const Currency currency, Currency::parse(row.text(4)));
    subject.amount = Money{row.int64(5), currency};
    SLUICE_ASSIGN(subject.status, payment::parse_subject_status(row.text(7)));
    subject.stage = row.text(8);
    subject.failure_code = row.text(9);
    subject.failure_message = row.text(10);
    subject.created_at = row.time(11);
    subject.updated_at = row.time(12);
    subject.number = row.text(13);
    SLUICE_ASSIGN(subject.service, payment::parse_service(row.text(14)));
    return subject;
}

Result<payment::Order> read_order(const db::Row& row, const payment::Subject& subject) {
    int column = kFirstOrderColumn;
    payment::Order order;
    order.id = subject.order_id;
    order.merchant_id = subject.merchant_id;
    order.merchant_order_number = row.text(column++);
    order.product_code = row.text(column++);
    order.description = row.text(column++);
    order.amount = Money{row.int64(column++), subject.amount.currency()};
    order.paid_minor = row.int64(column++);
    SLUICE_ASSIGN(order.status, payment::parse_order_status(row.text(column++)));
    order.created_at = row.time(column++);
    order.expires_at = row.time(column++);
    order.refunded_minor = row.int64(column++);
    if (!row.is_null(column)) {
        order.credit = {AccountId(row.uuid(column)), std::string(row.text(column + 1))};
    }
    return order;
}

/// What only its service knows: the legs of a payment, the details of the others.
Result<void> read_details(const db::Row& row, payment::Picture& picture) {
    const Currency currency = picture.subject.amount.currency();
    SLUICE_ASSIGN(const Value stored, json::parse(row.text(6)));
    switch (picture.subject.service) {
        case payment::Service::payment: {
            SLUICE_ASSIGN(picture.legs, payment::legs_from_value(stored, currency));
            break;
        }
        case payment::Service::refund: {
            SLUICE_ASSIGN(picture.details, payment::refund_from_value(stored, currency));
            break;
        }
        case payment::Service::payout: {
            SLUICE_ASSIGN(picture.details, payment::payout_from_value(stored, currency));
            break;
        }
        case payment::Service::transfer: {
            SLUICE_ASSIGN(picture.details, payment::transfer_from_value(stored, currency));
            break;
        }
    }
    return {};
}

Result<payment::Instruction> read_instruction(const db::Row& row, Currency currency) {
    int column = kFirstInstructionColumn;
    payment::Instruction instruction;
    instruction.id = InstructionId(row.uuid(column++));
    instruction.leg_number = static_cast<int>(row.int64(column++));
    SLUICE_ASSIGN(instruction.kind, payment::parse_leg_kind(row.text(column++)));
    instruction.channel = row.text(column++);
    instruction.channel_account = row.text(column++);
    instruction.scene = row.text(column++);
    if (!row.is_null(column)) {
        instruction.account = AccountId(row.uuid(column));
    }
    ++column;
    instruction.amount = Money{row.int64(column++), currency};
    SLUICE_ASSIGN(instruction.status, payment::parse_instruction_status(row.text(column++)));
    instruction.merchant = row.text(column++);
    instruction.channel_reference = row.text(column++);
    instruction.outcome_code = row.text(column++);
    instruction.outcome_message = row.text(column++);
    SLUICE_ASSIGN(instruction.next_action, json::parse(row.text(column++)));
    instruction.created_at = row.time(column++);
    if (!row.is_null(column)) {
        instruction.expires_at = row.time(column);
    }
    ++column;
    SLUICE_ASSIGN(instruction.purpose, payment::parse_purpose(row.text(column++)));
    if (!row.is_null(column)) {
        instruction.original.id = InstructionId(row.uuid(column));
    }
    instruction.refunded_minor = row.int64(++column);
    return instruction;
}

/// What an instruction gives back, as its refund's sources tell it; of a payment that unwinds it is
/// one of its own.
payment::Original full_original(const payment::Picture& picture, InstructionId id) {
    if (const auto* refund = std::get_if<payment::Refund>(&picture.details)) {
        for (const payment::RefundSource& source : refund->sources) {
            const payment::Original original = flow::original_of(source);
            if (original.id == id) {
                return original;
            }
        }
    }
    payment::Original own;
    own.id = id;
    own.run_id = picture.subject.id;
    own.claimed = id;
    own.claimed_run = picture.subject.id;
    return own;
}

/// Whether it may be a payment, or an instruction of one, whose money no order took.
bool tells_of_surplus(const db::Row& row) {
    const std::string_view surplus = payment::to_string(payment::SubjectStatus::surplus);
    return row.text(kStatusColumn) == surplus ||
           (!row.is_null(kFirstInstructionColumn) && row.text(kInstructionStatusColumn) == surplus);
}

}  // namespace

void PictureRows::add(db::Rows rows) {
    const std::size_t set = sets_.size();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        first_.emplace(RunId(rows[i].uuid(0)), Place{set, i});
    }
    sets_.push_back(std::move(rows));
}

/// Nearly all runs are payments: what is none is looked for only when an id was not found.
Result<PictureRows> PictureRows::load(db::Connection& connection, std::span<const RunId> ids) {
    db::ArrayBuilder wanted(db::ArrayType::uuid);
    for (const RunId id : ids) {
        wanted.append(id);
    }
    PictureRows loaded;
    SLUICE_ASSIGN(db::Rows payments, connection.execute(kPictures, {wanted}));
    std::vector<RunId> with_surplus;
    for (const db::Row row : payments) {
        if (tells_of_surplus(row)) {
            with_surplus.emplace_back(row.uuid(0));
        }
    }
    if (!with_surplus.empty()) {
        SLUICE_ASSIGN(loaded.payers_, OrderPayers::load(connection, with_surplus));
    }
    loaded.add(std::move(payments));
    db::ArrayBuilder others(db::ArrayType::uuid);
    for (const RunId id : ids) {
        if (!loaded.first_.contains(id)) {
            others.append(id);
        }
    }
    if (!others.empty()) {
        SLUICE_ASSIGN(db::Rows services, connection.execute(kServicePictures, {others}));
        loaded.add(std::move(services));
    }
    return loaded;
}

Result<std::optional<payment::Picture>> PictureRows::read(RunId id) const {
    const auto first = first_.find(id);
    if (first == first_.end()) {
        return std::nullopt;
    }
    const db::Rows& rows = sets_[first->second.set];
    const db::Row head = rows[first->second.row];
    payment::Picture picture;
    SLUICE_ASSIGN(picture.subject, read_subject(head));
    SLUICE_TRY(read_details(head, picture));
    if (!picture.subject.order_id.is_nil()) {
        SLUICE_ASSIGN(picture.order, read_order(head, picture.subject));
    }
    for (std::size_t i = first->second.row; i < rows.size() && rows[i].uuid(0) == id.raw(); ++i) {
        const db::Row row = rows[i];
        if (row.is_null(kFirstInstructionColumn)) {
            break;
        }
        SLUICE_ASSIGN(auto instruction, read_instruction(row, picture.subject.amount.currency()));
        if (!instruction.original.id.is_nil()) {
            instruction.original = full_original(picture, instruction.original.id);
        }
        picture.instructions.push_back(std::move(instruction));
    }
    if (payers_) {
        picture.order_paid_by = payers_->of(picture);
    }
    return picture;
}

Result<std::optional<payment::Picture>> load_picture(db::Connection& connection, RunId id) {
    SLUICE_ASSIGN(const auto rows, PictureRows::load(connection, {&id, 1}));
    return rows.read(id);
}

}  // namespace sluice::worker
