#include "simulator/bank_control.hpp"

#include "simulator/control_answer.hpp"

namespace sluice::simulator {

namespace {

constexpr const char* kNoAccount = "'account' names no account at the bank";

}  // namespace

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
    if (request.path == "/sim/bank/transfer") {
        return transfer(*body);
    }
    if (request.path == "/sim/bank/funds") {
        return move_funds(*body);
    }
    if (request.path == "/sim/bank/callback") {
        return callback(*body);
    }
    if (request.path == "/sim/bank/rotate") {
        return rotate(*body);
    }
    return request.path == "/sim/bank/course" ? course(*body) : no_such_control();
}

const BankAccount* BankControl::account_named_in(const Value& body) const {
    const BankDirectory& bank = parts_.world.bank;
    const std::string_view account = body.text_or_empty("account");
    if (account.empty() && !bank.all().empty()) {
        return &bank.all().front();
    }
    return bank.find(account);
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

ApiResult<Collection> BankControl::collection_named_in(const Value& body) {
    World& world = parts_.world;
    const std::string number(body.text_or_empty("request_number"));
    const std::string_view wanted = body.text_or_empty("account");
    for (const BankAccount& account : world.bank.all()) {
        const bool fits = wanted.empty() || wanted == account.account;
        auto found =
            fits ? world.collections.find({account.account, number}, world.now()) : std::nullopt;
        if (found) {
            return *std::move(found);
        }
    }
    return refuse(404, "REQUEST_UNKNOWN", "no collection '" + number + "'");
}

http::Response BankControl::books(const http::Request& request) {
    World& world = parts_.world;
    const PayoutsFilter filter{
        .account = http::query_parameter(request, "account").value_or(""),
        .request_number = http::query_parameter(request, "request_number").value_or(""),
        .limit = row_limit(request)
    };
    Value report = world.payouts.report(filter, world.now());
    report.set("batches", world.batches.report(filter.account));
    report.set("collections", world.collections.report(filter, world.now()));
    return json_answer(200, report);
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

http::Response BankControl::transfer(const Value& body) {
    const auto collection = collection_named_in(body);
    if (!collection) {
        return control_refusal(collection.error());
    }
    const NumberRule rule{
        .name = "amount", .fallback = collection->wanted.amount, .most = kMoneyMax
    };
    const auto amount = number_in(body, rule);
    const Value* late = body.find("late");
    if (!amount || *amount == 0 || (late != nullptr && late->as_bool() == nullptr)) {
        return bad_request("'amount' must be an amount in fen, 'late' true or false");
    }
    Transfer transfer{.amount = *amount};
    transfer.moment = late != nullptr && *late->as_bool() ? PayMoment::late : PayMoment::in_time;
    if (const auto payer = body.text_or_empty("payer_account"); !payer.empty()) {
        transfer.payer_account = payer;
    }
    const auto paid = parts_.api.pay(collection->key(), transfer);
    return paid ? json_answer(200, collection_object(*paid)) : control_refusal(paid.error());
}

http::Response BankControl::move_funds(const Value& body) {
    World& world = parts_.world;
    const BankAccount* named = account_named_in(body);
    if (named == nullptr) {
        return bad_request(kNoAccount);
    }
    const std::string& account = named->account;
    const auto top_up = number_in(body, {.name = "top_up", .most = kMoneyMax});
    const auto sweep = number_in(body, {.name = "sweep", .most = kMoneyMax});
    const auto fee = number_in(body, {.name = "fee", .most = kMoneyMax});
    const bool is_one = top_up && sweep && fee &&
                        (*top_up > 0 ? 1 : 0) + (*sweep > 0 ? 1 : 0) + (*fee > 0 ? 1 : 0) == 1;
    if (!is_one) {
        return bad_request("one of 'top_up', 'sweep' and 'fee' must be an amount in fen");
    }
    const BookedKind kind = *top_up > 0  ? BookedKind::credit
                            : *sweep > 0 ? BookedKind::debit
                                         : BookedKind::fee;
    Booked movement{.at = world.now(), .kind = kind, .request_number = {}, .bank_number = {}};
    movement.amount = *top_up - *sweep - *fee;
    if (!world.payouts.book(account, movement)) {
        return control_refusal(
            {.status = 409,
             .code = "INSUFFICIENT_FUNDS",
             .message = "less is available than would leave",
             .field = {}}
        );
    }
    if (*top_up > 0) {
        world.faults.end_not_enough({.account = account});
    }
    const BankRow row = world.payouts.row(account, world.now());
    return json_answer(200, Value(ValueObject{{"account", account}, {"available", row.available}}));
}

http::Response BankControl::callback(const Value& body) {
    const auto truth = parse_callback_truth(body.text_or_empty("kind"));
    if (!truth) {
        return bad_request(kTruthWanted);
    }
    const auto send = [&](const auto& about) {
        const BankAccount* account = parts_.world.bank.find(about.account);
        if (!account->may_be_notified_at(about.wanted.notify_url)) {
            return control_refusal(
                {.status = 409,
                 .code = "NOTIFY_NOT_ALLOWED",
                 .message = "it has no notify_url that the account allows",
                 .field = {}}
            );
        }
        const int status = parts_.callbacks.send_now(about, *truth);
        return json_answer(200, Value(ValueObject{{"answered_status", status}}));
    };
    if (const auto collection = collection_named_in(body)) {
        return send(*collection);
    }
    const auto payout = payout_named_in(body);
    return payout ? send(*payout) : control_refusal(payout.error());
}

http::Response BankControl::rotate(const Value& body) {
    const BankAccount* named = account_named_in(body);
    if (named == nullptr) {
        return bad_request(kNoAccount);
    }
    World& world = parts_.world;
    const std::string key = world.bank_keys.rotate(named->account, world.nonces);
    return json_answer(200, Value(ValueObject{{"account", named->account}, {"key", key}}));
}

http::Response BankControl::course(const Value& body) {
    World& world = parts_.world;
    const auto delay = number_in(body, {.name = "delay_ms", .fallback = world.payout_delay_ms});
    if (!delay) {
        return bad_request("'delay_ms' must be 0 to 3600000");
    }
    const auto fee = number_in(
        body, {.name = "payout_fee", .fallback = world.payouts.charged(), .most = kMoneyMax}
    );
    if (!fee) {
        return bad_request("'payout_fee' must be an amount in fen");
    }
    world.payout_delay_ms = *delay;
    world.payouts.charge(*fee);
    if (const Value* today = body.find("tells_today"); today != nullptr) {
        if (today->as_bool() == nullptr) {
            return bad_request("'tells_today' must be true or false");
        }
        world.bank_tells_today = *today->as_bool();
    }
    return json_answer(
        200,
        Value(ValueObject{
            {"delay_ms", *delay},
            {"payout_fee", *fee},
            {"tells_today", world.bank_tells_today.load()}
        })
    );
}

}  // namespace sluice::simulator
