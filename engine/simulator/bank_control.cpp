#include "simulator/bank_control.hpp"

#include "simulator/control_answer.hpp"

namespace sluice::simulator {

http::Response BankControl::answer(const http::Request& request) {
    if (request.path == "/sim/bank/books" && request.method == "GET") {
        return books(request);
    }
    if (request.method != "POST") {
        return no_such_control();
    }
    const auto body = parse_body(request);
    if (!body) {
        return bad_request("the body must be a JSON record");
    }
    if (request.path == "/sim/bank/payout") {
        return advance(*body);
    }
    if (request.path == "/sim/bank/funds") {
        return move_funds(*body);
    }
    if (request.path == "/sim/bank/callback") {
        return callback(*body);
    }
    return request.path == "/sim/bank/course" ? course(*body) : no_such_control();
}

ApiResult<Payout> BankControl::payout_named_in(const Value& body) {
    const std::string number(body.text_or_empty("request_number"));
    const std::string_view wanted = body.text_or_empty("account");
    for (const BankAccount& account : parts_.world.bank.all()) {
        const bool fits = wanted.empty() || wanted == account.account;
        auto payout = fits ? parts_.world.payouts.find({account.account, number}) : std::nullopt;
        if (payout) {
            return *std::move(payout);
        }
    }
    return refuse(
        {.status = 404,
         .code = "REQUEST_UNKNOWN",
         .message = "no payout '" + number + "'",
         .field = {}}
    );
}

http::Response BankControl::books(const http::Request& request) {
    World& world = parts_.world;
    return json_answer(
        200,
        world.payouts.report(
            {.account = http::query_parameter(request, "account").value_or(""),
             .request_number = http::query_parameter(request, "request_number").value_or(""),
             .limit = row_limit(request)},
            world.now()
        )
    );
}

http::Response BankControl::advance(const Value& body) {
    const auto to = parse_payout_status(body.text_or_empty("status"));
    if (!to) {
        return bad_request("'status' must be processing, succeeded, failed or returned");
    }
    const auto payout = payout_named_in(body);
    if (!payout) {
        return control_refusal(payout.error());
    }
    const Payouts::Step step{
        .to = *to, .reason_code = std::string(body.text_or_empty("reason_code"))
    };
    const auto advanced = parts_.api.advance(payout->key(), step);
    return advanced ? json_answer(200, payout_object(*advanced))
                    : control_refusal(advanced.error());
}

http::Response BankControl::move_funds(const Value& body) {
    World& world = parts_.world;
    std::string account(body.text_or_empty("account"));
    if (account.empty() && !world.bank.all().empty()) {
        account = world.bank.all().front().account;
    }
    if (world.bank.find(account) == nullptr) {
        return bad_request("'account' names no account at the bank: '" + account + "'");
    }
    const auto top_up = number_in(body, {.name = "top_up", .most = kMoneyMax});
    const auto sweep = number_in(body, {.name = "sweep", .most = kMoneyMax});
    if (!top_up || !sweep || (*top_up > 0) == (*sweep > 0)) {
        return bad_request("one of 'top_up' and 'sweep' must be an amount in fen");
    }
    if (*top_up > 0) {
        world.payouts.top_up(account, *top_up);
        world.faults.end_not_enough({.account = account});
    } else if (!world.payouts.sweep(account, *sweep)) {
        return control_refusal(
            {.status = 409,
             .code = "INSUFFICIENT_FUNDS",
             .message = "less is available than the sweep",
             .field = {}}
        );
    }
    const BankRow row = world.payouts.row(account, world.now());
    return json_answer(200, Value(ValueObject{{"account", account}, {"available", row.available}}));
}

http::Response BankControl::callback(const Value& body) {
    const auto truth = parse_callback_truth(body.text_or_empty("kind"));
    if (!truth) {
        return bad_request(kTruthWanted);
    }
    const auto payout = payout_named_in(body);
    if (!payout) {
        return control_refusal(payout.error());
    }
    const BankAccount* account = parts_.world.bank.find(payout->account);
    if (!account->may_be_notified_at(payout->wanted.notify_url)) {
        return control_refusal(
            {.status = 409,
             .code = "NOTIFY_NOT_ALLOWED",
             .message = "the payout has no notify_url that the account allows",
             .field = {}}
        );
    }
    const int status = parts_.callbacks.send_now(*payout, *truth);
    return json_answer(200, Value(ValueObject{{"answered_status", status}}));
}

http::Response BankControl::course(const Value& body) {
    World& world = parts_.world;
    const auto delay = number_in(body, {.name = "delay_ms", .fallback = world.payout_delay_ms});
    if (!delay) {
        return bad_request("'delay_ms' must be 0 to 3600000");
    }
    world.payout_delay_ms = *delay;
    return json_answer(200, Value(ValueObject{{"delay_ms", *delay}}));
}

}  // namespace sluice::simulator
