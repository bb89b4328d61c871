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

void Funds::write_down(const std::string& mchid, BookedKind kind, const Movement& movement) {
    const bool leaves = kind == BookedKind::debit || kind == BookedKind::refund;
    statements_.book(
        mchid,
        {.at = movement.at,
         .kind = kind,
         .request_number = movement.number,
         .bank_number = movement.reference,
         .amount = leaves ? -movement.amount : movement.amount}
    );
}

void Funds::collect(const std::string& mchid, const Movement& movement) {
    const MutexLock lock(mutex_);
    FundsRow& row = rows_[mchid];
    row.collected += movement.amount;
    row.balance += movement.amount;
    write_down(mchid, BookedKind::collection, movement);
}

void Funds::top_up(const std::string& mchid, const Movement& movement) {
    const MutexLock lock(mutex_);
    FundsRow& row = rows_[mchid];
    row.topped_up += movement.amount;
    row.balance += movement.amount;
    write_down(mchid, BookedKind::credit, movement);
}

bool Funds::sweep(const std::string& mchid, const Movement& movement) {
    const MutexLock lock(mutex_);
    FundsRow& row = rows_[mchid];
    if (row.balance < movement.amount) {
        return false;
    }
    row.balance -= movement.amount;
    row.swept += movement.amount;
    write_down(mchid, BookedKind::debit, movement);
    return true;
}

bool Funds::move(const std::string& mchid, const Move& move) {
    const MutexLock lock(mutex_);
    FundsRow& row = rows_[mchid];
    std::int64_t& from = part_of(row, move.from);
    if (from < move.movement.amount) {
        return false;
    }
    from -= move.movement.amount;
    part_of(row, move.to) += move.movement.amount;
    if (move.from == Part::balance) {
        write_down(mchid, BookedKind::refund, move.movement);
    } else if (move.to == Part::balance) {
        write_down(mchid, BookedKind::refund_return, move.movement);
    }
    return true;
}

FundsRow Funds::row(const std::string& mchid) {
    const MutexLock lock(mutex_);
    return rows_[mchid];
}

}  // namespace sluice::simulator
