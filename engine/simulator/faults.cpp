#include "simulator/faults.hpp"

#include <algorithm>
#include <array>

namespace sluice::simulator {

namespace {

constexpr std::size_t kFaultsMax = 1000;
constexpr std::int64_t kValueMax = 3'600'000;

constexpr unsigned kCreate = 1U << 0U;
constexpr unsigned kQuery = 1U << 1U;
constexpr unsigned kClose = 1U << 2U;
constexpr unsigned kCallback = 1U << 3U;
constexpr unsigned kRefund = 1U << 4U;
constexpr unsigned kRefundQuery = 1U << 5U;
constexpr unsigned kRefundCallback = 1U << 6U;
constexpr unsigned kPayout = 1U << 7U;
constexpr unsigned kPayoutQuery = 1U << 8U;
constexpr unsigned kPayoutCallback = 1U << 9U;
constexpr unsigned kBalance = 1U << 10U;
constexpr unsigned kStatement = 1U << 11U;
constexpr unsigned kPayoutBatch = 1U << 12U;

constexpr unsigned kQueries = kQuery | kRefundQuery | kPayoutQuery;
constexpr unsigned kCallbacks = kCallback | kRefundCallback | kPayoutCallback;
constexpr unsigned kMoneyOut = kRefund | kPayout;
constexpr unsigned kRequests =
    kCreate | kClose | kMoneyOut | kQueries | kBalance | kStatement | kPayoutBatch;
constexpr unsigned kTells = kCreate | kMoneyOut | kQueries | kCallbacks;
constexpr unsigned kRefundOperations = kRefund | kRefundQuery | kRefundCallback;

struct KindRow {
    FaultKind kind;
    std::string_view name;
    unsigned operations;
};

constexpr std::array kKinds{
    KindRow{FaultKind::latency_ms, "latency_ms", kRequests},
    KindRow{FaultKind::slow_answer_ms, "slow_answer_ms", kRequests},
    KindRow{FaultKind::drop_before, "drop_before", kRequests},
    KindRow{FaultKind::drop_after, "drop_after", kRequests},
    KindRow{FaultKind::status_5xx, "status_5xx", kRequests},
    KindRow{FaultKind::status_5xx_after, "status_5xx_after", kRequests},
    KindRow{FaultKind::garbage, "garbage", kRequests},
    KindRow{FaultKind::bad_signature, "bad_signature", kRequests | kCallbacks},
    KindRow{FaultKind::forged, "forged", kCallbacks},
    KindRow{FaultKind::wrong_amount, "wrong_amount", kTells},
    KindRow{FaultKind::wrong_currency, "wrong_currency", (kTells & ~kRefundCallback) | kBalance},
    KindRow{
        FaultKind::wrong_merchant,
        "wrong_merchant",
        kCreate | kQuery | kPayoutQuery | kCallbacks | kBalance | kPayoutBatch
    },
    KindRow{FaultKind::wrong_number, "wrong_number", kTells | kPayoutBatch},
    KindRow{FaultKind::not_found, "not_found", kQueries},
    KindRow{FaultKind::refused, "refused", kCreate | kMoneyOut | kPayoutBatch},
    KindRow{FaultKind::auto_pay, "auto_pay", kCreate},
    KindRow{FaultKind::early, "early", kCreate | kMoneyOut},
    KindRow{FaultKind::close_after_pay, "close_after_pay", kClose},
    KindRow{FaultKind::duplicate, "duplicate", kCallbacks | kPayoutBatch},
    KindRow{FaultKind::late_ms, "late_ms", kCallbacks},
    KindRow{FaultKind::missing, "missing", kCallbacks},
    KindRow{FaultKind::not_enough, "not_enough", kMoneyOut},
    KindRow{FaultKind::processing_ms, "processing_ms", kMoneyOut},
    KindRow{FaultKind::refund_abnormal, "refund_abnormal", kRefund},
    KindRow{FaultKind::refund_closed, "refund_closed", kRefund},
    KindRow{FaultKind::reversed, "reversed", kRefund},
    KindRow{FaultKind::payout_failed, "payout_failed", kPayout},
    KindRow{FaultKind::payout_returned, "payout_returned", kPayout},
};

struct OperationRow {
    Operation operation;
    std::string_view name;
    unsigned bit;
};

constexpr std::array kOperations{
    OperationRow{Operation::create, "create", kCreate},
    OperationRow{Operation::query, "query", kQuery},
    OperationRow{Operation::close, "close", kClose},
    OperationRow{Operation::callback, "callback", kCallback},
    OperationRow{Operation::refund, "refund", kRefund},
    OperationRow{Operation::refund_query, "refund_query", kRefundQuery},
    OperationRow{Operation::refund_callback, "refund_callback", kRefundCallback},
    OperationRow{Operation::payout, "payout", kPayout},
    OperationRow{Operation::payout_query, "payout_query", kPayoutQuery},
    OperationRow{Operation::payout_callback, "payout_callback", kPayoutCallback},
    OperationRow{Operation::balance, "balance", kBalance},
    OperationRow{Operation::statement, "statement", kStatement},
    OperationRow{Operation::payout_batch, "payout_batch", kPayoutBatch},
};

/// What a protocol does not have. Unlike a fault that nothing meets, one that nothing can meet is
/// refused when it is ordered for that protocol.
struct AbsentOperations {
    std::string_view protocol;
    unsigned operations;
    std::string_view why;
};
constexpr std::array kAbsentOperations{
    AbsentOperations{"wechatpay", kBalance, "it is not asked for balances"},
    AbsentOperations{"alipay", kBalance, "it is not asked for balances"},
    AbsentOperations{"alipay", kPayoutCallback, "it tells nobody what became of a transfer"},
    AbsentOperations{"bank", kRefundOperations, "it knows no refunds"},
};

struct AbsentKind {
    std::string_view protocol;
    FaultKind kind;
    unsigned operations;
    std::string_view why;
};
constexpr unsigned kAnyOperation = ~0U;
constexpr std::string_view kNoAmountTold = "its answer to a transfer names no amount";
constexpr std::array kAbsentKinds{
    AbsentKind{"alipay", FaultKind::wrong_currency, kAnyOperation, "its messages name no currency"},
    AbsentKind{
        "wechatpay",
        FaultKind::wrong_currency,
        kPayout | kPayoutQuery | kPayoutCallback,
        "its messages about transfers name no currency"
    },
    AbsentKind{"wechatpay", FaultKind::wrong_amount, kPayout, kNoAmountTold},
    AbsentKind{"alipay", FaultKind::wrong_amount, kPayout, kNoAmountTold},
    AbsentKind{
        "alipay",
        FaultKind::wrong_merchant,
        kCreate | kQuery | kPayoutQuery,
        "its answers name no seller"
    },
    AbsentKind{
        "wechatpay", FaultKind::payout_returned, kPayout, "a transfer to a user does not come back"
    },
    AbsentKind{"alipay", FaultKind::reversed, kRefund, "it takes no refund back that it has made"},
    AbsentKind{"alipay", FaultKind::early, kPayout, "it tells nobody what became of a transfer"},
};

/// What the answer of `create` can lie about only where it tells of a payment.
constexpr std::array kTillKinds{
    FaultKind::wrong_amount,
    FaultKind::wrong_currency,
    FaultKind::wrong_merchant,
    FaultKind::wrong_number,
};
constexpr std::string_view kOnlyAtTills =
    "only at a till does the answer of 'create' tell what was paid; name the scene barcode";

struct AddressRow {
    std::string_view name;
    std::string FaultAddress::* member;
};

constexpr std::array kAddress{
    AddressRow{"mchid", &FaultAddress::mchid},
    AddressRow{"out_trade_no", &FaultAddress::out_trade_no},
    AddressRow{"out_refund_no", &FaultAddress::out_refund_no},
    AddressRow{"account", &FaultAddress::account},
    AddressRow{"request_number", &FaultAddress::request_number},
    AddressRow{"protocol", &FaultAddress::protocol},
    AddressRow{"scene", &FaultAddress::scene},
};

std::string_view kind_name(FaultKind kind) {
    return std::ranges::find(kKinds, kind, &KindRow::kind)->name;
}

Result<std::int64_t> number(const Value& order, std::string_view name, std::int64_t fallback) {
    const Value* member = order.find(name);
    if (member == nullptr) {
        return fallback;
    }
    if (member->as_int() == nullptr || *member->as_int() > kValueMax) {
        return fail(
            ErrorCode::invalid,
            "'" + std::string(name) + "' of a fault must be a whole number up to 3600000"
        );
    }
    return *member->as_int();
}

/// A misspelt name would let the fault hit everybody.
Result<void> check_members(const Value& order) {
    constexpr std::array<std::string_view, 5> kOthers{
        "operation", "kind", "value", "count", "share_percent"
    };
    for (const auto& [name, value] : *order.as_object()) {
        const bool known = std::ranges::find(kOthers, name) != kOthers.end() ||
                           std::ranges::find(kAddress, name, &AddressRow::name) != kAddress.end();
        if (!known) {
            return fail(ErrorCode::invalid, "a fault has no member '" + name + "'");
        }
    }
    return {};
}

/// Why the protocol cannot do it, or not in that scene; "" when it can.
std::string_view absence(const FaultAddress& at, unsigned operation, FaultKind kind) {
    for (const AbsentOperations& row : kAbsentOperations) {
        if (row.protocol == at.protocol && (row.operations & operation) != 0) {
            return row.why;
        }
    }
    for (const AbsentKind& row : kAbsentKinds) {
        if (row.protocol == at.protocol && row.kind == kind && (row.operations & operation) != 0) {
            return row.why;
        }
    }
    const bool needs_till =
        operation == kCreate && std::ranges::find(kTillKinds, kind) != kTillKinds.end();
    if (at.protocol == "bank" && (needs_till || !at.scene.empty())) {
        return "it has no tills";
    }
    return needs_till && at.scene != kTillScene ? kOnlyAtTills : std::string_view();
}

unsigned bit_of(Operation operation) {
    return std::ranges::find(kOperations, operation, &OperationRow::operation)->bit;
}

Result<void> check_place(
    const FaultAddress& at, const OperationRow& operation, const KindRow& kind
) {
    constexpr std::array<std::string_view, 4> kProtocols{"", "wechatpay", "alipay", "bank"};
    if (std::ranges::find(kProtocols, at.protocol) == kProtocols.end()) {
        return fail(
            ErrorCode::invalid,
            "'protocol' of a fault must be wechatpay, alipay or bank, not '" + at.protocol + "'"
        );
    }
    if (!at.scene.empty() && (at.scene != kTillScene || operation.bit != kCreate)) {
        return fail(
            ErrorCode::invalid,
            "'scene' of a fault must be barcode, and its operation 'create', not '" + at.scene +
                "' and '" + std::string(operation.name) + "'"
        );
    }
    const std::string_view why = absence(at, operation.bit, kind.kind);
    if (!why.empty()) {
        return fail(
            ErrorCode::invalid,
            "the fault '" + std::string(kind.name) + "' of the operation '" +
                std::string(operation.name) + "' cannot happen" +
                (at.protocol.empty() ? "" : " at " + at.protocol) + ": " + std::string(why)
        );
    }
    return {};
}

bool matches(const FaultAddress& wanted, const FaultAddress& address) {
    return std::ranges::all_of(kAddress, [&](const AddressRow& row) {
        const std::string& text = wanted.*row.member;
        return text.empty() || text == address.*row.member;
    });
}

}  // namespace

std::string_view to_string(Operation operation) {
    return std::ranges::find(kOperations, operation, &OperationRow::operation)->name;
}

std::vector<FaultUse> fault_uses() {
    std::vector<FaultUse> uses;
    for (const OperationRow& operation : kOperations) {
        for (const KindRow& kind : kKinds) {
            if ((kind.operations & operation.bit) != 0) {
                uses.push_back({.operation = operation.name, .kind = kind.name});
            }
        }
    }
    return uses;
}

std::string_view why_not(std::string_view protocol, const FaultUse& use) {
    const auto operation = std::ranges::find(kOperations, use.operation, &OperationRow::name);
    const auto kind = std::ranges::find(kKinds, use.kind, &KindRow::name);
    const bool is_known = operation != kOperations.end() && kind != kKinds.end();
    if (!is_known) {
        return "there is no such fault";
    }
    FaultAddress at;
    at.protocol = protocol;
    at.scene = use.scene;
    return absence(at, operation->bit, kind->kind);
}

std::optional<std::int64_t> Deviation::value_of(FaultKind kind) const {
    const auto found = std::ranges::find(faults_, kind, &Fault::kind);
    return found == faults_.end() ? std::nullopt : std::optional(found->value);
}

Result<std::int64_t> Faults::add(const Value& order) {
    const auto operation =
        std::ranges::find(kOperations, order.text_or_empty("operation"), &OperationRow::name);
    const auto kind = std::ranges::find(kKinds, order.text_or_empty("kind"), &KindRow::name);
    if (operation == kOperations.end() || kind == kKinds.end()) {
        return fail(
            ErrorCode::invalid,
            "a fault needs a known 'operation' and 'kind', not '" +
                std::string(order.text_or_empty("operation")) + "' and '" +
                std::string(order.text_or_empty("kind")) + "'"
        );
    }
    if ((kind->operations & operation->bit) == 0) {
        return fail(
            ErrorCode::invalid,
            "the fault '" + std::string(kind->name) + "' does not fit the operation '" +
                std::string(operation->name) + "'"
        );
    }
    SLUICE_TRY(check_members(order));
    Fault fault{.operation = operation->operation, .kind = kind->kind, .address = {}};
    for (const AddressRow& row : kAddress) {
        fault.address.*row.member = order.text_or_empty(row.name);
    }
    SLUICE_TRY(check_place(fault.address, *operation, *kind));
    // No money is no money until there is some.
    const bool lasts = kind->kind == FaultKind::not_enough;
    SLUICE_ASSIGN(fault.value, number(order, "value", 0));
    SLUICE_ASSIGN(fault.count, number(order, "count", lasts ? -1 : 1));
    SLUICE_ASSIGN(fault.share_percent, number(order, "share_percent", 100));
    if (fault.value < 0) {
        return fail(ErrorCode::invalid, "'value' of a fault must not be negative");
    }
    const MutexLock lock(mutex_);
    if (faults_.size() >= kFaultsMax) {
        return fail(ErrorCode::limit, "there are 1000 faults already; DELETE /sim/faults first");
    }
    fault.id = next_id_++;
    faults_.push_back(fault);
    return fault.id;
}

void Faults::clear() {
    const MutexLock lock(mutex_);
    faults_.clear();
}

Value Faults::list() {
    ValueArray out;
    const MutexLock lock(mutex_);
    for (const Fault& fault : faults_) {
        Value row(ValueObject{
            {"id", fault.id},
            {"operation", to_string(fault.operation)},
            {"kind", kind_name(fault.kind)},
            {"value", fault.value},
            {"count", fault.count},
            {"share_percent", fault.share_percent}
        });
        for (const AddressRow& part : kAddress) {
            row.set(part.name, fault.address.*part.member);
        }
        out.push_back(std::move(row));
    }
    return Value(ValueObject{{"faults", std::move(out)}});
}

Deviation Faults::take(Operation operation, const FaultAddress& address) {
    std::vector<Fault> taken;
    const MutexLock lock(mutex_);
    for (Fault& fault : faults_) {
        const bool is_there = fault.operation == operation && matches(fault.address, address) &&
                              absence(address, bit_of(operation), fault.kind).empty();
        const bool hit =
            is_there && (fault.share_percent >= 100 || chances_.percent() < fault.share_percent);
        if (hit) {
            taken.push_back(fault);
            fault.count -= fault.count > 0 ? 1 : 0;
        }
    }
    std::erase_if(faults_, [](const Fault& fault) { return fault.count == 0; });
    return Deviation(std::move(taken));
}

void Faults::end_not_enough(const FaultAddress& address) {
    const MutexLock lock(mutex_);
    std::erase_if(faults_, [&](const Fault& fault) {
        const bool at_bank = fault.operation == Operation::payout;
        const FaultAddress& of = fault.address;
        const bool theirs =
            at_bank
                ? !address.account.empty() && (of.account.empty() || of.account == address.account)
                : !address.mchid.empty() && (of.mchid.empty() || of.mchid == address.mchid);
        return fault.kind == FaultKind::not_enough && theirs;
    });
}

}  // namespace sluice::simulator
