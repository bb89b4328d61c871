#include "simulator/books.hpp"

#include "simulator/beijing.hpp"

namespace sluice::simulator {

namespace {

constexpr std::chrono::hours kCodeLifetime{2};

ApiError not_exist() {
    return {
        .status = 404, .code = "ORDER_NOT_EXIST", .message = "the order does not exist", .field = {}
    };
}

ApiError paid_already() {
    return {.status = 400, .code = "ORDER_PAID", .message = "the order is paid", .field = {}};
}

ApiError closed_already() {
    return {.status = 400, .code = "ORDER_CLOSED", .message = "the order is closed", .field = {}};
}

Value order_report(const Order& order) {
    ValueArray transactions;
    if (!order.transaction_id.empty()) {
        transactions.emplace_back(order.transaction_id);
    }
    return Value(ValueObject{
        {"mchid", order.wanted.mchid},
        {"out_trade_no", order.wanted.out_trade_no},
        {"trade_state", trade_state(order)},
        {"trade_type", trade_type(order.wanted.scene)},
        {"amount_total", order.wanted.amount_total},
        {"code", order.code},
        {"payments", order.payments},
        {"transaction_ids", std::move(transactions)},
        {"creates", order.creates},
        {"queries", order.queries},
        {"closes", order.closes},
        {"declined", order.declined},
        {"callbacks_sent", order.callbacks_sent},
        {"callbacks_acknowledged", order.callbacks_acknowledged},
        {"created_at", format_rfc3339_offset(order.created, kBeijing)},
        {"payer_openid", order.payer_openid},
        {"refunds", order.refund_sums.refunds},
        {"refunding_amount", order.refund_sums.refunding},
        {"refunded_amount", order.refund_sums.refunded},
        {"held_amount", order.refund_sums.held},
        {"paid_at", time_or_null(order.paid)},
        {"closed_at", time_or_null(order.closed)}
    });
}

std::string_view state_text(const Order& order) {
    switch (order.state) {
        case OrderState::notpay:
            return "订单未支付";
        case OrderState::success:
            return order.refund_sums.taken() > 0 ? "订单发生过退款" : "支付成功";
        case OrderState::closed:
            return "订单已关闭";
    }
    return "";
}

}  // namespace

std::string_view trade_state(const Order& order) {
    if (order.revoked) {
        return "REVOKED";
    }
    switch (order.state) {
        case OrderState::notpay:
            return "NOTPAY";
        case OrderState::success:
            return order.refund_sums.taken() > 0 ? "REFUND" : "SUCCESS";
        case OrderState::closed:
            return "CLOSED";
    }
    return "";
}

Value transaction_object(const Order& order) {
    const CreateOrder& wanted = order.wanted;
    Value out(ValueObject{
        {"appid", wanted.appid},
        {"mchid", wanted.mchid},
        {"out_trade_no", wanted.out_trade_no},
        {"trade_state", trade_state(order)},
        {"trade_state_desc", state_text(order)},
        {"attach", wanted.attach}
    });
    Value amount(ValueObject{{"total", wanted.amount_total}, {"currency", "CNY"}});
    if (order.state == OrderState::success) {
        out.set("transaction_id", order.transaction_id);
        out.set("trade_type", trade_type(wanted.scene));
        out.set("bank_type", "OTHERS");
        out.set("success_time", time_or_null(order.paid));
        out.set("payer", Value(ValueObject{{"openid", order.payer_openid}}));
        amount.set("payer_total", wanted.amount_total);
        amount.set("payer_currency", "CNY");
    }
    out.set("amount", std::move(amount));
    return out;
}

Order* Books::locate(const OrderKey& key, Time now) {
    const auto found = orders_.find(key);
    if (found == orders_.end()) {
        return nullptr;
    }
    Order& order = found->second;
    if (order.state == OrderState::notpay && now >= order.wanted.expires) {
        order.state = OrderState::closed;
        order.closed = order.wanted.expires;
        ++sums_.closed;
    }
    return &order;
}

void Books::give_code(Order& order, Time now) {
    codes_.erase(order.code);
    order.code = ids_.token(9);
    order.code_expires = now + kCodeLifetime;
    codes_[order.code] = order.key();
}

void Books::forget_oldest() {
    while (orders_.size() > orders_max_) {
        const auto found = orders_.find(by_age_.front());
        by_age_.pop_front();
        codes_.erase(found->second.code);
        shown_codes_.erase(found->second.wanted.auth_code);
        transactions_.erase(found->second.transaction_id);
        orders_.erase(found);
        ++sums_.forgotten;
    }
}

ApiResult<Order> Books::create(const CreateOrder& wanted, SigningName name, Time now) {
    const MutexLock lock(mutex_);
    const OrderKey key{wanted.mchid, wanted.out_trade_no};
    if (Order* known = locate(key, now); known != nullptr) {
        if (known->state != OrderState::notpay) {
            return refuse(known->state == OrderState::success ? paid_already() : closed_already());
        }
        if (known->wanted.fingerprint != wanted.fingerprint) {
            return refuse(
                {.status = 403,
                 .code = "OUT_TRADE_NO_USED",
                 .message = "out_trade_no was used with other parameters",
                 .field = {}}
            );
        }
        ++known->creates;
        known->signing_name = name;
        give_code(*known, now);
        return *known;
    }
    if (!wanted.auth_code.empty() && !shown_codes_.emplace(wanted.auth_code, key).second) {
        return refuse(
            {.status = 400,
             .code = "AUTH_CODE_INVALID",
             .message = "this code was used before",
             .field = {}}
        );
    }
    Order& order = orders_[key];
    order.wanted = wanted;
    order.signing_name = name;
    order.created = now;
    order.creates = 1;
    give_code(order, now);
    by_age_.push_back(key);
    ++sums_.orders;
    Order answer = order;
    forget_oldest();
    return answer;
}

ApiResult<Order> Books::query(const OrderKey& key, Time now) {
    const MutexLock lock(mutex_);
    Order* order = locate(key, now);
    if (order == nullptr) {
        return refuse(not_exist());
    }
    ++order->queries;
    return *order;
}

ApiResult<Order> Books::query_transaction(const OrderKey& merchant_and_transaction, Time now) {
    const auto order = find_transaction(merchant_and_transaction, now);
    return order ? query(order->key(), now) : refuse(not_exist());
}

std::optional<Order> Books::find_transaction(const OrderKey& merchant_and_transaction, Time now) {
    const MutexLock lock(mutex_);
    const auto found = transactions_.find(merchant_and_transaction.out_trade_no);
    if (found == transactions_.end() || found->second.mchid != merchant_and_transaction.mchid) {
        return std::nullopt;
    }
    return *locate(found->second, now);
}

void Books::set_refunds(const OrderKey& key, const RefundSums& sums) {
    const MutexLock lock(mutex_);
    if (const auto found = orders_.find(key); found != orders_.end()) {
        found->second.refund_sums = sums;
    }
}

ApiResult<Order> Books::close(const OrderKey& key, Time now) {
    const MutexLock lock(mutex_);
    Order* order = locate(key, now);
    if (order == nullptr) {
        return refuse(not_exist());
    }
    ++order->closes;
    if (order->state == OrderState::success) {
        return refuse(paid_already());
    }
    if (order->state == OrderState::notpay) {
        order->state = OrderState::closed;
        order->closed = now;
        ++sums_.closed;
    }
    return *order;
}

ApiResult<Order> Books::revoke(const OrderKey& key, Time now) {
    const MutexLock lock(mutex_);
    Order* order = locate(key, now);
    if (order == nullptr) {
        return refuse(not_exist());
    }
    ++order->closes;
    order->revoked = true;
    if (order->state == OrderState::notpay) {
        order->state = OrderState::closed;
        order->closed = now;
        ++sums_.closed;
    }
    return *order;
}

void Books::name_payer(const OrderKey& key, std::string openid, Time now) {
    const MutexLock lock(mutex_);
    if (Order* order = locate(key, now)) {
        order->wanted.openid = std::move(openid);
    }
}

ApiResult<Order> Books::pay(const OrderKey& key, Time now, PayMoment moment) {
    const MutexLock lock(mutex_);
    Order* order = locate(key, now);
    if (order == nullptr) {
        return refuse(not_exist());
    }
    if (order->state == OrderState::success) {
        return refuse(paid_already());
    }
    if (order->state == OrderState::closed) {
        if (moment == PayMoment::in_time) {
            return refuse(closed_already());
        }
        order->closed.reset();
        --sums_.closed;
    }
    order->state = OrderState::success;
    order->paid = now;
    order->scanned = true;
    order->transaction_id = order->wanted.provider == Provider::alipay ? ids_.trade_number(now)
                                                                       : ids_.transaction_id(now);
    order->payer_openid =
        order->wanted.openid.empty() ? "o" + ids_.token(27) : order->wanted.openid;
    ++order->payments;
    transactions_[order->transaction_id] = key;
    ++sums_.payments;
    sums_.paid_amount += order->wanted.amount_total;
    funds_.collect(
        key.mchid,
        {.at = now,
         .amount = order->wanted.amount_total,
         .number = key.out_trade_no,
         .reference = order->transaction_id}
    );
    return *order;
}

ApiResult<Order> Books::decline(const OrderKey& key, Time now) {
    const MutexLock lock(mutex_);
    Order* order = locate(key, now);
    if (order == nullptr) {
        return refuse(not_exist());
    }
    ++order->declined;
    return *order;
}

ApiResult<Order> Books::scan(const OrderKey& key, Time now) {
    const MutexLock lock(mutex_);
    Order* order = locate(key, now);
    if (order == nullptr) {
        return refuse(not_exist());
    }
    order->scanned = true;
    return *order;
}

std::optional<Order> Books::find_code(std::string_view code, Time now) {
    const MutexLock lock(mutex_);
    const auto found = codes_.find(std::string(code));
    const Order* order = found == codes_.end() ? nullptr : locate(found->second, now);
    const bool is_live =
        order != nullptr && (order->state != OrderState::notpay || now < order->code_expires);
    return is_live ? std::optional(*order) : std::nullopt;
}

std::optional<Order> Books::find(const OrderKey& key, Time now) {
    const MutexLock lock(mutex_);
    const Order* order = locate(key, now);
    return order == nullptr ? std::nullopt : std::optional(*order);
}

void Books::note_callback(const OrderKey& key, Delivery delivery) {
    const MutexLock lock(mutex_);
    ++(delivery == Delivery::sent ? sums_.callbacks_sent : sums_.callbacks_acknowledged);
    const auto found = orders_.find(key);
    if (found != orders_.end()) {
        Order& order = found->second;
        ++(delivery == Delivery::sent ? order.callbacks_sent : order.callbacks_acknowledged);
    }
}

std::vector<Order> Books::paid(std::string_view mchid, Time from, Time to) {
    const MutexLock lock(mutex_);
    std::vector<Order> found;
    for (const OrderKey& key : by_age_) {
        const Order* order = key.mchid == mchid ? locate(key, from) : nullptr;
        if (order != nullptr && order->paid && *order->paid >= from && *order->paid < to) {
            found.push_back(*order);
        }
    }
    return found;
}

Value Books::report(const BooksFilter& filter, Time now) {
    const MutexLock lock(mutex_);
    ValueArray orders;
    for (const OrderKey& key : by_age_) {
        if (orders.size() >= filter.limit) {
            break;
        }
        const bool wanted =
            (filter.mchid.empty() || filter.mchid == key.mchid) &&
            (filter.out_trade_no.empty() || filter.out_trade_no == key.out_trade_no);
        if (wanted) {
            orders.push_back(order_report(*locate(key, now)));
        }
    }
    return Value(ValueObject{
        {"summary",
         Value(ValueObject{
             {"orders", sums_.orders},
             {"closed", sums_.closed},
             {"payments", sums_.payments},
             {"paid_amount", sums_.paid_amount},
             {"callbacks_sent", sums_.callbacks_sent},
             {"callbacks_acknowledged", sums_.callbacks_acknowledged},
             {"forgotten", sums_.forgotten}
         })},
        {"orders", std::move(orders)}
    });
}

}  // namespace sluice::simulator
