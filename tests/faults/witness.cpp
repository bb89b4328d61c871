#include "faults/witness.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/clock.hpp"
#include "faults/merchants.hpp"
#include "simulator/demo_keys.hpp"

namespace sluice::testing {
namespace {

constexpr int kPagesMax = 10'000;

std::string text(const Value& from, std::string_view member) {
    return std::string(from.text_or_empty(member));
}

ValueArray items(const Value& from, std::string_view member) {
    const Value* list = from.find(member);
    return list == nullptr || list->as_array() == nullptr ? ValueArray{} : *list->as_array();
}

std::string without_prefix(const std::string& id) { return id.substr(id.find('_') + 1); }

std::string source_of(const std::string& payment, const Value& numbered) {
    return payment + " leg " + std::to_string(numbered.int_or("leg", 0));
}

/// A way of a refund, or an instruction of a payment or payout.
WayTold read_way(const Value& from, const std::string& purpose) {
    WayTold way{
        .id = without_prefix(text(from, "id")),
        .purpose = from.find("purpose") == nullptr ? purpose : text(from, "purpose"),
        .account = text(from, "account_id"),
        .status = text(from, "status"),
        .amount = from.int_or("amount", 0)
    };
    way.went_after_all = text(from, "outcome_code").starts_with("paid_twice");
    if (text(from, "to") == "payout") {
        way.purpose = "payout";
    }
    if (way.account.empty()) {
        way.far = text(from, "channel") + "/" + text(from, "channel_account");
    }
    if (const Value* source = from.find("source")) {
        way.source = source_of(text(*source, "payment_id"), *source);
    }
    return way;
}

std::vector<WayTold> read_ways(const ValueArray& list, const std::string& purpose) {
    std::vector<WayTold> ways;
    for (const Value& each : list) {
        ways.push_back(read_way(each, purpose));
    }
    return ways;
}

/// Accounts at WeChat Pay and Alipay are told by their numbers there.
const std::map<std::string, std::string> kFarNames{
    {"1900000109", "wechatpay/wx-main"},
    {std::string(simulator::kDemoAlipaySeller), "alipay/ali-key"},
    {std::string(simulator::kDemoAlipayCertifiedSeller), "alipay/ali-cert"}
};

std::string far_of(const std::string& merchant) {
    const auto found = kFarNames.find(merchant);
    return found == kFarNames.end() ? "wechatpay/wx-backup" : found->second;
}

std::string moved_or(bool has_moved, bool is_under_way) {
    if (has_moved) {
        return "moved";
    }
    return is_under_way ? "under way" : "not moved";
}

std::string day_in_china(const std::string& rfc3339) {
    constexpr std::size_t kDateSize = 10;
    const auto time = parse_rfc3339(rfc3339);
    return time ? format_rfc3339_offset(*time, std::chrono::hours{8}).substr(0, kDateSize) : "";
}

/// At the bank two of our accounts are one; which it was, the payout or refund itself tells.
std::string far_of_payout(const Testimony& told, const std::string& number) {
    std::string far = "bank/nobody's";
    const auto look_in = [&](const auto& objects) {
        for (const auto& [id, object] : objects) {
            const auto found = std::ranges::find(object.ways, number, &WayTold::id);
            far = found == object.ways.end() ? far : found->far;
        }
    };
    look_in(told.payouts);
    look_in(told.refunds);
    return far;
}

}  // namespace

Witness::Witness(Cluster& cluster) : cluster_(cluster), simulator_(cluster.psp().url(), "") {
    for (const std::string_view merchant : kMerchants) {
        apis_.emplace(merchant, std::make_unique<Api>(cluster.url(), merchant_key(merchant)));
    }
}

Value Witness::get(const std::string& merchant, const std::string& path) {
    const Reply reply = apis_.at(merchant)->get(path);
    if (reply.status != 200) {
        throw std::runtime_error(path + ": " + std::to_string(reply.status) + " " + reply.why);
    }
    return reply.body;
}

std::vector<Witness::Row> Witness::list(const std::string& name) {
    std::vector<Row> rows;
    for (const auto& [merchant, api] : apis_) {
        std::string cursor;
        for (int page = 0; page < kPagesMax; ++page) {
            const std::string more = cursor.empty() ? "" : "&cursor=" + cursor;
            const Value shown = get(merchant, "/v1/" + name + "?limit=100" + more);
            for (const Value& each : items(shown, name)) {
                rows.push_back({merchant, each});
            }
            cursor = text(shown, "next_cursor");
            const Value* has_more = shown.find("has_more");
            if (cursor.empty() || (has_more != nullptr && !*has_more->as_bool())) {
                break;
            }
        }
    }
    return rows;
}

Value Witness::shown_by_simulator(const std::string& path) {
    const Reply reply = simulator_.get(path);
    if (reply.status != 200) {
        throw std::runtime_error(path + ": " + std::to_string(reply.status) + " " + reply.why);
    }
    return reply.body;
}

bool Witness::sees_all_ended(const Testimony& told) {
    return std::ranges::all_of(told.orders, [this](const auto& each) {
        const std::string path = "/v1/orders/" + each.first;
        return text(get(each.second.merchant, path), "status") != "open";
    });
}

void Witness::hear_again() {
    for (const ChannelOrder& order : cluster_.psp().books()) {
        // Of what was paid by a code that its payer showed WeChat Pay tells nothing unasked.
        if (order.payments > 0 && order.callbacks_acknowledged == 0) {
            simulator_.post(
                "/sim/callback",
                Value(ValueObject{{"out_trade_no", order.out_trade_no}, {"kind", "resend"}})
            );
        }
    }
    const Value payouts = shown_by_simulator("/sim/bank/books?limit=1000000");
    for (const Value& each : items(payouts, "payouts")) {
        if (text(each, "status") == "returned") {
            simulator_.post(
                "/sim/bank/callback",
                Value(ValueObject{
                    {"request_number", text(each, "request_number")}, {"kind", "resend"}
                })
            );
        }
    }
}

/// What no caller began is told too: as an object that nobody paid, asked or booked.
void Witness::tell_orders(Testimony& told) {
    for (const auto& [merchant, each] : list("orders")) {
        OrderTold& order = told.orders[text(each, "id")];
        told.shown_to[text(each, "id")].insert(merchant);
        order.status = text(each, "status");
        order.paid = each.int_or("amount_paid", -1);
        order.refunded = each.int_or("amount_refunded", -1);
        order.compensated = each.int_or("amount_compensated", -1);
    }
}

void Witness::tell_refunds(Testimony& told) {
    for (const auto& [merchant, each] : list("refunds")) {
        RefundTold& refund = told.refunds[text(each, "id")];
        told.shown_to[text(each, "id")].insert(merchant);
        refund.status = text(each, "status");
        refund.ways = read_ways(items(each, "ways"), "refund");
        refund.is_surplus = text(each, "merchant_refund_number").starts_with("surplus-");
        if (refund.is_surplus) {
            refund.amount = each.int_or("amount", 0);
            refund.order = text(each, "order_id");
            refund.merchant = told.orders[refund.order].merchant;
        }
    }
}

void Witness::tell_services(Testimony& told) {
    for (const auto& [merchant, each] : list("payments")) {
        PaymentTold& payment = told.payments[text(each, "id")];
        told.shown_to[text(each, "id")].insert(merchant);
        payment.status = text(each, "status");
        for (const Value& instruction : items(each, "instructions")) {
            WayTold& way = payment.ways.emplace_back(read_way(instruction, "collect"));
            way.source = source_of(text(each, "id"), instruction);
        }
    }
    for (const auto& [merchant, each] : list("payouts")) {
        PayoutTold& payout = told.payouts[text(each, "id")];
        told.shown_to[text(each, "id")].insert(merchant);
        payout.status = text(each, "status");
        payout.ways = read_ways(items(each, "instructions"), "payout");
        payout.day = day_in_china(text(each, "created_at"));
    }
    for (const auto& [merchant, each] : list("transfers")) {
        told.shown_to[text(each, "id")].insert(merchant);
        told.transfers[text(each, "id")].status = text(each, "status");
    }
}

void Witness::tell_accounts(Testimony& told) {
    for (auto& [id, account] : told.accounts) {
        const Value shown = get(account.merchant, "/v1/accounts/" + id);
        account.balance = shown.int_or("balance", -1);
        account.held = shown.int_or("held", -1);
    }
}

void Witness::tell_events(Testimony& told) {
    for (const auto& [merchant, each] : list("events")) {
        // Tasks are not begun by callers.
        const std::string type = text(each, "type");
        if (!type.starts_with("task.")) {
            told.events[text(each, "object_id")].push_back(type);
            told.shown_to[text(each, "object_id")].insert(merchant);
        }
    }
}

void Witness::tell_far_books(Testimony& told) {
    const Value orders = shown_by_simulator("/sim/books?limit=1000000");
    for (const Value& each : items(orders, "orders")) {
        const std::int64_t payments = each.int_or("payments", 0);
        told.far_orders[text(each, "out_trade_no")] = {
            .far = far_of(text(each, "mchid")),
            .status = moved_or(payments > 0, false),
            .amount = each.int_or("amount_total", 0),
            .times = payments
        };
    }
    const Value refunds = shown_by_simulator("/sim/refunds?limit=1000000");
    for (const Value& each : items(refunds, "refunds")) {
        const std::string status = text(each, "status");
        const auto order = told.far_orders.find(text(each, "out_refund_no"));
        if (order != told.far_orders.end() &&
            order->second.amount == each.int_or("amount_refund", 0)) {
            // A reversal is a refund under the order's own number: in the end nothing was taken.
            order->second.times -= 1;
            order->second.status = moved_or(order->second.times > 0, false);
            continue;
        }
        told.far_refunds[text(each, "out_refund_no")] = {
            .far = far_of(text(each, "mchid")),
            .status = moved_or(status == "SUCCESS", status == "PROCESSING"),
            .amount = each.int_or("amount_refund", 0)
        };
    }
    for (const char* books : {"/sim/bank/books", "/sim/alipay/books"}) {
        tell_far_payouts(told, shown_by_simulator(std::string(books) + "?limit=1000000"));
    }
}

void Witness::tell_far_payouts(Testimony& told, const Value& books) {
    for (const Value& each : items(books, "payouts")) {
        const std::string status = text(each, "status");
        const std::string number = text(each, "request_number");
        const bool is_under_way = status == "accepted" || status == "processing";
        const auto at_alipay = kFarNames.find(text(each, "account"));
        told.far_payouts[number] = {
            .far = at_alipay == kFarNames.end() ? far_of_payout(told, number) : at_alipay->second,
            .status = moved_or(status == "succeeded", is_under_way),
            .amount = each.int_or("amount", 0),
            .payee = text(each, "payee_account_number"),
            .fee = each.int_or("fee", 0)
        };
    }
}

/// Those of refunds by the refund's id, others by their number alone.
void Witness::tell_cases(Testimony& told) {
    auto connection = cluster_.connect();
    const auto rows = connection.run(
        "SELECT kind, run_id, coalesce(instruction_id, run_id), status, amount "
        "FROM sluice.money_case WHERE kind <> 'surplus'"
    );
    if (!rows) {
        throw std::runtime_error("the cases of our books: " + rows.error().message);
    }
    for (const db::Row row : *rows) {
        const std::string kind(row.text(0));
        const std::string object = row.uuid(1).to_string();
        told.cases.push_back(
            {.kind = kind,
             .about =
                 {kind.starts_with("refund_") ? "ref_" + object : object, row.uuid(2).to_string()},
             .status = std::string(row.text(3)),
             .amount = row.int64(4)}
        );
    }
}

void Witness::tell_sums(Testimony& told) {
    auto connection = cluster_.connect();
    const auto rows = connection.run(
        "SELECT a.gl, CASE WHEN a.gl IN ('2001', '2002', '2102') THEN '' ELSE a.owner END, "
        "e.currency, sum(-e.side * e.amount)::bigint FROM sluice.entry e "
        "JOIN sluice.account a ON a.id = e.account_id GROUP BY 1, 2, 3"
    );
    if (!rows) {
        throw std::runtime_error("the sums of our books: " + rows.error().message);
    }
    for (const db::Row row : *rows) {
        const std::string owner = owner_in(std::string(row.text(1)), std::string(row.text(2)));
        told.booked[{std::string(row.text(0)), owner}] = row.int64(3);
    }
}

Testimony Witness::complete(Testimony told) {
    tell_orders(told);
    tell_refunds(told);
    tell_services(told);
    tell_accounts(told);
    tell_events(told);
    tell_far_books(told);
    tell_cases(told);
    tell_sums(told);
    return told;
}

}  // namespace sluice::testing
