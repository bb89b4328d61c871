#include "simulator/bank_statement.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/money.hpp"
#include "simulator/beijing.hpp"

namespace sluice::simulator {

namespace {

struct BookedRow {
    BookedKind kind;
    std::string_view word;
};

constexpr std::array kBooked{
    BookedRow{BookedKind::collection, "COLLECTION"},
    BookedRow{BookedKind::payout, "PAYOUT"},
    BookedRow{BookedKind::payout_return, "PAYOUT_RETURN"},
    BookedRow{BookedKind::fee, "FEE"},
    BookedRow{BookedKind::credit, "CREDIT"},
    BookedRow{BookedKind::debit, "DEBIT"},
    BookedRow{BookedKind::refund, "REFUND"},
    BookedRow{BookedKind::refund_return, "REFUND_RETURN"},
};

constexpr std::string_view kHeader = "booked_at,kind,request_number,bank_number,amount,balance\r\n";
constexpr std::size_t kLineNumberDigits = 9;

std::chrono::sys_days day_of(Time at) {
    return std::chrono::floor<std::chrono::days>(at + kBeijing);
}

std::string line_number(std::uint64_t line) {
    std::string digits = std::to_string(line);
    digits.insert(0, kLineNumberDigits - std::min(kLineNumberDigits, digits.size()), '0');
    return "ST" + digits;
}

}  // namespace

std::string_view to_string(BookedKind kind) {
    return std::ranges::find(kBooked, kind, &BookedRow::kind)->word;
}

void Statements::open(const std::string& account, std::int64_t balance) {
    const MutexLock lock(mutex_);
    accounts_[account].opening = balance;
    accounts_[account].balance = balance;
}

void Statements::book(const std::string& account, Booked line) {
    const MutexLock lock(mutex_);
    Account& row = accounts_[account];
    row.balance += line.amount;
    line.balance = row.balance;
    ++row.booked;
    if (line.bank_number.empty()) {
        line.bank_number = line_number(row.booked);
    }
    row.lines.push_back(std::move(line));
    if (row.lines.size() > lines_max_) {
        row.opening = row.lines.front().balance;
        row.lines.pop_front();
    }
}

StatementDay Statements::day(const std::string& account, std::chrono::sys_days day) {
    const MutexLock lock(mutex_);
    const Account& row = accounts_[account];
    StatementDay found{.opening = row.opening, .closing = row.opening, .lines = {}};
    for (const Booked& line : row.lines) {
        const auto booked = day_of(line.at);
        if (booked > day) {
            break;
        }
        found.closing = line.balance;
        if (booked == day) {
            found.lines.push_back(line);
        } else {
            found.opening = line.balance;
        }
    }
    return found;
}

std::string statement_file(const StatementDay& day) {
    std::string file(kHeader);
    for (const Booked& line : day.lines) {
        file += beijing_time(line.at);
        for (const std::string& cell :
             {std::string(to_string(line.kind)),
              line.request_number,
              line.bank_number,
              Money(line.amount, cny()).to_decimal(),
              Money(line.balance, cny()).to_decimal()}) {
            file.append(",").append(cell);
        }
        file += "\r\n";
    }
    return file;
}

}  // namespace sluice::simulator
