#include "simulator/bank_batch_api.hpp"

#include <chrono>
#include <utility>

#include "simulator/misbehaviour.hpp"
#include "simulator/payout_batches.hpp"

namespace sluice::simulator {

namespace {

Value refused_line(const std::string& number, const ApiError& error) {
    return ValueObject{
        {"request_number", number}, {"code", error.code}, {"message", error.message}
    };
}

ApiError line_error(std::string_view code, std::string message) {
    return refuse(403, code, std::move(message)).error();
}

}  // namespace

std::optional<Value> BankBatchApi::line_of(const Value& order, const BankAccount& account) {
    const std::string number(order.text_or_empty("request_number"));
    const auto wanted = read_payout_order(order);
    if (!wanted) {
        return refused_line(number, wanted.error());
    }
    World& world = parts_.world;
    const Deviation deviation = world.faults.take(
        Operation::payout, {.account = account.account, .request_number = number}
    );
    for (const FaultKind kind : {FaultKind::latency_ms, FaultKind::slow_answer_ms}) {
        if (const auto latency = deviation.value_of(kind)) {
            world.scheduler.sleep(std::chrono::milliseconds(*latency));
        }
    }
    if (deviation.has(FaultKind::drop_before)) {
        return std::nullopt;
    }
    const ApiError failed = line_error("SYSTEM_ERROR", "the system is busy, try again");
    if (deviation.has(FaultKind::status_5xx)) {
        return refused_line(number, failed);
    }
    if (deviation.has(FaultKind::refused)) {
        return refused_line(number, line_error("RISK_REFUSED", "the bank does not do this"));
    }
    const ApiResult<Value> done = parts_.begin(*wanted, account, deviation);
    if (deviation.has(FaultKind::drop_after)) {
        return std::nullopt;
    }
    if (deviation.has(FaultKind::status_5xx_after)) {
        return refused_line(number, failed);
    }
    if (deviation.has(FaultKind::garbage)) {
        return Value("<html>");
    }
    return done ? *done : refused_line(number, done.error());
}

http::Response BankBatchApi::create(const http::Request& request, const BankAccount& account) {
    BankExchange::Call call{.account = &account, .target = request.target};
    const auto body = parse_body(request);
    const auto wanted = body ? read_payout_batch(*body) : refuse(body.error());
    if (!wanted) {
        return parts_.exchange.refusal(call, wanted.error());
    }
    call.fault = {
        .operation = Operation::payout_batch,
        .address = {.account = account.account, .request_number = wanted->batch_number}
    };
    return parts_.exchange.perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
        if (const auto taken = parts_.world.batches.take(account.account, *wanted); !taken) {
            return refuse(taken.error());
        }
        ValueArray lines;
        for (const Value& order : wanted->payouts) {
            if (auto line = line_of(order, account)) {
                lines.push_back(*std::move(line));
            }
        }
        if (deviation.has(FaultKind::duplicate) && !lines.empty()) {
            lines.push_back(lines.front());
        }
        const bool wrong_number = deviation.has(FaultKind::wrong_number);
        const bool wrong_merchant = deviation.has(FaultKind::wrong_merchant);
        return Value(ValueObject{
            {"batch_number",
             wrong_number ? another_number(wanted->batch_number) : wanted->batch_number},
            {"account", wrong_merchant ? std::string(kAnotherAccount) : account.account},
            {"payouts", std::move(lines)}
        });
    });
}

}  // namespace sluice::simulator
