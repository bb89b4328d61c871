#include "worker/picture.hpp"

#include <utility>

#include "db/array.hpp"
#include "json/json.hpp"
#include "payment/legs.hpp"

namespace sluice::worker {
namespace {

/// One row for each instruction, or one with NULLs: payment and order repeat, so that one snapshot
/// tells everything. OFFSET 0 keeps each look-up one of its own: by index, for every id alone.
constexpr db::Statement kPictures{
    "worker_pictures",
    "SELECT p.id, p.order_id, p.merchant_id, p.flow, p.currency, p.amount, p.legs, p.status, "
    "p.stage, p.failure_code, p.failure_message, p.created_at, p.updated_at, "
    "o.merchant_order_number, o.product_code, o.description, o.amount, o.paid, o.status, "
    "o.created_at, o.expires_at, "
    "i.id, i.leg, i.kind, i.channel, i.channel_account, i.scene, i.account_id, i.amount, i.status, "
    "i.merchant, i.channel_reference, i.outcome_code, i.outcome_message, i.next_action, "
    "i.created_at, i.expires_at "
    "FROM unnest($1::uuid[]) AS wanted (id) "
    "CROSS JOIN LATERAL (SELECT * FROM sluice.payment x WHERE x.id = wanted.id OFFSET 0) p "
    "CROSS JOIN LATERAL (SELECT * FROM sluice.orders x WHERE x.id = p.order_id OFFSET 0) o "
    "LEFT JOIN LATERAL (SELECT * FROM sluice.instruction x WHERE x.payment_id = p.id OFFSET 0) i "
    "ON true ORDER BY p.id, i.created_at, i.id"
};
constexpr int kFirstInstructionColumn = 21;

Result<payment::Subject> read_payment(const db::Row& row) {
    payment::Subject payment;
    payment.id = RunId(row.uuid(0));
    payment.order_id = OrderId(row.uuid(1));
    payment.merchant_id = row.text(2);
    payment.flow = row.text(3);
    SLUICE_ASSIGN(const Currency currency, Currency::parse(row.text(4)));
    payment.amount = Money{row.int64(5), currency};
    SLUICE_ASSIGN(payment.status, payment::parse_subject_status(row.text(7)));
    payment.stage = row.text(8);
    payment.failure_code = row.text(9);
    payment.failure_message = row.text(10);
    payment.created_at = row.time(11);
    payment.updated_at = row.time(12);
    return payment;
}

Result<payment::Order> read_order(const db::Row& row, const payment::Subject& payment) {
    payment::Order order;
    order.id = payment.order_id;
    order.merchant_id = payment.merchant_id;
    order.merchant_order_number = row.text(13);
    order.product_code = row.text(14);
    order.description = row.text(15);
    order.amount = Money{row.int64(16), payment.amount.currency()};
    order.paid_minor = row.int64(17);
    SLUICE_ASSIGN(order.status, payment::parse_order_status(row.text(18)));
    order.created_at = row.time(19);
    order.expires_at = row.time(20);
    return order;
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
    return instruction;
}

}  // namespace

PictureRows::PictureRows(db::Rows rows) : rows_(std::move(rows)) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        first_.emplace(RunId(rows_[i].uuid(0)), i);
    }
}

Result<PictureRows> PictureRows::load(db::Connection& connection, std::span<const RunId> ids) {
    db::ArrayBuilder wanted(db::ArrayType::uuid);
    for (const RunId id : ids) {
        wanted.append(id);
    }
    SLUICE_ASSIGN(db::Rows rows, connection.execute(kPictures, {wanted}));
    return PictureRows(std::move(rows));
}

Result<std::optional<payment::Picture>> PictureRows::read(RunId id) const {
    const auto first = first_.find(id);
    if (first == first_.end()) {
        return std::nullopt;
    }
    payment::Picture picture;
    const db::Row head = rows_[first->second];
    SLUICE_ASSIGN(picture.subject, read_payment(head));
    SLUICE_ASSIGN(const Value legs, json::parse(head.text(6)));
    const Currency currency = picture.subject.amount.currency();
    SLUICE_ASSIGN(picture.legs, payment::legs_from_value(legs, currency));
    SLUICE_ASSIGN(picture.order, read_order(head, picture.subject));
    for (std::size_t i = first->second; i < rows_.size() && rows_[i].uuid(0) == id.raw(); ++i) {
        const db::Row row = rows_[i];
        if (row.is_null(kFirstInstructionColumn)) {
            break;
        }
        SLUICE_ASSIGN(auto instruction, read_instruction(row, currency));
        picture.instructions.push_back(std::move(instruction));
    }
    return picture;
}

Result<std::optional<payment::Picture>> load_picture(db::Connection& connection, RunId id) {
    SLUICE_ASSIGN(const auto rows, PictureRows::load(connection, {&id, 1}));
    return rows.read(id);
}

}  // namespace sluice::worker
