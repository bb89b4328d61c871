#include "simulator/refund_control.hpp"

#include <algorithm>

#include "simulator/control_answer.hpp"

namespace sluice::simulator {

namespace {

Value funds_row(World& world, const std::string& mchid) {
    Value row(ValueObject{{"mchid", mchid}});
    const Value sums = to_value(world.funds.row(mchid));
    for (const auto& [name, amount] : *sums.as_object()) {
        row.set(name, amount);
    }
    return row;
}

}  // namespace

http::Response RefundControl::answer(const http::Request& request, const Value& body) {
    const bool is_post = request.method == "POST";
    if (request.path == "/sim/refunds" && request.method == "GET") {
        return list(request);
    }
    if (request.path == "/sim/refund" && is_post) {
        return end(body);
    }
    if (request.path == "/sim/refund_course" && is_post) {
        return course(body);
    }
    if (request.path == "/sim/funds" && (is_post || request.method == "GET")) {
        return is_post ? move_funds(body) : funds();
    }
    if (request.path == "/sim/callback" && is_post) {
        return callback(body);
    }
    return no_such_control();
}

ApiResult<Refund> RefundControl::refund_named_in(const Value& body) {
    const std::string number(body.text_or_empty("out_refund_no"));
    const std::string_view mchid = body.text_or_empty("mchid");
    for (const std::string& owner : parts_.world.owners()) {
        const bool fits = mchid.empty() || mchid == owner;
        auto refund = fits ? parts_.world.refunds.find({owner, number}) : std::nullopt;
        if (refund) {
            return *std::move(refund);
        }
    }
    return refuse(
        {.status = 404,
         .code = "RESOURCE_NOT_EXISTS",
         .message = "no refund '" + number + "'",
         .field = {}}
    );
}

http::Response RefundControl::list(const http::Request& request) {
    return json_answer(
        200,
        parts_.world.refunds.report(
            {.mchid = http::query_parameter(request, "mchid").value_or(""),
             .out_trade_no = http::query_parameter(request, "out_trade_no").value_or(""),
             .out_refund_no = http::query_parameter(request, "out_refund_no").value_or(""),
             .limit = row_limit(request)}
        )
    );
}

http::Response RefundControl::end(const Value& body) {
    const auto to = parse_refund_status(body.text_or_empty("status"));
    if (!to) {
        return bad_request("'status' must be SUCCESS, CLOSED or ABNORMAL");
    }
    const auto refund = refund_named_in(body);
    const auto ended = refund ? parts_.refunds.end(refund->key(), *to) : refuse(refund.error());
    return ended ? json_answer(200, refund_object(*ended)) : control_refusal(ended.error());
}

http::Response RefundControl::course(const Value& body) {
    World& world = parts_.world;
    const auto delay = number_in(body, {.name = "delay_ms", .fallback = world.refund_delay_ms});
    const auto gap = number_in(body, {.name = "gap_ms", .fallback = world.refund_gap_ms});
    if (!delay || !gap) {
        return bad_request("'delay_ms' and 'gap_ms' must be 0 to 3600000");
    }
    world.refund_delay_ms = *delay;
    world.refund_gap_ms = *gap;
    return json_answer(200, Value(ValueObject{{"delay_ms", *delay}, {"gap_ms", *gap}}));
}

http::Response RefundControl::funds() {
    ValueArray rows;
    for (const std::string& owner : parts_.world.owners()) {
        rows.push_back(funds_row(parts_.world, owner));
    }
    return json_answer(200, Value(ValueObject{{"funds", std::move(rows)}}));
}

http::Response RefundControl::move_funds(const Value& body) {
    World& world = parts_.world;
    std::string mchid(body.text_or_empty("mchid"));
    if (mchid.empty() && !world.merchants.all().empty()) {
        mchid = world.merchants.all().front().mchid;
    }
    const auto owners = world.owners();
    if (std::ranges::find(owners, mchid) == owners.end()) {
        return bad_request("'mchid' names no merchant: '" + mchid + "'");
    }
    const auto top_up = number_in(body, {.name = "top_up", .most = kMoneyMax});
    const auto sweep = number_in(body, {.name = "sweep", .most = kMoneyMax});
    if (!top_up || !sweep || (*top_up > 0) == (*sweep > 0)) {
        return bad_request("one of 'top_up' and 'sweep' must be an amount in fen");
    }
    if (*top_up > 0) {
        world.funds.top_up(mchid, {.at = world.now(), .amount = *top_up});
        world.faults.end_not_enough({.mchid = mchid});
    } else if (!world.funds.sweep(mchid, {.at = world.now(), .amount = *sweep})) {
        return control_refusal(
            {.status = 409,
             .code = "NOT_ENOUGH",
             .message = "the balance is smaller than the sweep",
             .field = {}}
        );
    }
    return json_answer(200, funds_row(world, mchid));
}

http::Response RefundControl::callback(const Value& body) {
    const auto truth = parse_callback_truth(body.text_or_empty("kind"));
    if (!truth) {
        return bad_request(kTruthWanted);
    }
    if (*truth == CallbackTruth::wrong_currency) {
        return bad_request("'kind' cannot be wrong_currency: no notice of a refund names one");
    }
    const auto refund = refund_named_in(body);
    if (!refund) {
        return control_refusal(refund.error());
    }
    if (!parts_.callbacks.may_tell(*refund)) {
        return control_refusal(
            {.status = 409,
             .code = "NOTIFY_NOT_ALLOWED",
             .message = "the refund has no notify_url that the merchant allows",
             .field = {}}
        );
    }
    if (*truth == CallbackTruth::resend && refund->status == RefundStatus::processing) {
        return control_refusal(
            {.status = 409,
             .code = "REFUND_NOT_ENDED",
             .message = "there is no callback to send again: the refund is under way",
             .field = {}}
        );
    }
    const int status = parts_.callbacks.send_now(*refund, *truth);
    return json_answer(200, Value(ValueObject{{"answered_status", status}}));
}

}  // namespace sluice::simulator
