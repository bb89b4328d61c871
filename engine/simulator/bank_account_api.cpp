#include "simulator/bank_account_api.hpp"

#include <string>

#include "channel/crypto.hpp"
#include "core/clock.hpp"
#include "simulator/beijing.hpp"

namespace sluice::simulator {

namespace {

constexpr std::string_view kStatements = "/bank/v1/statements/";
constexpr std::string_view kStatementFile = "/file";
constexpr std::size_t kDaySize = 10;

}  // namespace

http::Response BankAccountApi::balance(const http::Request& request, const BankAccount& account) {
    const BankExchange::Call call{
        .account = &account,
        .target = request.target,
        .fault = {.operation = Operation::balance, .address = {.account = account.account}}
    };
    return exchange_.perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
        const BankRow row = world_.payouts.row(account.account, world_.now());
        const bool is_another = deviation.has(FaultKind::wrong_merchant);
        return Value(ValueObject{
            {"account", is_another ? std::string(kAnotherAccount) : account.account},
            {"currency", "CNY"},
            {"available", row.available},
            {"paying", row.paying},
            {"single_limit", account.single_limit},
            {"daily_limit", account.daily_limit},
            {"used_today", row.used_today},
            {"as_of", format_rfc3339_offset(world_.now(), kBeijing)}
        });
    });
}

http::Response BankAccountApi::statement(const http::Request& request, const BankAccount& account) {
    std::string_view wanted = std::string_view(request.path).substr(kStatements.size());
    const bool is_file = wanted.ends_with(kStatementFile);
    wanted.remove_suffix(is_file ? kStatementFile.size() : 0);
    const BankExchange::Call call{
        .account = &account,
        .target = request.target,
        .fault = {.operation = Operation::statement, .address = {.account = account.account}}
    };
    const auto day = find_day(wanted, account);
    if (!day) {
        return exchange_.refusal(call, day.error());
    }
    std::string content = statement_file(*day);
    if (is_file) {
        return exchange_.file(call, std::move(content));
    }
    return exchange_.perform(call, [&](const Deviation&) -> ApiResult<Value> {
        return Value(ValueObject{
            {"account", account.account},
            {"day", wanted},
            {"currency", "CNY"},
            {"opening_balance", day->opening},
            {"closing_balance", day->closing},
            {"lines", static_cast<std::int64_t>(day->lines.size())},
            {"file", request.path + std::string(kStatementFile)},
            {"sha256", channel::sha256_hex(content)}
        });
    });
}

ApiResult<StatementDay> BankAccountApi::find_day(
    std::string_view text, const BankAccount& account
) {
    const auto begin = parse_rfc3339(std::string(text) + "T00:00:00+08:00");
    if (text.size() != kDaySize || !begin) {
        return parameter_error("day", std::string(text), "the day must be as 2026-01-31");
    }
    const auto day = std::chrono::floor<std::chrono::days>(*begin + kBeijing);
    const auto today = std::chrono::floor<std::chrono::days>(world_.now() + kBeijing);
    if (day > today || (day == today && !world_.bank_tells_today)) {
        return refuse(409, "STATEMENT_NOT_READY", "the day is not over");
    }
    StatementDay found = world_.statements.day(account.account, day);
    if (found.lines.empty()) {
        return refuse(404, "STATEMENT_EMPTY", "nothing was booked that day");
    }
    return found;
}

}  // namespace sluice::simulator
