#include "simulator/bank_api.hpp"

#include <tuple>

namespace sluice::simulator {

namespace {

constexpr std::string_view kPayouts = "/bank/v1/payouts";
constexpr std::string_view kBalance = "/bank/v1/balance";

ApiError insufficient_funds() {
    return {
        .status = 403,
        .code = "INSUFFICIENT_FUNDS",
        .message = "the account has less than the payout",
        .field = {}
    };
}

http::Response plain_answer(int status, const Value& body) {
    return {
        .status = status, .headers = {{"Content-Type", "application/json"}}, .body = to_json(body)
    };
}

http::Response plain_refusal(const ApiError& error) {
    Value body(ValueObject{{"code", error.code}, {"message", error.message}});
    if (!error.field.empty()) {
        body.set("field", error.field);
    }
    return plain_answer(error.status, body);
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

}  // namespace

http::Response BankApi::answer(const http::Request& request) {
    const std::string_view path = request.path;
    const bool is_list = path == kPayouts;
    const bool is_one = path.size() > kPayouts.size() + 1 && path.starts_with(kPayouts) &&
                        path.rfind('/') == kPayouts.size();
    if (!is_list && !is_one && path != kBalance) {
        return bare_answer(404);
    }
    if (request.method != (is_list ? "POST" : "GET")) {
        return bare_answer(405);
    }
    const auto account = gate_.authenticate(request);
    if (!account) {
        return plain_refusal(account.error());
    }
    if (is_list) {
        return create(request, **account);
    }
    return is_one ? query(request, **account) : balance(request, **account);
}

http::Response BankApi::create(const http::Request& request, const BankAccount& account) {
    Call call{.account = &account, .target = request.target, .fault = {}};
    const auto body = parse_body(request);
    const auto wanted = body ? read_payout_order(*body) : refuse(body.error());
    if (!wanted) {
        return signed_answer(call, plain_refusal(wanted.error()), SignatureQuality::right);
    }
    call.fault = {
        .operation = Operation::payout,
        .address = {.account = account.account, .request_number = wanted->request_number}
    };
    return perform(call, [&](const Deviation& deviation) {
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
    const Call call{
        .account = &account,
        .target = request.target,
        .fault =
            {.operation = Operation::payout_query,
             .address = {.account = key.account, .request_number = key.request_number}}
    };
    return perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
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

http::Response BankApi::balance(const http::Request& request, const BankAccount& account) {
    const BankRow row = world_.payouts.row(account.account, world_.now());
    const Value body(ValueObject{
        {"account", account.account},
        {"currency", "CNY"},
        {"available", row.available},
        {"paying", row.paying},
        {"single_limit", account.single_limit},
        {"daily_limit", account.daily_limit},
        {"used_today", row.used_today}
    });
    const Call call{.account = &account, .target = request.target, .fault = {}};
    return signed_answer(call, plain_answer(200, body), SignatureQuality::right);
}

http::Response BankApi::perform(const Call& call, const Act& act) {
    const Wording wording{
        .refusal = [&](const ApiError& error
                   ) { return signed_answer(call, plain_refusal(error), SignatureQuality::right); },
        .answer = [&](const Value& body, SignatureQuality quality
                  ) { return signed_answer(call, plain_answer(200, body), quality); },
        .refused =
            {.status = 403,
             .code = "RISK_REFUSED",
             .message = "the bank does not make this payout",
             .field = {}}
    };
    return perform_with_faults(world_, call.fault, act, wording);
}

http::Response BankApi::signed_answer(
    const Call& call, http::Response response, SignatureQuality quality
) {
    const std::string status = std::to_string(response.status);
    add_bank_signature(
        world_,
        response.headers,
        response.body,
        {.account = call.account, .first = status, .second = call.target, .quality = quality}
    );
    return response;
}

}  // namespace sluice::simulator
