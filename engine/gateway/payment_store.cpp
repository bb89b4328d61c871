#include "gateway/payment_store.hpp"

#include <string>
#include <utility>

#include "json/json.hpp"
#include "worker/batch.hpp"
#include "worker/journal_body.hpp"

namespace sluice::gateway {
namespace {

/// One row for each instruction, or one with NULLs: payment and order repeat, so that one snapshot
/// tells everything.
constexpr db::Statement kSelectPicture{
    "gateway_select_picture",
    "SELECT p.id, p.order_id, p.merchant_id, p.flow, p.currency, p.amount, p.legs, p.status, "
    "p.stage, p.failure_code, p.failure_message, p.created_at, p.updated_at, "
    "o.merchant_order_number, o.product_code, o.description, o.amount, o.paid, o.status, "
    "o.created_at, o.expires_at, "
    "i.id, i.leg, i.kind, i.channel, i.channel_account, i.scene, i.account_id, i.amount, i.status, "
    "i.merchant, i.channel_reference, i.outcome_code, i.outcome_message, i.next_action, "
    "i.created_at, i.expires_at "
    "FROM sluice.payment p JOIN sluice.orders o ON o.id = p.order_id "
    "LEFT JOIN sluice.instruction i ON i.payment_id = p.id "
    "WHERE p.id = $1 ORDER BY i.created_at, i.id"
};
constexpr db::Statement kSelectJournal{
    "gateway_select_journal",
    "SELECT seq, at, body FROM sluice.flow_journal WHERE run_id = $1 ORDER BY seq"
};
constexpr int kFirstInstructionColumn = 21;
/// Facts carry masked exchanges: more than a request body would need.
constexpr json::ParseLimits kJournalLimits{.depth_max = 64, .nodes_max = 200'000};

Result<payment::Payment> read_payment(const db::Row& row) {
    payment::Payment payment;
    payment.id = PaymentId(row.uuid(0));
    payment.order_id = OrderId(row.uuid(1));
    payment.merchant_id = row.text(2);
    payment.flow = row.text(3);
    SLUICE_ASSIGN(const Currency currency, Currency::parse(row.text(4)));
    payment.amount = Money{row.int64(5), currency};
    SLUICE_ASSIGN(payment.legs, worker::legs_from_json(row.text(6)));
    SLUICE_ASSIGN(payment.status, payment::parse_payment_status(row.text(7)));
    payment.stage = row.text(8);
    payment.failure_code = row.text(9);
    payment.failure_message = row.text(10);
    payment.created_at = row.time(11);
    payment.updated_at = row.time(12);
    return payment;
}

Result<payment::Order> read_order(const db::Row& row, const payment::Payment& payment) {
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

Result<Value> read_journal_body(std::string_view stored) {
    SLUICE_ASSIGN(const std::string body, worker::decompress_journal_body(stored));
    return json::parse(body, kJournalLimits);
}

class PgPaymentStore final : public PaymentStore {
  public:
    explicit PgPaymentStore(db::Pool& pool) : pool_(pool) {}

    Result<std::optional<payment::PaymentPicture>> find(PaymentId id) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        return load_picture(*lease, id);
    }

    Result<std::vector<JournalActivation>> journal(PaymentId id) override {
        SLUICE_ASSIGN(auto lease, pool_.acquire());
        SLUICE_ASSIGN(const db::Rows rows, lease->execute(kSelectJournal, {id}));
        std::vector<JournalActivation> activations;
        activations.reserve(rows.size());
        for (const db::Row row : rows) {
            auto body = read_journal_body(row.bytes(2));
            if (!body) {
                return fail(
                    ErrorCode::corrupt,
                    "journal of " + id.to_string() + ", activation " +
                        std::to_string(row.int64(0)) + ": " + body.error().message
                );
            }
            activations.push_back({row.int64(0), row.time(1), *std::move(body)});
        }
        return activations;
    }

  private:
    db::Pool& pool_;
};

}  // namespace

Result<std::optional<payment::PaymentPicture>> load_picture(
    db::Connection& connection, PaymentId id
) {
    SLUICE_ASSIGN(const db::Rows rows, connection.execute(kSelectPicture, {id}));
    if (rows.empty()) {
        return std::nullopt;
    }
    payment::PaymentPicture picture;
    SLUICE_ASSIGN(picture.payment, read_payment(rows[0]));
    SLUICE_ASSIGN(picture.order, read_order(rows[0], picture.payment));
    for (const db::Row row : rows) {
        if (row.is_null(kFirstInstructionColumn)) {
            break;
        }
        SLUICE_ASSIGN(auto instruction, read_instruction(row, picture.payment.amount.currency()));
        picture.instructions.push_back(std::move(instruction));
    }
    return picture;
}

std::unique_ptr<PaymentStore> make_payment_store(db::Pool& pool) {
    return std::make_unique<PgPaymentStore>(pool);
}

}  // namespace sluice::gateway
