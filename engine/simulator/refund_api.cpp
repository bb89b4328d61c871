#include "simulator/refund_api.hpp"

#include <tuple>

namespace sluice::simulator {

namespace {

constexpr std::string_view kRefunds = "/v3/refund/domestic/refunds";

RefundStatus end_of(const Deviation& deviation) {
    if (deviation.has(FaultKind::refund_closed)) {
        return RefundStatus::closed;
    }
    return deviation.has(FaultKind::refund_abnormal) ? RefundStatus::abnormal
                                                     : RefundStatus::success;
}

/// What the faults make of a true answer.
Value told(Refund refund, const Deviation& deviation) {
    if (deviation.has(FaultKind::wrong_amount)) {
        ++refund.wanted.amount_refund;
    }
    if (deviation.has(FaultKind::wrong_number)) {
        refund.wanted.out_refund_no = another_number(refund.wanted.out_refund_no);
    }
    return refund_object(refund);
}

}  // namespace

http::Response RefundApi::answer(const http::Request& request) {
    std::string_view rest = request.path;
    if (!rest.starts_with(kRefunds)) {
        return bare_answer(404);
    }
    rest.remove_prefix(kRefunds.size());
    if (rest.empty()) {
        return request.method == "POST" ? create(request) : bare_answer(405);
    }
    const bool is_number = rest.size() > 1 && rest.front() == '/' && rest.rfind('/') == 0;
    if (!is_number) {
        return bare_answer(404);
    }
    return request.method == "GET" ? query(request, rest.substr(1)) : bare_answer(405);
}

http::Response RefundApi::create(const http::Request& request) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const auto body = parse_body(request);
    if (!body) {
        return refusal_answer(body.error());
    }
    const auto wanted = read_refund_order(*body);
    if (!wanted) {
        return refusal_answer(wanted.error());
    }
    const std::string& mchid = caller->merchant->mchid;
    std::string out_trade_no = wanted->out_trade_no;
    if (out_trade_no.empty()) {
        const auto paid =
            world_.books.find_transaction({mchid, wanted->transaction_id}, world_.now());
        out_trade_no = paid ? paid->wanted.out_trade_no : std::string();
    }
    const WechatCall call{
        .operation = Operation::refund,
        .caller = *caller,
        .address =
            {.mchid = mchid,
             .out_trade_no = std::move(out_trade_no),
             .out_refund_no = wanted->out_refund_no}
    };
    return exchange_.perform(call, [&](const Deviation& deviation) {
        return begin(*wanted, call, deviation);
    });
}

ApiResult<Value> RefundApi::begin(
    const RefundOrder& wanted, const WechatCall& call, const Deviation& deviation
) {
    const RefundKey key{call.address.mchid, wanted.out_refund_no};
    if (deviation.has(FaultKind::not_enough) && !world_.refunds.find(key)) {
        return refuse(
            {.status = 403,
             .code = "NOT_ENOUGH",
             .message = "the merchant's balance is smaller than the refund",
             .field = {}}
        );
    }
    const Refunds::Caller caller{
        .mchid = key.mchid,
        .signing_name = call.caller.signing_name,
        .gap = std::chrono::milliseconds(world_.refund_gap_ms)
    };
    const auto refund = world_.refunds.create(wanted, caller, world_.now());
    if (!refund) {
        return refuse(refund.error());
    }
    const bool is_new = refund->creates == 1;
    return told(is_new ? run_its_course(*refund, deviation) : *refund, deviation);
}

Refund RefundApi::run_its_course(const Refund& accepted, const Deviation& deviation) {
    const RefundKey key = accepted.key();
    const RefundStatus to = end_of(deviation);
    const std::chrono::milliseconds delay(
        deviation.value_of(FaultKind::processing_ms).value_or(world_.refund_delay_ms)
    );
    Refund answered = accepted;
    if (deviation.has(FaultKind::early)) {
        const auto ended = world_.refunds.end(key, to, world_.now());
        const Merchant* merchant = world_.merchants.find(key.mchid);
        if (ended && merchant->may_be_notified_at(accepted.wanted.notify_url)) {
            callbacks_.send_now(*ended, CallbackTruth::resend);
        }
    } else if (delay.count() > 0) {
        end_later(key, to, delay);
    } else if (const auto ended = end(key, to); ended && to == RefundStatus::success) {
        // Only a success may stand in the answer: a failure is told later.
        answered = *ended;
    }
    if (const auto later = deviation.value_of(FaultKind::reversed)) {
        end_later(key, RefundStatus::abnormal, delay + std::chrono::milliseconds(*later));
    }
    return answered;
}

void RefundApi::end_later(const RefundKey& key, RefundStatus to, std::chrono::milliseconds delay) {
    world_.scheduler.after(delay, [this, key, to] { std::ignore = end(key, to); });
}

ApiResult<Refund> RefundApi::end(const RefundKey& key, RefundStatus to) {
    auto ended = world_.refunds.end(key, to, world_.now());
    if (ended) {
        callbacks_.announce(*ended);
    }
    return ended;
}

http::Response RefundApi::query(const http::Request& request, std::string_view number) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const RefundKey key{caller->merchant->mchid, decoded(number)};
    const auto known = world_.refunds.find(key);
    const WechatCall call{
        .operation = Operation::refund_query,
        .caller = *caller,
        .address =
            {.mchid = key.mchid,
             .out_trade_no = known ? known->order.out_trade_no : std::string(),
             .out_refund_no = key.out_refund_no}
    };
    return exchange_.perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
        const auto refund = world_.refunds.query(key);
        if (!refund) {
            return refuse(refund.error());
        }
        if (deviation.has(FaultKind::not_found)) {
            return refuse(
                {.status = 404,
                 .code = "RESOURCE_NOT_EXISTS",
                 .message = "the refund does not exist",
                 .field = {}}
            );
        }
        return told(*refund, deviation);
    });
}

}  // namespace sluice::simulator
