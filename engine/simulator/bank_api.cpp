#include "simulator/bank_api.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>

namespace sluice::simulator {

namespace {

constexpr std::string_view kPayouts = "/bank/v1/payouts";

ApiError insufficient_funds() {
    return {
        .status = 403,
        .code = "INSUFFICIENT_FUNDS",
        .message = "the account has less than the payout",
        .field = {}
    };
}

/// What the faults make of a true answer.
Value told_payout(Payout payout, const Deviation& deviation) {
    if (deviation.has(FaultKind::wrong_amount)) {
        ++payout.wanted.amount;
    }
    if (deviation.has(FaultKind::wrong_number)) {
        payout.wanted.request_number = another_number(payout.wanted.request_number);
    }
    if (deviation.has(FaultKind::wrong_merchant)) {
        payout.account = kAnotherAccount;
    }
    return payout_object(payout);
}

bool matches_path(std::string_view pattern, std::string_view path) {
    while (!pattern.empty() && !path.empty()) {
        if (pattern.front() != '*') {
            if (pattern.front() != path.front()) {
                return false;
            }
            pattern.remove_prefix(1);
            path.remove_prefix(1);
            continue;
        }
        const std::size_t part = std::min(path.find('/'), path.size());
        if (part == 0) {
            return false;
        }
        pattern.remove_prefix(1);
        path.remove_prefix(part);
    }
    return pattern.empty() && path.empty();
}

}  // namespace

/// `*` in a path stands for one part that is not empty.
struct BankApi::Route {
    std::string_view method;
    std::string_view path;
    Handler handler;
};

const BankApi::Route* BankApi::find_route(std::string_view path) {
    static constexpr std::array<Route, 9> kRoutes{{
        {"POST", "/bank/v1/payouts", &BankApi::create},
        {"POST", "/bank/v1/payout_batches", &BankApi::create_many},
        {"GET", "/bank/v1/payouts/*", &BankApi::query},
        {"POST", "/bank/v1/collections", &BankApi::collect},
        {"GET", "/bank/v1/collections/*", &BankApi::query_collection},
        {"POST", "/bank/v1/collections/*/close", &BankApi::close_collection},
        {"GET", "/bank/v1/balance", &BankApi::balance},
        {"GET", "/bank/v1/statements/*", &BankApi::statement},
        {"GET", "/bank/v1/statements/*/file", &BankApi::statement},
    }};
    const auto* found = std::ranges::find_if(kRoutes, [path](const Route& route) {
        return matches_path(route.path, path);
    });
    return found == kRoutes.end() ? nullptr : found;
}

http::Response BankApi::answer(const http::Request& request) {
    const Route* route = find_route(request.path);
    if (route == nullptr) {
        return bare_answer(404);
    }
    if (request.method != route->method) {
        return bare_answer(405);
    }
    const auto account = exchange_.authenticate(request);
    if (!account) {
        return BankExchange::unsigned_refusal(account.error());
    }
    return (this->*route->handler)(request, **account);
}

http::Response BankApi::create(const http::Request& request, const BankAccount& account) {
    BankExchange::Call call{.account = &account, .target = request.target};
    const auto body = parse_body(request);
    const auto wanted = body ? read_payout_order(*body) : refuse(body.error());
    if (!wanted) {
        return exchange_.refusal(call, wanted.error());
    }
    call.fault = {
        .operation = Operation::payout,
        .address = {.account = account.account, .request_number = wanted->request_number}
    };
    return exchange_.perform(call, [&](const Deviation& deviation) {
        return begin(*wanted, account, deviation);
    });
}

ApiResult<Value> BankApi::begin(
    const PayoutOrder& wanted, const BankAccount& account, const Deviation& deviation
) {
    const PayoutKey key{account.account, wanted.request_number};
    if (deviation.has(FaultKind::not_enough) && !world_.payouts.find(key)) {
        return refuse(insufficient_funds());
    }
    const auto payout = world_.payouts.create(wanted, account, world_.now());
    if (!payout) {
        return refuse(payout.error());
    }
    if (payout->creates == 1) {
        run_its_course(*payout, deviation);
    }
    return told_payout(*payout, deviation);
}

void BankApi::run_its_course(const Payout& accepted, const Deviation& deviation) {
    const PayoutKey key = accepted.key();
    const bool fails = deviation.has(FaultKind::payout_failed);
    const Payouts::Step end{
        .to = fails ? PayoutStatus::failed : PayoutStatus::succeeded, .reason_code = {}
    };
    const std::chrono::milliseconds delay(
        deviation.value_of(FaultKind::processing_ms).value_or(world_.payout_delay_ms)
    );
    if (deviation.has(FaultKind::early)) {
        const auto ended = world_.payouts.advance(key, end, world_.now());
        const BankAccount* account = world_.bank.find(key.account);
        if (ended && account->may_be_notified_at(accepted.wanted.notify_url)) {
            callbacks_.send_now(*ended, CallbackTruth::resend);
        }
    } else if (delay.count() > 0) {
        std::ignore = world_.payouts.advance(key, {.to = PayoutStatus::processing}, world_.now());
        advance_later(key, end, delay);
    } else {
        std::ignore = advance(key, end);
    }
    if (const auto later = deviation.value_of(FaultKind::payout_returned)) {
        const Payouts::Step back{.to = PayoutStatus::returned, .reason_code = {}};
        advance_later(key, back, delay + std::chrono::milliseconds(*later));
    }
}

void BankApi::advance_later(
    const PayoutKey& key, const Payouts::Step& step, std::chrono::milliseconds delay
) {
    world_.scheduler.after(delay, [this, key, step] { std::ignore = advance(key, step); });
}

ApiResult<Payout> BankApi::advance(const PayoutKey& key, const Payouts::Step& step) {
    auto payout = world_.payouts.advance(key, step, world_.now());
    if (payout && step.to != PayoutStatus::processing) {
        callbacks_.announce(*payout);
    }
    return payout;
}

http::Response BankApi::query(const http::Request& request, const BankAccount& account) {
    const PayoutKey key{
        account.account, decoded(std::string_view(request.path).substr(kPayouts.size() + 1))
    };
    const BankExchange::Call call{
        .account = &account,
        .target = request.target,
        .fault =
            {.operation = Operation::payout_query,
             .address = {.account = key.account, .request_number = key.request_number}}
    };
    return exchange_.perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
        const auto payout = world_.payouts.query(key);
        if (!payout) {
            return refuse(payout.error());
        }
        if (deviation.has(FaultKind::not_found)) {
            return refuse(
                {.status = 404,
                 .code = "REQUEST_UNKNOWN",
                 .message = "there is no payout with this request_number",
                 .field = {}}
            );
        }
        return told_payout(*payout, deviation);
    });
}

http::Response BankApi::create_many(const http::Request& request, const BankAccount& account) {
    return batch_api_.create(request, account);
}

http::Response BankApi::balance(const http::Request& request, const BankAccount& account) {
    return account_api_.balance(request, account);
}

http::Response BankApi::statement(const http::Request& request, const BankAccount& account) {
    return account_api_.statement(request, account);
}

http::Response BankApi::collect(const http::Request& request, const BankAccount& account) {
    return collections_api_.create(request, account);
}

http::Response BankApi::query_collection(const http::Request& request, const BankAccount& account) {
    return collections_api_.query(request, account);
}

http::Response BankApi::close_collection(const http::Request& request, const BankAccount& account) {
    return collections_api_.close(request, account);
}

}  // namespace sluice::simulator
