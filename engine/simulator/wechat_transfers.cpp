#include "simulator/wechat_transfers.hpp"

#include <tuple>

#include "simulator/wechat_transfer_object.hpp"

namespace sluice::simulator {

namespace {

constexpr std::string_view kBills = "/v3/fund-app/mch-transfer/transfer-bills";
constexpr std::string_view kByBillNumber = "/out-bill-no/";
constexpr std::string_view kBatches = "/v3/transfer/batches";
constexpr std::string_view kByBatchNumber = "/out-batch-no/";

ApiError not_found() {
    return {
        .status = 404, .code = "NOT_FOUND", .message = "there is no such transfer", .field = {}
    };
}

/// The books' refusal in the words of transfers.
ApiError transfer_refusal(const ApiError& error) {
    if (error.code == "REQUEST_NUMBER_USED") {
        return {.status = 400, .code = "INVALID_REQUEST", .message = error.message, .field = {}};
    }
    if (error.code == "INSUFFICIENT_FUNDS") {
        return {.status = 403, .code = "NOT_ENOUGH", .message = error.message, .field = {}};
    }
    return {.status = 403, .code = "RULE_LIMIT", .message = error.message, .field = {}};
}

}  // namespace

http::Response WechatTransfers::answer(const http::Request& request) {
    std::string_view rest = request.path;
    const bool is_bill = rest.starts_with(kBills);
    if (!is_bill && !rest.starts_with(kBatches)) {
        return bare_answer(404);
    }
    const Form form = is_bill ? Form::bill : Form::batch;
    rest.remove_prefix(is_bill ? kBills.size() : kBatches.size());
    if (rest.empty()) {
        return request.method == "POST" ? create(request, form) : bare_answer(405);
    }
    const std::string_view by_number = is_bill ? kByBillNumber : kByBatchNumber;
    if (!rest.starts_with(by_number)) {
        return bare_answer(404);
    }
    rest.remove_prefix(by_number.size());
    return request.method == "GET" ? query(request, form, rest) : bare_answer(405);
}

http::Response WechatTransfers::create(const http::Request& request, Form form) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const auto body = parse_body(request);
    if (!body) {
        return refusal_answer(body.error());
    }
    const bool is_bill = form == Form::bill;
    const WechatCall call{
        .operation = Operation::payout,
        .caller = *caller,
        .address =
            {.account = caller->merchant->mchid,
             .request_number =
                 std::string(body->text_or_empty(is_bill ? "out_bill_no" : "out_batch_no"))}
    };
    return exchange_.perform(call, [&](const Deviation& deviation) {
        return begin(*body, *caller, form, deviation);
    });
}

ApiResult<Value> WechatTransfers::begin(
    const Value& body, const AuthenticatedRequest& caller, Form form, const Deviation& deviation
) {
    const bool is_bill = form == Form::bill;
    // The payee's name is encrypted for the key that the request names.
    const channel::PrivateKey key = world_.platform_keys.private_key_of(caller.key_serial)
                                        .value_or(world_.platform.private_key);
    const TransferReader reader{key, *caller.merchant};
    const auto wanted = is_bill ? reader.bill(body) : reader.batch(body);
    if (!wanted) {
        return refuse(wanted.error());
    }
    const PayoutKey number{caller.merchant->mchid, wanted->request_number};
    const bool is_short = deviation.has(FaultKind::not_enough) && !world_.transfers.find(number);
    const auto payout =
        is_short ? refuse({.status = 403, .code = "INSUFFICIENT_FUNDS", .message = {}, .field = {}})
                 : world_.transfers.create(
                       *wanted, *world_.transfer_accounts.find(number.account), world_.now()
                   );
    if (!payout) {
        return refuse(transfer_refusal(payout.error()));
    }
    {
        const MutexLock lock(mutex_);
        courses_[number] = {form, caller.signing_name};
    }
    Payout answered = *payout;
    if (deviation.has(FaultKind::wrong_number)) {
        answered.wanted.request_number = another_number(answered.wanted.request_number);
    }
    Value out = is_bill ? bill_object(answered) : batch_begun(answered);
    if (payout->creates == 1) {
        run_its_course(number, deviation);
    }
    return out;
}

void WechatTransfers::run_its_course(const PayoutKey& key, const Deviation& deviation) {
    const bool fails = deviation.has(FaultKind::payout_failed);
    const Payouts::Step end{
        .to = fails ? PayoutStatus::failed : PayoutStatus::succeeded,
        .reason_code = fails ? "PAYEE_ACCOUNT_ABNORMAL" : ""
    };
    if (deviation.has(FaultKind::early)) {
        std::ignore = advance(key, end);
        return;
    }
    const std::chrono::milliseconds delay(
        deviation.value_of(FaultKind::processing_ms).value_or(world_.payout_delay_ms)
    );
    advance_later(key, end, delay);
}

void WechatTransfers::advance_later(
    const PayoutKey& key, const Payouts::Step& step, std::chrono::milliseconds delay
) {
    world_.scheduler.after(delay, [this, key, step] { std::ignore = advance(key, step); });
}

ApiResult<Payout> WechatTransfers::advance(const PayoutKey& key, const Payouts::Step& step) {
    auto advanced = world_.transfers.advance(key, step, world_.now());
    const bool is_over = advanced && (advanced->status == PayoutStatus::succeeded ||
                                      advanced->status == PayoutStatus::failed);
    if (is_over) {
        tell(*advanced);
    }
    return advanced;
}

void WechatTransfers::tell(const Payout& payout) {
    Course course;
    {
        const MutexLock lock(mutex_);
        course = courses_[payout.key()];
    }
    const bool is_bill = course.form == Form::bill;
    callbacks_.announce(
        payout,
        {.signing_name = course.signing_name,
         .event_type = is_bill ? "MCHTRANSFER.BILL.FINISHED" : "MCHTRANSFER.BATCH.FINISHED",
         .object = is_bill ? bill_object : batch_object}
    );
}

http::Response WechatTransfers::query(
    const http::Request& request, Form form, std::string_view number
) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const PayoutKey key{caller->merchant->mchid, decoded(number)};
    const WechatCall call{
        .operation = Operation::payout_query,
        .caller = *caller,
        .address = {.account = key.account, .request_number = key.request_number}
    };
    return exchange_.perform(call, [&](const Deviation& deviation) -> ApiResult<Value> {
        auto payout = world_.transfers.query(key);
        if (!payout || deviation.has(FaultKind::not_found)) {
            return refuse(not_found());
        }
        if (deviation.has(FaultKind::wrong_amount)) {
            ++payout->wanted.amount;
        }
        if (deviation.has(FaultKind::wrong_number)) {
            payout->wanted.request_number = another_number(payout->wanted.request_number);
        }
        if (deviation.has(FaultKind::wrong_merchant)) {
            payout->account = "1999999999";
        }
        return form == Form::bill ? bill_object(*payout) : batch_with_details(*payout);
    });
}

}  // namespace sluice::simulator
