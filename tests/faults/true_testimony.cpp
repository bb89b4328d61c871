#include "faults/true_testimony.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/auditor.hpp"

namespace sluice::testing {
namespace {

void tell_accounts(Testimony& told) {
    told.accounts["card"] = {.kind = "prepaid_card", .put_in = 1'000, .balance = 710};
    told.accounts["payer"] = {.kind = "balance", .put_in = 500, .balance = 500 + 20 - 51 - 15};
    told.accounts["shop"] = {
        .kind = "merchant_available", .put_in = 900, .balance = 900 - 101 + 50
    };
}

/// 300 from a card and 700 at the channel; another attempt was closed unpaid. 30 went back: 10 to
/// the card, 20 to the payer's balance, as the channel refused them.
void tell_order(Testimony& told) {
    told.orders["ord_1"] = {
        .amount = 1'000, .status = "paid", .paid = 1'000, .refunded = 130, .compensated = 12
    };
    told.payments["pay_1"] = {
        .order = "ord_1",
        .legs = {{"card", 300}, {"", 700}},
        .status = "succeeded",
        .ways = {at_account("card", "collect", 300), at_channel("C1", "collect", 700)}
    };
    told.payments["pay_2"] = {
        .order = "ord_1",
        .legs = {{"", 1'000}},
        .status = "closed",
        .ways = {at_channel("C2", "collect", 1'000)}
    };
    told.payments["pay_2"].ways.front().status = "closed";
    told.refunds["ref_1"] = {
        .order = "ord_1",
        .fallback = "payer",
        .amount = 30,
        .status = "succeeded",
        .ways =
            {of_source(at_channel("R1", "refund", 20), "pay_1 leg 2"),
             of_source(at_account("payer", "refund", 20), "pay_1 leg 2"),
             of_source(at_account("card", "refund", 10), "pay_1 leg 1")}
    };
    told.refunds["ref_1"].ways.front().status = "refused";
    told.refunds["ref_2"] = {
        .order = "ord_1",
        .payment = "pay_1",
        .amount = 100,
        .status = "succeeded",
        .ways = {of_source(at_channel("R2", "refund", 100), "pay_1 leg 2")}
    };
    told.refunds["ref_3"] = {.order = "ord_1", .amount = 7, .status = "failed"};
    told.far_orders["C1"] = {.far = kWechat, .status = "moved", .amount = 700};
    told.far_orders["C2"] = {.far = kWechat, .status = "not moved", .amount = 1'000, .times = 0};
    told.far_refunds["R1"] = {.far = kWechat, .status = "not moved", .amount = 20};
    told.far_refunds["R2"] = {.far = kWechat, .status = "moved", .amount = 100};
}

/// A payout with a fee, one that came back, one at our cost, one that a party owes, a transfer with
/// a fee.
void tell_moves(Testimony& told) {
    told.payouts["out_1"] = {
        .from = "shop",
        .amount = 100,
        .fee = 1,
        .status = "succeeded",
        .ways = {at_channel("P1", "payout", 100)}
    };
    told.payouts["out_2"] = {
        .from = "shop",
        .amount = 40,
        .fee = 2,
        .status = "returned",
        .ways = {at_channel("P2", "payout", 40)}
    };
    told.payouts["out_2"].ways.front().status = "returned";
    told.payouts["out_3"] = {
        .amount = 5,
        .makes_good = "ord_1",
        .status = "succeeded",
        .ways = {at_channel("P3", "payout", 5)}
    };
    told.payouts["out_5"] = {
        .amount = 7,
        .makes_good = "ord_1",
        .liable_party = "courier",
        .status = "succeeded",
        .ways = {at_channel("P5", "payout", 7)}
    };
    for (const char* id : {"out_1", "out_2"}) {
        told.payouts[id].payee = "zhang";
        told.payouts[id].day = "2026-01-01";
    }
    told.payee_day = 100;
    told.payouts["out_4"] = {.from = "payer", .amount = 9'999, .status = "failed"};
    told.transfers["trf_1"] = {
        .from = "payer", .to = "shop", .amount = 50, .fee = 1, .status = "succeeded"
    };
    told.far_payouts["P1"] = {.far = kBank, .status = "moved", .amount = 100, .payee = "zhang"};
    told.far_payouts["P2"] = {.far = kBank, .status = "not moved", .amount = 40, .payee = "zhang"};
    told.far_payouts["P1"].fee = 3;
    told.far_payouts["P2"].fee = 3;
    told.far_payouts["P3"] = {.far = kBank, .status = "moved", .amount = 5};
    told.far_payouts["P5"] = {.far = kBank, .status = "moved", .amount = 7};
}

/// 15 of what the payer's balance got left it again the way it had come, 5 did not.
void tell_conversions(Testimony& told) {
    told.refunds["ref_4"] = {
        .order = "ord_1",
        .amount = 15,
        .status = "succeeded",
        .ways = {of_source(at_channel("R4", "refund", 15), "pay_1 leg 2")},
        .converts = "ref_1",
        .taken_from = "payer"
    };
    told.refunds["ref_5"] = {
        .order = "ord_1",
        .amount = 5,
        .status = "failed",
        .converts = "ref_1",
        .taken_from = "payer"
    };
    told.far_refunds["R4"] = {.far = kWechat, .status = "moved", .amount = 15};
}

}  // namespace

WayTold at_channel(const std::string& id, const std::string& purpose, std::int64_t amount) {
    return {
        .id = id,
        .purpose = purpose,
        .far = purpose == "payout" ? kBank : kWechat,
        .status = "succeeded",
        .amount = amount
    };
}

WayTold at_account(const std::string& account, const std::string& purpose, std::int64_t amount) {
    return {
        .id = purpose + account,
        .purpose = purpose,
        .account = account,
        .status = "succeeded",
        .amount = amount
    };
}

WayTold of_source(WayTold way, const std::string& source) {
    way.source = source;
    return way;
}

void tell_of_whom(Testimony& told, const std::string& merchant) {
    const auto walk = [&](auto& objects) {
        for (auto& [id, object] : objects) {
            object.merchant = merchant;
            told.shown_to[id] = {merchant};
        }
    };
    walk(told.orders);
    walk(told.payments);
    walk(told.refunds);
    walk(told.payouts);
    walk(told.transfers);
    walk(told.accounts);
}

Testimony true_testimony() {
    Testimony told;
    tell_accounts(told);
    tell_order(told);
    tell_moves(told);
    tell_conversions(told);
    told.events = {
        {"pay_1", {"payment.pending", "payment.succeeded"}},
        {"pay_2", {"payment.closed"}},
        {"ref_1", {"refund.succeeded"}},
        {"ref_2", {"refund.succeeded"}},
        {"ref_3", {"refund.failed"}},
        {"ref_4", {"refund.succeeded"}},
        {"ref_5", {"refund.failed"}},
        {"out_1", {"payout.succeeded"}},
        {"out_2", {"payout.succeeded", "payout.returned"}},
        {"out_3", {"payout.succeeded"}},
        {"out_4", {"payout.failed"}},
        {"out_5", {"payout.succeeded"}},
        {"trf_1", {"transfer.succeeded"}}
    };
    told.booked = {
        {{"1001", "top_up"}, -2'400},
        {{"1101", kWechat}, -585},
        {{"1103", kBank}, 118},
        {{"1202", "m1/courier"}, -7},
        {{"2001", ""}, 454},
        {{"2002", ""}, 710},
        {{"2101", "m1"}, 870},
        {{"2102", ""}, 849},
        {{"4002", "m1"}, 2},
        {{"5001", kBank}, -6},
        {{"5002", "m1"}, -5}
    };
    tell_of_whom(told, "m1");
    return told;
}

void expect_found(const Testimony& truth, const std::vector<Lie>& lies) {
    for (const Lie& lie : lies) {
        Testimony told = truth;
        lie.tell(told);

        EXPECT_THAT(
            Auditor(told).findings(), ::testing::Contains(::testing::HasSubstr(lie.finding))
        ) << lie.name;
    }
}

}  // namespace sluice::testing
