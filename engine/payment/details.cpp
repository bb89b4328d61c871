// What refunds, payouts and transfers are about, as it is stored beside their rows.
#include <utility>

#include "payment/payment.hpp"
#include "payment/payout.hpp"
#include "payment/refund.hpp"

namespace sluice::payment {
namespace {

template <class SomeId>
void set_id(Value& value, std::string_view key, SomeId id) {
    if (!id.is_nil()) {
        value.set(key, id.to_string());
    }
}

template <class SomeId>
Result<SomeId> id_of(const Value& value, std::string_view key) {
    const std::string_view text = value.text_or_empty(key);
    return text.empty() ? Result<SomeId>(SomeId{}) : SomeId::parse(text);
}

Value member(const Value& value, std::string_view key) {
    const Value* found = value.find(key);
    return found == nullptr ? Value{} : *found;
}

Money money_of(const Value& value, std::string_view key, Currency currency) {
    return Money{value.int_or(key, 0), currency};
}

Value to_value(const RefundSource& source) {
    Value value;
    set_id(value, "instruction", source.instruction);
    set_id(value, "payment", source.payment);
    value.set("leg", std::int64_t{source.leg_number});
    value.set("kind", to_string(source.kind));
    value.set("method", source.method);
    value.set("channel", source.channel);
    value.set("channel_account", source.channel_account);
    value.set("scene", source.scene);
    set_id(value, "account_id", source.account);
    value.set("amount", source.amount.minor());
    value.set("refunded", source.refunded.minor());
    value.set("channel_reference", source.channel_reference);
    value.set("collected_at", format_rfc3339(source.collected_at));
    if (!source.collected.instruction.is_nil()) {
        set_id(value, "collected_instruction", source.collected.instruction);
        set_id(value, "collected_payment", source.collected.payment);
        value.set("collected_amount", source.collected.amount.minor());
    }
    return value;
}

Result<RefundSource> source_from_value(const Value& value, Currency currency) {
    RefundSource source;
    SLUICE_ASSIGN(source.instruction, id_of<InstructionId>(value, "instruction"));
    SLUICE_ASSIGN(source.payment, id_of<RunId>(value, "payment"));
    source.leg_number = static_cast<int>(value.int_or("leg", 0));
    SLUICE_ASSIGN(source.kind, parse_leg_kind(value.text_or_empty("kind")));
    source.method = value.text_or_empty("method");
    source.channel = value.text_or_empty("channel");
    source.channel_account = value.text_or_empty("channel_account");
    source.scene = value.text_or_empty("scene");
    SLUICE_ASSIGN(source.account, id_of<AccountId>(value, "account_id"));
    source.amount = money_of(value, "amount", currency);
    source.refunded = money_of(value, "refunded", currency);
    source.channel_reference = value.text_or_empty("channel_reference");
    SLUICE_ASSIGN(source.collected_at, parse_rfc3339(value.text_or_empty("collected_at")));
    auto& first = source.collected;
    SLUICE_ASSIGN(first.instruction, id_of<InstructionId>(value, "collected_instruction"));
    SLUICE_ASSIGN(first.payment, id_of<RunId>(value, "collected_payment"));
    first.amount = money_of(value, "collected_amount", currency);
    return source;
}

Value to_value(const BookedAccount& account) {
    Value value;
    set_id(value, "account_id", account.id);
    value.set("gl", account.gl);
    return value;
}

Result<BookedAccount> booked_from_value(const Value& value) {
    BookedAccount account;
    SLUICE_ASSIGN(account.id, id_of<AccountId>(value, "account_id"));
    account.gl = value.text_or_empty("gl");
    return account;
}

}  // namespace

bool Picture::is_surplus(const Instruction& instruction) const {
    // What came before the order was over was collected, and then found no order.
    const bool is_left = subject.status == SubjectStatus::surplus &&
                         instruction.status == InstructionStatus::succeeded;
    return instruction.purpose == Purpose::collect && instruction.kind == LegKind::external &&
           (is_left || instruction.status == InstructionStatus::surplus);
}

const std::string& Picture::channel_text() const {
    if (const auto* refund = std::get_if<Refund>(&details)) {
        return refund->reason;
    }
    const auto* payout = std::get_if<Payout>(&details);
    return payout != nullptr ? payout->description : order.description;
}

Value to_value(const Refund& refund) {
    Value value;
    set_id(value, "payment", refund.payment);
    value.set("reason", refund.reason);
    set_id(value, "to_account_id", refund.to_account);
    set_id(value, "balance_account_id", refund.balance_account);
    value.set("payee", refund.payee);
    value.set("payout_method", refund.payout_method);
    if (!refund.converts.is_nil()) {
        set_id(value, "converts", refund.converts);
        value.set("from", to_value(refund.from));
    }
    ValueArray sources;
    for (const RefundSource& source : refund.sources) {
        sources.push_back(to_value(source));
    }
    value.set("sources", Value(std::move(sources)));
    if (refund.is_surplus) {
        value.set("is_surplus", true);
    }
    return value;
}

Result<Refund> refund_from_value(const Value& value, Currency currency) {
    Refund refund;
    SLUICE_ASSIGN(refund.payment, id_of<RunId>(value, "payment"));
    refund.reason = value.text_or_empty("reason");
    SLUICE_ASSIGN(refund.to_account, id_of<AccountId>(value, "to_account_id"));
    SLUICE_ASSIGN(refund.balance_account, id_of<AccountId>(value, "balance_account_id"));
    refund.payee = member(value, "payee");
    refund.payout_method = value.text_or_empty("payout_method");
    SLUICE_ASSIGN(refund.converts, id_of<RunId>(value, "converts"));
    SLUICE_ASSIGN(refund.from, booked_from_value(member(value, "from")));
    const Value sources = member(value, "sources");
    if (sources.as_array() == nullptr) {
        return fail(ErrorCode::corrupt, "a stored refund has no list of sources");
    }
    for (const Value& each : *sources.as_array()) {
        SLUICE_ASSIGN(RefundSource source, source_from_value(each, currency));
        refund.sources.push_back(std::move(source));
    }
    const Value is_surplus = member(value, "is_surplus");
    refund.is_surplus = is_surplus.as_bool() != nullptr && *is_surplus.as_bool();
    return refund;
}

Value to_value(const Payout& payout) {
    Value value;
    value.set("from", to_value(payout.from));
    value.set("fee", payout.fee.minor());
    value.set("method", payout.method);
    value.set("payee", payout.payee);
    value.set("payee_key", payout.payee_key);
    value.set("description", payout.description);
    set_id(value, "order_id", payout.order);
    set_id(value, "compensates", payout.compensates);
    if (!payout.liable_party.empty()) {
        value.set("liable_party", payout.liable_party);
    }
    return value;
}

Result<Payout> payout_from_value(const Value& value, Currency currency) {
    Payout payout;
    SLUICE_ASSIGN(payout.from, booked_from_value(member(value, "from")));
    payout.fee = money_of(value, "fee", currency);
    payout.method = value.text_or_empty("method");
    payout.payee = member(value, "payee");
    payout.payee_key = value.text_or_empty("payee_key");
    payout.description = value.text_or_empty("description");
    SLUICE_ASSIGN(payout.order, id_of<OrderId>(value, "order_id"));
    SLUICE_ASSIGN(payout.compensates, id_of<RunId>(value, "compensates"));
    payout.liable_party = value.text_or_empty("liable_party");
    return payout;
}

Value to_value(const Transfer& transfer) {
    Value value;
    value.set("from", to_value(transfer.from));
    value.set("to", to_value(transfer.to));
    value.set("fee", transfer.fee.minor());
    value.set("description", transfer.description);
    return value;
}

Result<Transfer> transfer_from_value(const Value& value, Currency currency) {
    Transfer transfer;
    SLUICE_ASSIGN(transfer.from, booked_from_value(member(value, "from")));
    SLUICE_ASSIGN(transfer.to, booked_from_value(member(value, "to")));
    transfer.fee = money_of(value, "fee", currency);
    transfer.description = value.text_or_empty("description");
    return transfer;
}

}  // namespace sluice::payment
