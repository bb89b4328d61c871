#include "simulator/alipay_transfers.hpp"

#include <algorithm>
#include <tuple>

#include "simulator/alipay_order.hpp"
#include "simulator/beijing.hpp"
#include "simulator/body_reader.hpp"
#include "simulator/misbehaviour.hpp"

namespace sluice::simulator {

namespace {

constexpr std::int64_t kTransferMin = 10;

ApiError transfer_error(std::string_view word) {
    return {.status = 40004, .code = std::string(word), .message = std::string(word), .field = {}};
}

/// The books' refusal in the words of transfers, which have no prefix.
ApiError translated(const ApiError& error) {
    if (error.code == "REQUEST_NUMBER_USED") {
        return transfer_error("PAYMENT_INFO_INCONSISTENCY");
    }
    if (error.code == "INSUFFICIENT_FUNDS") {
        return transfer_error("PAYER_BALANCE_NOT_ENOUGH");
    }
    if (error.code == "REQUEST_UNKNOWN") {
        return transfer_error("ORDER_NOT_EXIST");
    }
    return transfer_error("EXCEED_LIMIT_DM_AMOUNT");
}

struct Target {
    std::string_view identity;
    std::string_view name;
};

/// What the payee must say, by product.
ApiResult<Target> payee_of(const Value& content) {
    const Value* payee = content.find("payee_info");
    if (payee == nullptr || payee->as_object() == nullptr) {
        return refuse(transfer_error("INVALID_PARAMETER"));
    }
    const bool is_card = content.text_or_empty("product_code") == "TRANS_BANKCARD_NO_PWD";
    const std::string_view type = payee->text_or_empty("identity_type");
    const Target target{payee->text_or_empty("identity"), payee->text_or_empty("name")};
    const bool is_type = is_card ? type == "BANKCARD_ACCOUNT"
                                 : type == "ALIPAY_USER_ID" || type == "ALIPAY_LOGON_ID";
    if (!is_type || target.identity.empty()) {
        return refuse(transfer_error("INVALID_PARAMETER"));
    }
    if (type != "ALIPAY_USER_ID" && target.name.empty()) {
        return refuse(transfer_error("PAYEE_USER_INFO_ERROR"));
    }
    return target;
}

/// A name and a text, and nothing else.
bool is_report_info(const Value& info) {
    return info.as_object() != nullptr && info.as_object()->size() == 2 &&
           !info.text_or_empty("info_type").empty() && !info.text_or_empty("info_content").empty();
}

/// Contracts without scenes say neither; a scene wants something told.
bool is_scene_told(const Value& content) {
    const Value* scene = content.find("transfer_scene_name");
    const Value* infos = content.find("transfer_scene_report_infos");
    if (scene == nullptr && infos == nullptr) {
        return true;
    }
    return !content.text_or_empty("transfer_scene_name").empty() && infos != nullptr &&
           infos->as_array() != nullptr && !infos->as_array()->empty() &&
           std::ranges::all_of(*infos->as_array(), is_report_info);
}

ApiResult<PayoutOrder> read_transfer(const Value& content) {
    const auto known = check_content(
        content,
        {"out_biz_no",
         "trans_amount",
         "product_code",
         "biz_scene",
         "order_title",
         "remark",
         "payee_info",
         "business_params",
         "transfer_scene_name",
         "transfer_scene_report_infos"}
    );
    if (!known) {
        return refuse(known.error());
    }
    const auto payee = payee_of(content);
    if (!payee) {
        return refuse(payee.error());
    }
    const auto amount = fen_of(content.text_or_empty("trans_amount"));
    PayoutOrder order;
    order.request_number = content.text_or_empty("out_biz_no");
    const std::string_view product = content.text_or_empty("product_code");
    const bool is_product = product == "TRANS_ACCOUNT_NO_PWD" || product == "TRANS_BANKCARD_NO_PWD";
    if (!amount || !is_alipay_number(order.request_number) || !is_product ||
        content.text_or_empty("biz_scene") != "DIRECT_TRANSFER" || !is_scene_told(content)) {
        return refuse(transfer_error("INVALID_PARAMETER"));
    }
    if (*amount < kTransferMin) {
        return refuse(transfer_error("EXCEED_LIMIT_SM_MIN_AMOUNT"));
    }
    order.amount = *amount;
    order.payee_account_number = payee->identity;
    order.payee_name = payee->name;
    order.fingerprint = to_json(sorted_by_name(content));
    return order;
}

Value transfer_object(const Payout& payout) {
    Value out(ValueObject{
        {"out_biz_no", payout.wanted.request_number},
        {"order_id", payout.payout_id},
        {"pay_fund_order_id", payout.payout_id},
        {"status", transfer_status(payout.status)}
    });
    if (payout.finished) {
        out.set("pay_date", beijing_time(*payout.finished));
        out.set("trans_date", beijing_time(*payout.finished));
    }
    if (!payout.reason_code.empty()) {
        out.set("error_code", payout.reason_code);
        out.set("fail_reason", payout.reason_code);
    }
    return out;
}

/// What the faults make of a true answer.
Value told_transfer(Payout payout, const Deviation& deviation) {
    if (deviation.has(FaultKind::wrong_number)) {
        payout.wanted.request_number = another_number(payout.wanted.request_number);
    }
    if (deviation.has(FaultKind::wrong_amount)) {
        ++payout.wanted.amount;
    }
    Value out = transfer_object(payout);
    out.set("trans_amount", yuan_of(payout.wanted.amount));
    return out;
}

}  // namespace

std::string_view transfer_status(PayoutStatus status) {
    switch (status) {
        case PayoutStatus::accepted:
        case PayoutStatus::processing:
            return "DEALING";
        case PayoutStatus::succeeded:
            return "SUCCESS";
        case PayoutStatus::failed:
            return "FAIL";
        case PayoutStatus::returned:
            break;
    }
    return "REFUND";
}

http::Response AlipayTransfers::answer(const AlipayCall& call) {
    if (call.method == "alipay.fund.trans.uni.transfer") {
        return create(call);
    }
    if (call.method == "alipay.fund.trans.common.query") {
        return query(call);
    }
    return AlipayExchange::unsigned_refusal(
        {.status = 40002, .code = "isv.invalid-method", .message = call.method, .field = {}}
    );
}

http::Response AlipayTransfers::create(const AlipayCall& call) {
    const FaultTarget target{
        .operation = Operation::payout,
        .address =
            {.account = call.app->seller_id,
             .request_number = std::string(call.content.text_or_empty("out_biz_no"))}
    };
    return exchange_.perform(call, target, [&](const Deviation& deviation) {
        return begin(call, deviation);
    });
}

ApiResult<Value> AlipayTransfers::begin(const AlipayCall& call, const Deviation& deviation) {
    if (!call.app->has_certificate()) {
        return refuse(
            {.status = 40006,
             .code = "isv.insufficient-isv-permissions",
             .message = "transfers want certificate mode",
             .field = {}}
        );
    }
    const auto wanted = read_transfer(call.content);
    if (!wanted) {
        return refuse(wanted.error());
    }
    const PayoutKey key{call.app->seller_id, wanted->request_number};
    if (deviation.has(FaultKind::not_enough) && !world_.transfers.find(key)) {
        return refuse(transfer_error("PAYER_BALANCE_NOT_ENOUGH"));
    }
    const BankAccount& account = *world_.transfer_accounts.find(key.account);
    const auto payout = world_.transfers.create(*wanted, account, world_.now());
    if (!payout) {
        return refuse(translated(payout.error()));
    }
    if (payout->creates == 1) {
        run_its_course(*payout, deviation);
    }
    Value out = told_transfer(world_.transfers.find(key).value_or(*payout), deviation);
    std::erase_if(*out.as_object(), [](const ValueMember& member) {
        return member.first == "trans_amount" || member.first == "pay_date";
    });
    return out;
}

void AlipayTransfers::run_its_course(const Payout& accepted, const Deviation& deviation) {
    const PayoutKey key = accepted.key();
    const bool fails = deviation.has(FaultKind::payout_failed);
    const Payouts::Step end{
        .to = fails ? PayoutStatus::failed : PayoutStatus::succeeded, .reason_code = {}
    };
    const std::chrono::milliseconds delay(
        deviation.value_of(FaultKind::processing_ms).value_or(world_.payout_delay_ms)
    );
    if (delay.count() > 0) {
        std::ignore = world_.transfers.advance(key, {.to = PayoutStatus::processing}, world_.now());
        advance_later(key, end, delay);
    } else {
        std::ignore = world_.transfers.advance(key, end, world_.now());
    }
    if (const auto later = deviation.value_of(FaultKind::payout_returned)) {
        advance_later(
            key,
            {.to = PayoutStatus::returned, .reason_code = {}},
            delay + std::chrono::milliseconds(*later)
        );
    }
}

void AlipayTransfers::advance_later(
    const PayoutKey& key, const Payouts::Step& step, std::chrono::milliseconds delay
) {
    world_.scheduler.after(delay, [this, key, step] {
        std::ignore = world_.transfers.advance(key, step, world_.now());
    });
}

http::Response AlipayTransfers::query(const AlipayCall& call) {
    const PayoutKey key{call.app->seller_id, std::string(call.content.text_or_empty("out_biz_no"))};
    const FaultTarget target{
        .operation = Operation::payout_query,
        .address = {.account = key.account, .request_number = key.request_number}
    };
    return exchange_.perform(call, target, [&](const Deviation& deviation) -> ApiResult<Value> {
        const auto known =
            check_content(call.content, {"out_biz_no", "order_id", "product_code", "biz_scene"});
        if (!known) {
            return refuse(known.error());
        }
        const auto payout = world_.transfers.query(key);
        if (!payout || deviation.has(FaultKind::not_found)) {
            return refuse(transfer_error("ORDER_NOT_EXIST"));
        }
        return told_transfer(*payout, deviation);
    });
}

}  // namespace sluice::simulator
