#include "faults/teller.hpp"

#include <stdexcept>

#include "faults/patient.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

Value must_be_ok(const Reply& reply, const std::string& doing) {
    if (reply.status != 200 && reply.status != 201) {
        throw std::runtime_error(doing + ": " + std::to_string(reply.status) + " " + reply.why);
    }
    return reply.body;
}

const ValueArray& instructions(const Value& payout) {
    static const ValueArray kNone;
    const Value* list = payout.find("instructions");
    return list == nullptr || list->as_array() == nullptr ? kNone : *list->as_array();
}

}  // namespace

Teller::Teller(Cluster& cluster, std::int64_t available)
    : cluster_(cluster), bank_(cluster.psp().url()) {
    Value wanted;
    wanted.set("kind", "merchant_available");
    wanted.set("currency", "CNY");
    account_ = must_be_ok(cluster_.api().post("/v1/accounts", wanted), "the merchant's account")
                   .text_or_empty("id");
    Value top_up;
    top_up.set("top_up_number", "available");
    top_up.set("amount", available);
    top_up.set("currency", "CNY");
    must_be_ok(cluster_.api().post("/v1/accounts/" + account_ + "/top_ups", top_up), "money");
}

Value Teller::body_of(const WantedPayout& payout) {
    Value payee;
    payee.set("name", "张三");
    payee.set("account_number", "6222021234567890");
    payee.set("bank_code", "102100099996");
    Value body;
    body.set("merchant_payout_number", payout.number);
    body.set("amount", payout.amount);
    body.set("fee", payout.fee);
    body.set("method", "bank_account");
    body.set("payee", std::move(payee));
    if (!payout.from_account_id.empty()) {
        body.set("from_account_id", payout.from_account_id);
    }
    return body;
}

Reply Teller::pay(const WantedPayout& payout, const std::string& prefer) {
    Value body = body_of(payout);
    body.set("currency", "CNY");
    http::Headers headers;
    headers.add({"Prefer", prefer});
    return PatientApi(cluster_.api()).post("/v1/payouts", body, headers);
}

Value Teller::payout(const std::string& id) {
    return must_be_ok(cluster_.api().get("/v1/payouts/" + id), "payout " + id);
}

Value Teller::wait_for_status(const std::string& id, const std::string& status) {
    Value view;
    const bool reached = eventually([&] {
        view = payout(id);
        return view.text_or_empty("status") == status;
    });
    static_cast<void>(reached);
    return view;
}

std::string Teller::open_balance(const std::string& owner, std::int64_t amount) {
    Value wanted;
    wanted.set("kind", "balance");
    wanted.set("owner_number", owner);
    wanted.set("currency", "CNY");
    const std::string id(must_be_ok(cluster_.api().post("/v1/accounts", wanted), "opening " + owner)
                             .text_or_empty("id"));
    if (amount > 0) {
        Value top_up;
        top_up.set("top_up_number", "first-" + owner);
        top_up.set("amount", amount);
        top_up.set("currency", "CNY");
        must_be_ok(cluster_.api().post("/v1/accounts/" + id + "/top_ups", top_up), "topping up");
    }
    return id;
}

std::int64_t Teller::balance_of(const std::string& account) {
    return must_be_ok(cluster_.api().get("/v1/accounts/" + account), account).int_or("balance", -1);
}

std::int64_t Teller::booked(const std::string& gl) {
    return std::stoll(cluster_.query_one(
        "SELECT coalesce(sum(e.side * e.amount), 0)::text FROM sluice.entry e "
        "JOIN sluice.account a ON a.id = e.account_id WHERE a.gl = '" +
        gl + "'"
    ));
}

std::string Teller::number_at_bank(const Value& payout) {
    const ValueArray& list = instructions(payout);
    const std::string id(list.empty() ? "" : list.back().text_or_empty("id"));
    return id.substr(id.find('_') + 1);
}

std::string Teller::instructions_of(const Value& payout) {
    std::string text;
    for (const Value& each : instructions(payout)) {
        text += (text.empty() ? "" : ", ") + std::string(each.text_or_empty("channel_account")) +
                " " + std::string(each.text_or_empty("status"));
    }
    return text;
}

}  // namespace sluice::testing
