#include "simulator/refunds.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "simulator/beijing.hpp"

namespace sluice::simulator {

namespace {

constexpr std::chrono::days kWindow{365};
constexpr const char* kReceivedBy = "支付用户零钱";

std::unexpected<ApiError> not_exists(std::string message) {
    return refuse(404, "RESOURCE_NOT_EXISTS", std::move(message));
}

struct RefundStatusRow {
    RefundStatus status;
    std::string_view name;
    Funds::Part part;
    std::int64_t RefundSums::* sum;  ///< null: counts for nothing
};

constexpr std::array kRefundStatuses{
    RefundStatusRow{
        RefundStatus::processing, "PROCESSING", Funds::Part::refunding, &RefundSums::refunding
    },
    RefundStatusRow{RefundStatus::success, "SUCCESS", Funds::Part::refunded, &RefundSums::refunded},
    RefundStatusRow{RefundStatus::closed, "CLOSED", Funds::Part::balance, nullptr},
    RefundStatusRow{RefundStatus::abnormal, "ABNORMAL", Funds::Part::held, &RefundSums::held},
};

const RefundStatusRow& row_of(RefundStatus status) {
    return *std::ranges::find(kRefundStatuses, status, &RefundStatusRow::status);
}

Funds::Movement movement_of(const Refund& refund, Time now) {
    return {
        .at = now,
        .amount = refund.wanted.amount_refund,
        .number = refund.wanted.out_refund_no,
        .reference = refund.refund_id
    };
}

Value refund_report(const Refund& refund) {
    return Value(ValueObject{
        {"mchid", refund.order.mchid},
        {"out_trade_no", refund.order.out_trade_no},
        {"transaction_id", refund.transaction_id},
        {"payer_openid", refund.payer_openid},
        {"out_refund_no", refund.wanted.out_refund_no},
        {"refund_id", refund.refund_id},
        {"status", to_string(refund.status)},
        {"amount_refund", refund.wanted.amount_refund},
        {"creates", refund.creates},
        {"queries", refund.queries},
        {"callbacks_sent", refund.callbacks_sent},
        {"callbacks_acknowledged", refund.callbacks_acknowledged},
        {"created_at", format_rfc3339_offset(refund.created, kBeijing)},
        {"succeeded_at", time_or_null(refund.succeeded)},
        {"ended_at", time_or_null(refund.ended)}
    });
}

/// Null for what counts for nothing.
std::int64_t* sum_of(RefundSums& sums, RefundStatus status) {
    const RefundStatusRow& row = row_of(status);
    return row.sum == nullptr ? nullptr : &(sums.*row.sum);
}

/// What the order's state, sums and age allow.
ApiResult<void> check_new(const Refund& refund, const Order& order, const Refunds::Caller& caller) {
    if (order.state != OrderState::success) {
        const bool open = order.state == OrderState::notpay;
        return refuse(403, "TRADE_ERROR", open ? "the order is not paid" : "the order is closed");
    }
    const std::int64_t total = order.wanted.amount_total;
    if (refund.wanted.amount_total != total) {
        return refuse(400, "REFUND_FEE_MISMATCH", "amount.total differs from the order's amount");
    }
    if (refund.created > order.paid.value_or(refund.created) + kWindow) {
        return refuse(403, "TRADE_OVERDUE", "the order was paid more than 365 days ago");
    }
    const RefundSums& others = order.refund_sums;
    if (refund.wanted.amount_refund > total - others.taken()) {
        return refuse(400, "INVALID_REQUEST", "the refunds exceed what was paid");
    }
    if (others.refunds >= caller.refunds_max) {
        return refuse(403, "RULE_LIMIT", "the order has all the refunds it can have");
    }
    if (others.refunds > 0 && refund.created < others.latest + caller.gap) {
        return refuse(429, "FREQUENCY_LIMITED", "the last refund of this order was too short ago");
    }
    return {};
}

/// The known refund of this number, if the call asks for the same.
ApiResult<void> check_same(const Refund& known, const RefundOrder& wanted, const OrderKey& order) {
    const RefundOrder& first = known.wanted;
    if (wanted.amount_refund != first.amount_refund || wanted.amount_total != first.amount_total) {
        return refuse(400, "REFUND_FEE_MISMATCH", "out_refund_no was used with another amount");
    }
    if (order != known.order || wanted.fingerprint != first.fingerprint) {
        return refuse(400, "INVALID_REQUEST", "out_refund_no was used with other parameters");
    }
    return {};
}

}  // namespace

std::string_view to_string(RefundStatus status) { return row_of(status).name; }

std::optional<RefundStatus> parse_refund_status(std::string_view text) {
    const auto found = std::ranges::find(kRefundStatuses, text, &RefundStatusRow::name);
    return found == kRefundStatuses.end() ? std::nullopt : std::optional(found->status);
}

Value refund_object(const Refund& refund) {
    const RefundOrder& wanted = refund.wanted;
    Value out(ValueObject{
        {"refund_id", refund.refund_id},
        {"out_refund_no", wanted.out_refund_no},
        {"transaction_id", refund.transaction_id},
        {"out_trade_no", refund.order.out_trade_no},
        {"channel", "ORIGINAL"},
        {"user_received_account", kReceivedBy},
        {"create_time", format_rfc3339_offset(refund.created, kBeijing)},
        {"status", to_string(refund.status)},
        {"funds_account", "AVAILABLE"},
        {"amount",
         Value(ValueObject{
             {"total", wanted.amount_total},
             {"refund", wanted.amount_refund},
             {"payer_total", wanted.amount_total},
             {"payer_refund", wanted.amount_refund},
             {"settlement_refund", wanted.amount_refund},
             {"settlement_total", wanted.amount_total},
             {"discount_refund", 0},
             {"currency", "CNY"},
             {"refund_fee", 0},
             {"from", ValueArray{}}
         })},
        {"promotion_detail", ValueArray{}}
    });
    if (refund.status == RefundStatus::success) {
        out.set("success_time", time_or_null(refund.succeeded));
    }
    return out;
}

Value refund_notice(const Refund& refund) {
    const RefundOrder& wanted = refund.wanted;
    Value out(ValueObject{
        {"mchid", refund.order.mchid},
        {"transaction_id", refund.transaction_id},
        {"out_trade_no", refund.order.out_trade_no},
        {"refund_id", refund.refund_id},
        {"out_refund_no", wanted.out_refund_no},
        {"refund_status", to_string(refund.status)},
        {"user_received_account", kReceivedBy},
        {"amount",
         Value(ValueObject{
             {"total", wanted.amount_total},
             {"refund", wanted.amount_refund},
             {"payer_total", wanted.amount_total},
             {"payer_refund", wanted.amount_refund}
         })}
    });
    if (refund.status == RefundStatus::success) {
        out.set("success_time", time_or_null(refund.succeeded));
    }
    return out;
}

ApiResult<Order> Refunds::order_of(const RefundOrder& wanted, const Caller& caller, Time now) {
    std::optional<Order> order =
        wanted.transaction_id.empty()
            ? parts_.books.find({caller.mchid, wanted.out_trade_no}, now)
            : parts_.books.find_transaction({caller.mchid, wanted.transaction_id}, now);
    if (!order) {
        return not_exists("the order to refund does not exist");
    }
    if (!wanted.out_trade_no.empty() && wanted.out_trade_no != order->wanted.out_trade_no) {
        return refuse(400, "INVALID_REQUEST", "transaction_id and out_trade_no name two orders");
    }
    return *std::move(order);
}

ApiResult<Refund> Refunds::create(const RefundOrder& wanted, const Caller& caller, Time now) {
    const MutexLock lock(mutex_);
    const RefundKey key{caller.mchid, wanted.out_refund_no};
    const ApiResult<Order> order = order_of(wanted, caller, now);
    if (const auto known = refunds_.find(key); known != refunds_.end()) {
        const OrderKey same = order ? order->key() : OrderKey{};
        if (const auto checked = check_same(known->second, wanted, same); !checked) {
            return refuse(checked.error());
        }
        ++known->second.creates;
        known->second.signing_name = caller.signing_name;
        return known->second;
    }
    if (!order) {
        return refuse(order.error());
    }
    Refund refund{
        .wanted = wanted,
        .order = order->key(),
        .transaction_id = order->transaction_id,
        .payer_openid = order->payer_openid,
        .refund_id = {},
        .signing_name = caller.signing_name,
        .created = now,
        .succeeded = {},
        .ended = {},
        .creates = 1
    };
    if (const auto checked = check_new(refund, *order, caller); !checked) {
        return refuse(checked.error());
    }
    refund.refund_id = parts_.ids.refund_id(now);
    const Funds::Move taking{
        .from = Funds::Part::balance,
        .to = Funds::Part::refunding,
        .movement = movement_of(refund, now)
    };
    if (!parts_.funds.move(caller.mchid, taking)) {
        return refuse(403, "NOT_ENOUGH", "the merchant's balance is smaller than the refund");
    }
    count(refund, std::nullopt);
    refunds_[key] = refund;
    by_age_.push_back(key);
    forget_oldest();
    return refund;
}

void Refunds::count(const Refund& refund, std::optional<RefundStatus> before) {
    const auto order = parts_.books.find(refund.order, refund.created);
    RefundSums of_order = order ? order->refund_sums : RefundSums{};
    for (RefundSums* sums : {&of_order, &sums_}) {
        std::int64_t* from = before ? sum_of(*sums, *before) : nullptr;
        std::int64_t* to = sum_of(*sums, refund.status);
        if (from != nullptr) {
            *from -= refund.wanted.amount_refund;
        }
        if (to != nullptr) {
            *to += refund.wanted.amount_refund;
        }
        sums->refunds += before ? 0 : 1;
        sums->refunds -= to == nullptr ? 1 : 0;
    }
    of_order.latest = std::max(of_order.latest, refund.created);
    parts_.books.set_refunds(refund.order, of_order);
}

void Refunds::forget_oldest() {
    while (refunds_.size() > refunds_max_) {
        // The order keeps its sums: what was refunded cannot be refunded again.
        refunds_.erase(by_age_.front());
        by_age_.pop_front();
        ++forgotten_;
    }
}

std::vector<Refund> Refunds::accepted(std::string_view mchid, Time from, Time to) {
    const MutexLock lock(mutex_);
    std::vector<Refund> found;
    for (const RefundKey& key : by_age_) {
        const Refund& refund = refunds_.at(key);
        if (key.mchid == mchid && refund.created >= from && refund.created < to) {
            found.push_back(refund);
        }
    }
    return found;
}

std::vector<Refund> Refunds::succeeded(std::string_view mchid, Time from, Time to) {
    const MutexLock lock(mutex_);
    std::vector<Refund> found;
    for (const RefundKey& key : by_age_) {
        const Refund& refund = refunds_.at(key);
        const bool is_made = key.mchid == mchid && refund.succeeded.has_value();
        if (is_made && *refund.succeeded >= from && *refund.succeeded < to) {
            found.push_back(refund);
        }
    }
    return found;
}

ApiResult<Refund> Refunds::query(const RefundKey& key) {
    const MutexLock lock(mutex_);
    const auto found = refunds_.find(key);
    if (found == refunds_.end()) {
        return not_exists("the refund does not exist");
    }
    ++found->second.queries;
    return found->second;
}

ApiResult<Refund> Refunds::end(const RefundKey& key, RefundStatus to, Time now) {
    const MutexLock lock(mutex_);
    const auto found = refunds_.find(key);
    if (found == refunds_.end()) {
        return not_exists("the refund does not exist");
    }
    Refund& refund = found->second;
    const bool reversal = refund.status == RefundStatus::success && to == RefundStatus::abnormal;
    const bool first = refund.status == RefundStatus::processing && to != RefundStatus::processing;
    if (!first && !reversal) {
        return refuse(
            409,
            "REFUND_ENDED",
            "the refund is " + std::string(to_string(refund.status)) + " and cannot become " +
                std::string(to_string(to))
        );
    }
    const Funds::Move move{
        .from = row_of(refund.status).part,
        .to = row_of(to).part,
        .movement = movement_of(refund, now)
    };
    std::ignore = parts_.funds.move(key.mchid, move);
    const RefundStatus before = std::exchange(refund.status, to);
    count(refund, before);
    refund.ended = now;
    if (to == RefundStatus::success) {
        refund.succeeded = now;
    }
    return refund;
}

std::optional<Refund> Refunds::find(const RefundKey& key) {
    const MutexLock lock(mutex_);
    const auto found = refunds_.find(key);
    return found == refunds_.end() ? std::nullopt : std::optional(found->second);
}

void Refunds::note_callback(const RefundKey& key, Books::Delivery delivery) {
    const MutexLock lock(mutex_);
    if (const auto found = refunds_.find(key); found != refunds_.end()) {
        Refund& refund = found->second;
        ++(delivery == Books::Delivery::sent ? refund.callbacks_sent : refund.callbacks_acknowledged
        );
    }
}

Value Refunds::report(const RefundsFilter& filter) {
    const MutexLock lock(mutex_);
    ValueArray rows;
    for (const RefundKey& key : by_age_) {
        if (rows.size() >= filter.limit) {
            break;
        }
        const Refund& refund = refunds_.at(key);
        const bool wanted =
            (filter.mchid.empty() || filter.mchid == key.mchid) &&
            (filter.out_trade_no.empty() || filter.out_trade_no == refund.order.out_trade_no) &&
            (filter.out_refund_no.empty() || filter.out_refund_no == key.out_refund_no);
        if (wanted) {
            rows.push_back(refund_report(refund));
        }
    }
    return Value(ValueObject{
        {"summary",
         Value(ValueObject{
             {"refunds", sums_.refunds},
             {"refunding_amount", sums_.refunding},
             {"refunded_amount", sums_.refunded},
             {"held_amount", sums_.held},
             {"forgotten", forgotten_}
         })},
        {"refunds", std::move(rows)}
    });
}

}  // namespace sluice::simulator
