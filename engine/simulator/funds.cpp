#include "simulator/funds.hpp"

namespace sluice::simulator {

namespace {

std::int64_t& part_of(FundsRow& row, Funds::Part part) {
    switch (part) {
        case Funds::Part::refunding:
            return row.refunding;
        case Funds::Part::refunded:
            return row.refunded;
        case Funds::Part::held:
            return row.held;
        case Funds::Part::balance:
            break;
    }
    return row.balance;
}

}  // namespace

Value to_value(const FundsRow& row) {
    return Value(ValueObject{
        {"collected", row.collected},
        {"topped_up", row.topped_up},
        {"swept", row.swept},
        {"refunding", row.refunding},
        {"refunded", row.refunded},
        {"held", row.held},
        {"balance", row.balance}
    });
}

void Funds::collect(const std::string& mchid, std::int64_t amount) {
    const MutexLock lock(mutex_);
    FundsRow& row = rows_[mchid];
    row.collected += amount;
    row.balance += amount;
}

void Funds::top_up(const std::string& mchid, std::int64_t amount) {
    const MutexLock lock(mutex_);
    FundsRow& row = rows_[mchid];
    row.topped_up += amount;
    row.balance += amount;
}

bool Funds::sweep(const std::string& mchid, std::int64_t amount) {
    const MutexLock lock(mutex_);
    FundsRow& row = rows_[mchid];
    if (row.balance < amount) {
        return false;
    }
    row.balance -= amount;
    row.swept += amount;
    return true;
}

bool Funds::move(const std::string& mchid, const Move& move) {
    const MutexLock lock(mutex_);
    FundsRow& row = rows_[mchid];
    std::int64_t& from = part_of(row, move.from);
    if (from < move.amount) {
        return false;
    }
    from -= move.amount;
    part_of(row, move.to) += move.amount;
    return true;
}

FundsRow Funds::row(const std::string& mchid) {
    const MutexLock lock(mutex_);
    return rows_[mchid];
}

}  // namespace sluice::simulator
