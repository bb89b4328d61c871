#include "simulator/faults.hpp"

#include <algorithm>
#include <array>

namespace sluice::simulator {

namespace {

constexpr std::size_t kFaultsMax = 1000;
constexpr std::int64_t kValueMax = 3'600'000;

constexpr unsigned kCreate = 1;
constexpr unsigned kQuery = 2;
constexpr unsigned kClose = 4;
constexpr unsigned kCallback = 8;
constexpr unsigned kRequests = kCreate | kQuery | kClose;

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
    KindRow{FaultKind::bad_signature, "bad_signature", kRequests | kCallback},
    KindRow{FaultKind::wrong_amount, "wrong_amount", kQuery | kCallback},
    KindRow{FaultKind::wrong_merchant, "wrong_merchant", kQuery | kCallback},
    KindRow{FaultKind::not_found, "not_found", kQuery},
    KindRow{FaultKind::refused, "refused", kCreate},
    KindRow{FaultKind::auto_pay, "auto_pay", kCreate},
    KindRow{FaultKind::early, "early", kCreate},
    KindRow{FaultKind::close_after_pay, "close_after_pay", kClose},
    KindRow{FaultKind::duplicate, "duplicate", kCallback},
    KindRow{FaultKind::late_ms, "late_ms", kCallback},
    KindRow{FaultKind::missing, "missing", kCallback},
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

bool matches(const Fault& fault, const Faults::Target& target) {
    return fault.operation == target.operation &&
           (fault.mchid.empty() || fault.mchid == target.mchid) &&
           (fault.out_trade_no.empty() || fault.out_trade_no == target.out_trade_no);
}

}  // namespace

std::string_view to_string(Operation operation) {
    return std::ranges::find(kOperations, operation, &OperationRow::operation)->name;
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
    Fault fault{
        .operation = operation->operation,
        .kind = kind->kind,
        .mchid = std::string(order.text_or_empty("mchid")),
        .out_trade_no = std::string(order.text_or_empty("out_trade_no"))
    };
    SLUICE_ASSIGN(fault.value, number(order, "value", 0));
    SLUICE_ASSIGN(fault.count, number(order, "count", 1));
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
        out.emplace_back(ValueObject{
            {"id", fault.id},
            {"operation", to_string(fault.operation)},
            {"kind", kind_name(fault.kind)},
            {"mchid", fault.mchid},
            {"out_trade_no", fault.out_trade_no},
            {"value", fault.value},
            {"count", fault.count},
            {"share_percent", fault.share_percent}
        });
    }
    return Value(ValueObject{{"faults", std::move(out)}});
}

Deviation Faults::take(const Target& target) {
    std::vector<Fault> taken;
    const MutexLock lock(mutex_);
    for (Fault& fault : faults_) {
        const bool hit = matches(fault, target) &&
                         (fault.share_percent >= 100 || ids_.percent() < fault.share_percent);
        if (hit) {
            taken.push_back(fault);
            fault.count -= fault.count > 0 ? 1 : 0;
        }
    }
    std::erase_if(faults_, [](const Fault& fault) { return fault.count == 0; });
    return Deviation(std::move(taken));
}

}  // namespace sluice::simulator
