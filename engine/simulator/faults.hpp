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

enum class Operation { create, query, close, callback };
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
    wrong_amount,      ///< query, callback: another amount, correctly signed
    wrong_merchant,    ///< query, callback: another mchid, correctly signed
    not_found,         ///< query: 404 ORDER_NOT_EXIST
    refused,           ///< create: a definite no (403 RULE_LIMIT), not executed
    auto_pay,          ///< create: the payer pays `value` ms after the answer
    early,             ///< create: paid and called back before the create call is answered
    close_after_pay,   ///< close: the payer pays just before
    duplicate,         ///< callback: `value` copies at once, 2 if absent
    late_ms,           ///< callback: sent later
    missing,           ///< callback: never sent
};

/// One order to misbehave. Empty texts match anything.
struct Fault {
    std::int64_t id = 0;
    Operation operation = Operation::create;
    FaultKind kind = FaultKind::latency_ms;
    std::string mchid;
    std::string out_trade_no;
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
    explicit Faults(IdSource& ids) : ids_(ids) {}

    /// {"operation","kind","value","count","mchid","out_trade_no","share_percent"}; operation and
    /// kind are required. Gives the fault's id. `invalid` for unknown words, a kind that does not
    /// fit the operation, numbers out of range; `limit` for too many.
    Result<std::int64_t> add(const Value& order);
    void clear();
    [[nodiscard]] Value list();

    struct Target {
        Operation operation;
        std::string_view mchid;
        std::string_view out_trade_no;
    };
    /// Everything that matches, each counted down by one.
    Deviation take(const Target& target);

  private:
    IdSource& ids_;
    Mutex mutex_;
    std::vector<Fault> faults_ SLUICE_GUARDED_BY(mutex_);
    std::int64_t next_id_ SLUICE_GUARDED_BY(mutex_) = 1;
};

}  // namespace sluice::simulator
