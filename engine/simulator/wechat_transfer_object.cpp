#include "simulator/wechat_transfer_object.hpp"

#include "channel/crypto.hpp"
#include "simulator/beijing.hpp"
#include "simulator/body_reader.hpp"

namespace sluice::simulator {

namespace {

constexpr std::int64_t kBillMin = 10;
constexpr std::int64_t kBatchMin = 30;
constexpr std::int64_t kNameNeededFrom = 200'000;

constexpr TextRule kTransferAppid{.pointer = "/appid", .bytes_max = 32};
constexpr TextRule kPayeeOpenid{.pointer = "/openid", .bytes_max = 128};
constexpr TextRule kScene{.pointer = "/transfer_scene_id", .bytes_max = 36};
constexpr TextRule kRemark{.pointer = "/transfer_remark", .bytes_max = 32};
constexpr TextRule kBillNumber{.pointer = "/out_bill_no", .bytes_max = 32};
constexpr TextRule kBatchNumber{.pointer = "/out_batch_no", .bytes_max = 32};
constexpr TextRule kBatchName{.pointer = "/batch_name", .bytes_max = 32};
constexpr TextRule kBatchRemark{.pointer = "/batch_remark", .bytes_max = 32};
constexpr TextRule kDetailNumber{.pointer = "/out_detail_no", .bytes_max = 32};

/// Names and texts in pairs, at least one.
bool is_report(const Value* infos) {
    if (infos == nullptr || infos->as_array() == nullptr || infos->as_array()->empty()) {
        return false;
    }
    for (const Value& info : *infos->as_array()) {
        if (info.text_or_empty("info_type").empty() || info.text_or_empty("info_content").empty()) {
            return false;
        }
    }
    return true;
}

/// The same but for the name, which is encrypted anew each time.
std::string transfer_fingerprint(const Value& body) {
    Value same = body;
    if (same.find("user_name") != nullptr) {
        same.set("user_name", "");
    }
    return to_json(sorted_by_name(same));
}

std::string_view bill_state(PayoutStatus status) {
    switch (status) {
        case PayoutStatus::accepted:
            return "WAIT_USER_CONFIRM";
        case PayoutStatus::processing:
            return "TRANSFERING";
        case PayoutStatus::succeeded:
        case PayoutStatus::returned:
            return "SUCCESS";
        case PayoutStatus::failed:
            break;
    }
    return "FAIL";
}

bool is_over(const Payout& payout) { return payout.finished.has_value(); }

std::string time_of(Time time) { return format_rfc3339_offset(time, kBeijing); }

}  // namespace

ApiResult<std::string> TransferReader::payee_name(const Value& from, std::int64_t amount) const {
    const std::string_view cipher = from.text_or_empty("user_name");
    if (cipher.empty() && amount < kNameNeededFrom) {
        return std::string();
    }
    auto name = channel::rsa_oaep_sha1_decrypt(platform_key, cipher);
    if (!name) {
        return parameter_error("/user_name", Value(), "user_name cannot be decrypted");
    }
    return *std::move(name);
}

ApiResult<PayoutOrder> TransferReader::bill(const Value& body) const {
    BodyReader reader(body);
    PayoutOrder order;
    reader.require(
        reader.text(kTransferAppid) == merchant.appid, kTransferAppid.pointer, "appid differs"
    );
    order.request_number = reader.text(kBillNumber);
    order.payee_account_number = reader.text(kPayeeOpenid);
    order.notify_url = reader.notify_url(kOptionalNotifyUrl);
    order.amount = reader.amount("/transfer_amount");
    reader.text(kScene);
    reader.text(kRemark);
    reader.require(order.amount >= kBillMin, "/transfer_amount", "below the least amount");
    reader.require(
        is_report(body.find("transfer_scene_report_infos")),
        "/transfer_scene_report_infos",
        "the scene wants infos"
    );
    if (const auto& error = reader.error()) {
        return refuse(*error);
    }
    const auto name = payee_name(body, order.amount);
    if (!name) {
        return refuse(name.error());
    }
    order.payee_name = *name;
    order.fingerprint = transfer_fingerprint(body) + *name;
    return order;
}

ApiResult<PayoutOrder> TransferReader::batch(const Value& body) const {
    BodyReader reader(body);
    PayoutOrder order;
    reader.require(
        reader.text(kTransferAppid) == merchant.appid, kTransferAppid.pointer, "appid differs"
    );
    order.request_number = reader.text(kBatchNumber);
    order.notify_url = reader.notify_url(kOptionalNotifyUrl);
    order.amount = reader.amount("/total_amount");
    reader.text(kBatchName);
    reader.text(kBatchRemark);
    const Value* list = body.find("transfer_detail_list");
    const bool is_one =
        list != nullptr && list->as_array() != nullptr && list->as_array()->size() == 1;
    reader.require(
        is_one && body.int_or("total_num", 0) == 1, "/transfer_detail_list", "one detail is wanted"
    );
    if (const auto& error = reader.error()) {
        return refuse(*error);
    }
    const Value& detail = list->as_array()->front();
    BodyReader inner(detail);
    inner.text(kDetailNumber);
    inner.text(kRemark);
    order.payee_account_number = inner.text(kPayeeOpenid);
    const bool is_same = inner.amount("/transfer_amount") == order.amount;
    inner.require(is_same && order.amount >= kBatchMin, "/transfer_amount", "the sum differs");
    if (const auto& error = inner.error()) {
        return refuse(*error);
    }
    const auto name = payee_name(detail, order.amount);
    if (!name) {
        return refuse(name.error());
    }
    order.payee_name = *name;
    order.fingerprint = order.request_number + "/" + std::to_string(order.amount) + "/" +
                        order.payee_account_number + "/" + *name;
    return order;
}

Value bill_object(const Payout& payout) {
    Value out(ValueObject{
        {"mch_id", payout.account},
        {"out_bill_no", payout.wanted.request_number},
        {"transfer_bill_no", payout.payout_id},
        {"transfer_amount", payout.wanted.amount},
        {"openid", payout.wanted.payee_account_number},
        {"state", bill_state(payout.status)},
        {"create_time", time_of(payout.accepted)}
    });
    if (payout.status == PayoutStatus::accepted) {
        out.set("package_info", "package-of-" + payout.payout_id);
    }
    if (payout.status == PayoutStatus::failed) {
        out.set("fail_reason", payout.reason_code);
    }
    return out;
}

Value batch_begun(const Payout& payout) {
    return Value(ValueObject{
        {"out_batch_no", payout.wanted.request_number},
        {"batch_id", payout.payout_id},
        {"create_time", time_of(payout.accepted)}
    });
}

Value batch_object(const Payout& payout) {
    const bool is_paid =
        payout.status == PayoutStatus::succeeded || payout.status == PayoutStatus::returned;
    const bool is_failed = payout.status == PayoutStatus::failed;
    return Value(ValueObject{
        {"mchid", payout.account},
        {"out_batch_no", payout.wanted.request_number},
        {"batch_id", payout.payout_id},
        {"batch_status", is_over(payout) ? "FINISHED" : "PROCESSING"},
        {"total_num", 1},
        {"total_amount", payout.wanted.amount},
        {"success_amount", is_paid ? payout.wanted.amount : 0},
        {"success_num", is_paid ? 1 : 0},
        {"fail_amount", is_failed ? payout.wanted.amount : 0},
        {"fail_num", is_failed ? 1 : 0}
    });
}

Value batch_with_details(const Payout& payout) {
    std::string_view status = "PROCESSING";
    if (is_over(payout)) {
        status = payout.status == PayoutStatus::failed ? "FAIL" : "SUCCESS";
    }
    const Value detail(ValueObject{
        {"detail_id", payout.payout_id},
        {"out_detail_no", payout.wanted.request_number},
        {"detail_status", status}
    });
    return Value(ValueObject{
        {"transfer_batch", batch_object(payout)}, {"transfer_detail_list", ValueArray{detail}}
    });
}

}  // namespace sluice::simulator
