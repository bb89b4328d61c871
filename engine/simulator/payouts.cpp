#include "simulator/payouts.hpp"

#include <algorithm>
#include <array>

#include "simulator/beijing.hpp"

namespace sluice::simulator {

namespace {

struct PayoutStatusRow {
    PayoutStatus status;
    std::string_view name;
    std::string_view reason_code;
    std::string_view reason;
};

constexpr std::array kPayoutStatuses{
    PayoutStatusRow{PayoutStatus::accepted, "accepted", "", ""},
    PayoutStatusRow{PayoutStatus::processing, "processing", "", ""},
    PayoutStatusRow{PayoutStatus::succeeded, "succeeded", "", ""},
    PayoutStatusRow{PayoutStatus::failed, "failed", "PAYEE_NAME_MISMATCH", "收款户名不符"},
    PayoutStatusRow{
        PayoutStatus::returned, "returned", "PAYEE_ACCOUNT_CLOSED", "收款账户已销户，退票"
    },
};

const PayoutStatusRow& row_of(PayoutStatus status) {
    return *std::ranges::find(kPayoutStatuses, status, &PayoutStatusRow::status);
}

bool may_follow(PayoutStatus from, PayoutStatus to) {
    switch (from) {
        case PayoutStatus::accepted:
            return to == PayoutStatus::processing || to == PayoutStatus::succeeded ||
                   to == PayoutStatus::failed;
        case PayoutStatus::processing:
            return to == PayoutStatus::succeeded || to == PayoutStatus::failed;
        case PayoutStatus::succeeded:
            return to == PayoutStatus::returned;
        case PayoutStatus::failed:
        case PayoutStatus::returned:
            break;
    }
    return false;
}

/// Moves a payout's money along with the status that it becomes.
void follow(BankRow& row, PayoutStatus to, const Payout& payout) {
    const std::int64_t amount = payout.wanted.amount;
    const std::int64_t whole = amount + payout.fee;
    switch (to) {
        case PayoutStatus::accepted:
            row.available -= whole;
            row.paying += whole;
            row.used_today += amount;
            break;
        case PayoutStatus::processing:
            break;
        case PayoutStatus::succeeded:
            row.paying -= whole;
            row.paid += amount;
            row.fees += payout.fee;
            break;
        case PayoutStatus::failed:
            row.paying -= whole;
            row.available += whole;
            break;
        case PayoutStatus::returned:
            row.paid -= amount;
            row.returned += amount;
            row.available += amount;
            break;
    }
}

/// What of an account's sums a movement adds to.
std::int64_t BankRow::* sum_of(BookedKind kind) {
    switch (kind) {
        case BookedKind::credit:
            return &BankRow::topped_up;
        case BookedKind::debit:
            return &BankRow::swept;
        case BookedKind::fee:
            return &BankRow::fees;
        case BookedKind::collection:
            return &BankRow::collected;
        case BookedKind::payout:
            return &BankRow::paid;
        case BookedKind::payout_return:
        case BookedKind::refund:
        case BookedKind::refund_return:
            break;
    }
    return &BankRow::returned;
}

Value account_report(const std::string& account, const BankRow& row) {
    return Value(ValueObject{
        {"account", account},
        {"opening", row.opening},
        {"topped_up", row.topped_up},
        {"collected", row.collected},
        {"swept", row.swept},
        {"fees", row.fees},
        {"paying", row.paying},
        {"paid", row.paid},
        {"returned", row.returned},
        {"available", row.available},
        {"used_today", row.used_today}
    });
}

Value payout_report(const Payout& payout) {
    Value out = payout_object(payout);
    out.set("payee_account_number", payout.wanted.payee_account_number);
    out.set("payee_name", payout.wanted.payee_name);
    out.set("creates", payout.creates);
    out.set("queries", payout.queries);
    out.set("callbacks_sent", payout.callbacks_sent);
    out.set("callbacks_acknowledged", payout.callbacks_acknowledged);
    return out;
}

}  // namespace

std::string_view to_string(PayoutStatus status) { return row_of(status).name; }

std::optional<PayoutStatus> parse_payout_status(std::string_view text) {
    const auto found = std::ranges::find(kPayoutStatuses, text, &PayoutStatusRow::name);
    return found == kPayoutStatuses.end() ? std::nullopt : std::optional(found->status);
}

Value payout_object(const Payout& payout) {
    Value out(ValueObject{
        {"payout_id", payout.payout_id},
        {"account", payout.account},
        {"request_number", payout.wanted.request_number},
        {"amount", payout.wanted.amount},
        {"currency", "CNY"},
        {"status", to_string(payout.status)},
        {"accepted_at", format_rfc3339_offset(payout.accepted, kBeijing)},
        {"finished_at", time_or_null(payout.finished)},
        {"returned_at", time_or_null(payout.returned)}
    });
    const bool was_paid =
        payout.status == PayoutStatus::succeeded || payout.status == PayoutStatus::returned;
    if (was_paid && payout.fee > 0) {
        out.set("fee", payout.fee);
    }
    if (!payout.reason_code.empty()) {
        out.set("reason_code", payout.reason_code);
        out.set("reason", row_of(payout.status).reason);
    }
    return out;
}

Payouts::Payouts(const BankDirectory& accounts, const Settings& settings)
    : ids_(settings.seed), payouts_max_(settings.payouts_max), statements_(settings.statements) {
    const MutexLock lock(mutex_);
    for (const BankAccount& account : accounts.all()) {
        rows_[account.account].opening = account.opening_balance;
        rows_[account.account].available = account.opening_balance;
        if (statements_ != nullptr) {
            statements_->open(account.account, account.opening_balance);
        }
    }
}

BankRow& Payouts::row_on(const std::string& account, Time now) {
    BankRow& row = rows_[account];
    const auto day = std::chrono::floor<std::chrono::days>(now + kBeijing);
    if (row.day != day) {
        row.day = day;
        row.used_today = 0;
    }
    return row;
}

ApiResult<Payout> Payouts::create(const PayoutOrder& wanted, const BankAccount& account, Time now) {
    const MutexLock lock(mutex_);
    const PayoutKey key{account.account, wanted.request_number};
    if (const auto known = payouts_.find(key); known != payouts_.end()) {
        if (known->second.wanted.fingerprint != wanted.fingerprint) {
            return refuse(
                409, "REQUEST_NUMBER_USED", "request_number was used with other parameters"
            );
        }
        ++known->second.creates;
        return known->second;
    }
    BankRow& row = row_on(account.account, now);
    if (wanted.amount > account.single_limit) {
        return refuse(403, "SINGLE_LIMIT_EXCEEDED", "the payout is above the limit for one payout");
    }
    if (wanted.amount > account.daily_limit - row.used_today) {
        return refuse(403, "DAILY_LIMIT_EXCEEDED", "the payout is above what is left for today");
    }
    if (wanted.amount + fee_ > row.available) {
        return refuse(403, "INSUFFICIENT_FUNDS", "the account has less than the payout");
    }
    Payout payout{
        .wanted = wanted,
        .account = account.account,
        .payout_id = ids_.payout_id(now),
        .reason_code = {},
        .fee = fee_,
        .accepted = now,
        .finished = {},
        .returned = {},
        .creates = 1
    };
    follow(row, PayoutStatus::accepted, payout);
    payouts_[key] = payout;
    by_age_.push_back(key);
    while (payouts_.size() > payouts_max_) {
        payouts_.erase(by_age_.front());
        by_age_.pop_front();
    }
    return payout;
}

ApiResult<Payout> Payouts::query(const PayoutKey& key) {
    const MutexLock lock(mutex_);
    const auto found = payouts_.find(key);
    if (found == payouts_.end()) {
        return refuse(404, "REQUEST_UNKNOWN", "there is no payout with this request_number");
    }
    ++found->second.queries;
    return found->second;
}

ApiResult<Payout> Payouts::advance(const PayoutKey& key, const Step& step, Time now) {
    const MutexLock lock(mutex_);
    const auto found = payouts_.find(key);
    if (found == payouts_.end()) {
        return refuse(404, "REQUEST_UNKNOWN", "there is no payout with this request_number");
    }
    Payout& payout = found->second;
    if (!may_follow(payout.status, step.to)) {
        return refuse(
            409,
            "PAYOUT_STATUS",
            "the payout is " + std::string(to_string(payout.status)) + " and cannot become " +
                std::string(to_string(step.to))
        );
    }
    follow(row_on(key.account, now), step.to, payout);
    payout.status = step.to;
    const bool has_reason = !row_of(step.to).reason_code.empty();
    if (has_reason) {
        payout.reason_code =
            step.reason_code.empty() ? row_of(step.to).reason_code : step.reason_code;
    }
    if (step.to == PayoutStatus::succeeded || step.to == PayoutStatus::failed) {
        payout.finished = now;
    }
    if (step.to == PayoutStatus::returned) {
        payout.returned = now;
    }
    write_down(payout, now);
    return payout;
}

void Payouts::write_down(const Payout& payout, Time now) {
    const bool left = payout.status == PayoutStatus::succeeded;
    if (statements_ == nullptr || (!left && payout.status != PayoutStatus::returned)) {
        return;
    }
    const std::int64_t amount = payout.wanted.amount;
    statements_->book(
        payout.account,
        {.at = now,
         .kind = left ? BookedKind::payout : BookedKind::payout_return,
         .request_number = payout.wanted.request_number,
         .bank_number = payout.payout_id,
         .amount = left ? -amount : amount}
    );
    if (left) {
        write_down_fee(payout, now);
    }
}

void Payouts::write_down_fee(const Payout& payout, Time now) {
    if (payout.fee > 0) {
        statements_->book(
            payout.account,
            {.at = now,
             .kind = BookedKind::fee,
             .request_number = payout.wanted.request_number,
             .bank_number = payout.payout_id,
             .amount = -payout.fee}
        );
    }
}

void Payouts::charge(std::int64_t fee) {
    const MutexLock lock(mutex_);
    fee_ = fee;
}

std::int64_t Payouts::charged() {
    const MutexLock lock(mutex_);
    return fee_;
}

std::optional<Payout> Payouts::find(const PayoutKey& key) {
    const MutexLock lock(mutex_);
    const auto found = payouts_.find(key);
    return found == payouts_.end() ? std::nullopt : std::optional(found->second);
}

bool Payouts::book(const std::string& account, const Booked& movement) {
    const MutexLock lock(mutex_);
    BankRow& row = rows_[account];
    if (row.available + movement.amount < 0) {
        return false;
    }
    row.available += movement.amount;
    row.*sum_of(movement.kind) += movement.amount < 0 ? -movement.amount : movement.amount;
    if (statements_ != nullptr) {
        statements_->book(account, movement);
    }
    return true;
}

BankRow Payouts::row(const std::string& account, Time now) {
    const MutexLock lock(mutex_);
    return row_on(account, now);
}

void Payouts::note_callback(const PayoutKey& key, Books::Delivery delivery) {
    const MutexLock lock(mutex_);
    if (const auto found = payouts_.find(key); found != payouts_.end()) {
        Payout& payout = found->second;
        ++(delivery == Books::Delivery::sent ? payout.callbacks_sent : payout.callbacks_acknowledged
        );
    }
}

Value Payouts::report(const PayoutsFilter& filter, Time now) {
    const MutexLock lock(mutex_);
    ValueArray accounts;
    for (const auto& [account, unused] : rows_) {
        if (filter.account.empty() || filter.account == account) {
            accounts.push_back(account_report(account, row_on(account, now)));
        }
    }
    ValueArray payouts;
    for (const PayoutKey& key : by_age_) {
        if (payouts.size() >= filter.limit) {
            break;
        }
        const bool wanted =
            (filter.account.empty() || filter.account == key.account) &&
            (filter.request_number.empty() || filter.request_number == key.request_number);
        if (wanted) {
            payouts.push_back(payout_report(payouts_.at(key)));
        }
    }
    return Value(ValueObject{{"accounts", std::move(accounts)}, {"payouts", std::move(payouts)}});
}

}  // namespace sluice::simulator
