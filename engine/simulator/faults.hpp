#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mutex.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "simulator/id_source.hpp"

namespace sluice::simulator {

enum class Operation {
    create,
    query,
    close,
    callback,
    refund,
    refund_query,
    refund_callback,
    payout,
    payout_query,
    payout_callback,
    balance,       ///< at the bank
    statement,     ///< where the file of a bill or statement lies
    payout_batch,  ///< at the bank: a request with many payouts
};
[[nodiscard]] std::string_view to_string(Operation operation);

enum class FaultKind {
    latency_ms,        ///< any request: waits before it is looked at
    slow_answer_ms,    ///< any request: executed at once, answered late
    drop_before,       ///< any request: connection cut, nothing executed
    drop_after,        ///< any request: executed, connection cut without an answer
    status_5xx,        ///< any request: not executed; `value` is the status, 500 if absent
    status_5xx_after,  ///< any request: executed, then answered so
    garbage,           ///< any request: executed, 200 with an unreadable, unsigned body
    bad_signature,     ///< any request: right body, wrong signature; callback: the same
    forged,            ///< callbacks: instead of ours one by somebody without any key
    wrong_amount,      ///< tills, queries, callbacks, refund, payout: another amount, signed
    wrong_currency,    ///< what names one (the same, balance): another
    wrong_merchant,    ///< tills, queries, callbacks, balance, batch: another merchant, signed
    wrong_number,      ///< tills, queries, callbacks, refund, payout, batch: another number
    not_found,         ///< queries: 404, there is no such order, refund or payout
    refused,           ///< create, refund, payout, batch: a definite no (403), not executed
    auto_pay,          ///< create: the payer pays `value` ms after the answer
    early,             ///< create, refund, payout: done and called back before the answer
    close_after_pay,   ///< close: the payer pays just before
    duplicate,         ///< callbacks: `value` copies at once, 2 if absent; batch: a line twice
    late_ms,           ///< callbacks: sent later
    missing,           ///< callbacks: never sent
    not_enough,        ///< refund, payout: no money, not executed; for ever unless topped up
    processing_ms,     ///< refund, payout: under way for so long before it ends
    refund_abnormal,   ///< refund: ends ABNORMAL, the payer's card is closed
    refund_closed,     ///< refund: ends CLOSED, not executed
    reversed,          ///< refund: SUCCESS, and ABNORMAL `value` ms later
    payout_failed,     ///< payout: ends failed
    payout_returned,   ///< payout: succeeded, and returned `value` ms later
};

/// Where the payer shows a code and the answer of `create` itself tells what was paid.
inline constexpr std::string_view kTillScene = "barcode";

/// A fault that can be ordered, in the words of an order.
struct FaultUse {
    std::string_view operation;
    std::string_view kind;
    std::string_view scene = {};  ///< kTillScene, or "" for any
};
/// All of them, each known to one protocol at least.
[[nodiscard]] std::vector<FaultUse> fault_uses();
/// Why a protocol cannot behave so, as its messages cannot say it or it does no such thing; "" when
/// it can. What exists at tills only has a reason unless the use names that scene. `protocol`:
/// "wechatpay", "alipay" or "bank".
[[nodiscard]] std::string_view why_not(std::string_view protocol, const FaultUse& use);

/// What a request or callback is about; in a fault, empty texts match anything.
struct FaultAddress {
    std::string mchid;
    std::string out_trade_no;
    std::string out_refund_no;
    std::string account;         ///< at the bank
    std::string request_number;  ///< at the bank
    std::string protocol;        ///< "wechatpay", "alipay" or "bank"
    std::string scene;           ///< of `create`: kTillScene at a till
};

/// One order to misbehave.
struct Fault {
    std::int64_t id = 0;
    Operation operation = Operation::create;
    FaultKind kind = FaultKind::latency_ms;
    FaultAddress address;
    std::int64_t value = 0;            ///< 0: the kind's own default
    std::int64_t count = 1;            ///< how many more times; negative: for ever
    std::int64_t share_percent = 100;  ///< of the matching requests
};

/// What one request or callback has to suffer: all faults that matched it together.
class Deviation {
  public:
    explicit Deviation(std::vector<Fault> faults = {}) : faults_(std::move(faults)) {}
    [[nodiscard]] bool has(FaultKind kind) const { return value_of(kind).has_value(); }
    /// The fault's value when there is such a fault.
    [[nodiscard]] std::optional<std::int64_t> value_of(FaultKind kind) const;

  private:
    std::vector<Fault> faults_;
};

/// The misbehaviour that was ordered. At most 1000 orders at once. Any thread.
class Faults {
  public:
    /// `chances` decides about shares; nothing else may draw from it, or a seed repeats nothing.
    explicit Faults(IdSource& chances) : chances_(chances) {}

    /// {"operation","kind","value","count","share_percent"} and the members of FaultAddress;
    /// operation and kind are required. Gives the fault's id. `invalid` for unknown words, a kind
    /// that does not fit the operation, its protocol or its scene, numbers out of range; `limit`
    /// for too many.
    Result<std::int64_t> add(const Value& order);
    void clear();
    [[nodiscard]] Value list();

    /// Everything that matches and that the protocol can do, each counted down by one.
    Deviation take(Operation operation, const FaultAddress& address);
    /// Money came in: lifts not_enough from this merchant, or from this account at the bank.
    void end_not_enough(const FaultAddress& address);

  private:
    IdSource& chances_;
    Mutex mutex_;
    std::vector<Fault> faults_ SLUICE_GUARDED_BY(mutex_);
    std::int64_t next_id_ SLUICE_GUARDED_BY(mutex_) = 1;
};

}  // namespace sluice::simulator
