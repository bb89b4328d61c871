// What the auditor finds in refunds that did not end where they were first sent: they were paid out
// to a payee, came back after their end, or went as people said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/auditor.hpp"
#include "faults/true_testimony.hpp"

namespace sluice::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kFirstLeg = "pay_3 leg 1";
constexpr const char* kSecondLeg = "pay_3 leg 2";

WayTold with_status(WayTold way, const std::string& status) {
    way.status = status;
    return way;
}

WayTold by_people(const std::string& id, std::int64_t amount) {
    WayTold way = at_channel(id, "refund", amount);
    way.far = kByPeople;
    return way;
}

/// The channel has it again.
void tell_return(Testimony& told, const std::string& refund, const WayTold& way) {
    FarBook& book = way.purpose == "payout" ? told.far_payouts : told.far_refunds;
    book[way.id] = {.far = way.far, .status = "not moved", .amount = way.amount};
    book[way.id].payee = told.refunds[refund].payee;
    told.words[{refund, way.id}] = {"settle", "left_with_merchant", way.amount};
    told.cases.push_back({"refund_returned", {refund, way.id}, "closed", way.amount});
    told.events[refund] = {"refund.succeeded", "refund.returned"};
}

/// 400 and 600 at the channel.
void tell_order_in_legs(Testimony& told) {
    told.orders["ord_2"] = {
        .amount = 1'000, .status = "paid", .paid = 1'000, .refunded = 50 + 33 + 25 + 60
    };
    told.payments["pay_3"] = {
        .order = "ord_2",
        .legs = {{"", 400}, {"", 600}},
        .status = "succeeded",
        .ways = {at_channel("C3", "collect", 400), at_channel("C4", "collect", 600)}
    };
    told.far_orders["C3"] = {.far = kWechat, .status = "moved", .amount = 400};
    told.far_orders["C4"] = {.far = kWechat, .status = "moved", .amount = 600};
    told.events["pay_3"] = {"payment.succeeded"};
}

/// The channel refused 50, the bank paid them out; 12 more it sent back later. Of 60 it refused 40
/// as the channel had, when 20 had gone: people gave them.
void tell_paid_out(Testimony& told) {
    told.refunds["ref_6"] = {
        .order = "ord_2",
        .payee = "zhang",
        .amount = 50,
        .status = "succeeded",
        .ways =
            {of_source(with_status(at_channel("R6", "refund", 50), "refused"), kFirstLeg),
             of_source(at_channel("P6", "payout", 50), kFirstLeg)}
    };
    told.refunds["ref_10"] = {
        .order = "ord_2",
        .payee = "li",
        .amount = 60,
        .status = "succeeded",
        .ways =
            {of_source(at_channel("R10", "refund", 20), kFirstLeg),
             of_source(with_status(at_channel("P10", "payout", 40), "refused"), kSecondLeg),
             of_source(by_people("G10", 40), kSecondLeg)}
    };
    const WayTold back =
        of_source(with_status(at_channel("P12", "payout", 12), "returned"), kFirstLeg);
    told.refunds["ref_12"] = {
        .order = "ord_2", .payee = "li", .amount = 12, .status = "returned", .ways = {back}
    };
    tell_return(told, "ref_12", back);
    told.far_refunds["R6"] = {.far = kWechat, .status = "not moved", .amount = 50};
    told.far_refunds["R10"] = {.far = kWechat, .status = "moved", .amount = 20};
    told.far_payouts["P6"] = {.far = kBank, .status = "moved", .amount = 50, .payee = "zhang"};
    told.far_payouts["P10"] = {.far = kBank, .status = "not moved", .amount = 40, .payee = "li"};
    told.words[{"ref_10", "C4"}] = {"give_back", "by_bank", 40};
    told.cases.push_back({"refund_due", {"ref_10", "C4"}, "closed", 40});
    told.events["ref_6"] = {"refund.succeeded"};
    told.events["ref_10"] = {"refund.succeeded"};
}

/// 31 came back and stayed with the merchant, 33 did and were paid again; of 40 in two parts 15
/// did. 5 that were sent on from a balance came back to it.
void tell_came_back(Testimony& told) {
    const auto returned = [](const std::string& id, std::int64_t amount) {
        return of_source(with_status(at_channel(id, "refund", amount), "returned"), kSecondLeg);
    };
    const RefundTold plain{.order = "ord_2", .status = "returned"};
    for (const auto& [id, way] :
         {std::pair("ref_7", returned("R7", 31)),
          std::pair("ref_8", returned("R8", 33)),
          std::pair("ref_9", returned("R9", 15)),
          std::pair("ref_11", returned("R11", 5))}) {
        told.refunds[id] = plain;
        told.refunds[id].amount = way.amount;
        told.refunds[id].ways = {way};
        tell_return(told, id, way);
    }
    RefundTold& again = told.refunds["ref_8"];
    again.status = "succeeded";
    again.ways.push_back(of_source(by_people("G8", 33), kSecondLeg));
    told.words[{"ref_8", "R8"}].how = "paid_again_by_bank";
    told.events["ref_8"].emplace_back("refund.succeeded");
    RefundTold& parts = told.refunds["ref_9"];
    parts.amount = 40;
    parts.ways.push_back(of_source(at_channel("R9a", "refund", 25), kFirstLeg));
    told.far_refunds["R9a"] = {.far = kWechat, .status = "moved", .amount = 25};
    RefundTold& conversion = told.refunds["ref_11"];
    conversion.order = "ord_1";
    conversion.converts = "ref_1";
    conversion.taken_from = "payer";
    conversion.ways.front().source = "pay_1 leg 2";
}

Testimony true_testimony_of_refunds() {
    Testimony told = true_testimony();
    tell_order_in_legs(told);
    tell_paid_out(told);
    tell_came_back(told);
    told.booked[{"1001", "own_bank"}] = 33 + 40;
    told.booked[{"1101", kWechat}] += -1'000 + 25 + 20;
    told.booked[{"1103", kBank}] += 50;
    told.booked[{"2101", "m1"}] += 1'000 - 168;
    tell_of_whom(told, "m1");
    return told;
}

TEST(AuditorOfRefunds, FindsNothingInTrueTestimony) {
    const Testimony told = true_testimony_of_refunds();

    EXPECT_THAT(Auditor(told).findings(), IsEmpty());
}

TEST(AuditorOfRefunds, PredictsSumsThatBalance) {
    const Testimony told = true_testimony_of_refunds();

    std::int64_t sum = 0;
    for (const auto& [key, amount] : Auditor(told).predicted_sums()) {
        sum += amount;
    }

    EXPECT_EQ(sum, 0);
}

TEST(AuditorOfRefunds, FindsAWrongFenInEachAccountOfTheChart) {
    for (const auto& [key, amount] : true_testimony_of_refunds().booked) {
        Testimony told = true_testimony_of_refunds();
        told.booked[key] -= 1;

        EXPECT_THAT(
            Auditor(told).findings(), Contains(HasSubstr(key.first + " of '" + key.second + "'"))
        );
    }
}

TEST(AuditorOfRefunds, FindsAWrongFenOfOneThatIsPaidOut) {
    expect_found(
        true_testimony_of_refunds(),
        {
            {"the bank paid more",
             [](Testimony& t) { t.far_payouts["P6"].amount += 1; },
             "ref_6 (payout P6) at bank/bank-main is 51, predicted 50"},
            {"the bank did not pay",
             [](Testimony& t) { t.far_payouts["P6"].status = "not moved"; },
             "ref_6 (payout P6) is succeeded here and not moved at bank/bank-main"},
            {"the bank paid what it had refused",
             [](Testimony& t) { t.far_payouts["P10"].status = "moved"; },
             "ref_10 (payout P10) is refused here and moved at bank/bank-main"},
            {"still in process",
             [](Testimony& t) { t.booked[{"2203", "m1"}] = 50; },
             "2203 of 'm1' is 50, predicted 0"},
            {"still owed",
             [](Testimony& t) { t.booked[{"2202", "m1"}] = 50; },
             "2202 of 'm1' is 50, predicted 0"},
            {"another amount than was asked for",
             [](Testimony& t) { t.refunds["ref_6"].amount += 1; },
             "what ref_6 (succeeded) gave is 50, predicted 51"},
            {"by the channel and by the bank",
             [](Testimony& t) { t.refunds["ref_6"].ways.front().status = "succeeded"; },
             "what ref_6 (succeeded) gave is 100, predicted 50"},
            {"to somebody else",
             [](Testimony& t) { t.far_payouts["P6"].payee = "li"; },
             "ref_6 was paid to 'li', wanted 'zhang'"},
            {"to whom nobody named",
             [](Testimony& t) { t.refunds["ref_6"].payee.clear(); },
             "ref_6 gave 50 to 'bank/bank-main', which nobody named"},
            {"above the cap",
             [](Testimony& t) {
                 t.refunds["ref_6"].ways[1].amount = 400;
                 t.refunds["ref_6"].amount = 400;
             },
             "pay_3 leg 1 gave back 445, it collected 400"},
        }
    );
}

TEST(AuditorOfRefunds, FindsAWrongFenOfOneThatCameBack) {
    expect_found(
        true_testimony_of_refunds(),
        {
            {"the merchant has it not",
             [](Testimony& t) { t.booked[{"2101", "m1"}] -= 31; },
             "2101 of 'm1' is 1671, predicted 1702"},
            {"the channel has it not",
             [](Testimony& t) { t.far_refunds["R7"].status = "moved"; },
             "ref_7 (refund R7) is returned here and moved at wechatpay/wx-main"},
            {"the bank has it not",
             [](Testimony& t) { t.far_payouts["P12"].status = "moved"; },
             "ref_12 (payout P12) is returned here and moved at bank/bank-main"},
            {"its order still counts it",
             [](Testimony& t) { t.orders["ord_2"].refunded += 31; },
             "what ord_2 gave back is 199, predicted 168"},
            {"its order does not count the rest",
             [](Testimony& t) { t.orders["ord_2"].refunded -= 25; },
             "what ord_2 gave back is 143, predicted 168"},
            {"another amount than had gone",
             [](Testimony& t) { t.refunds["ref_9"].ways.front().amount -= 1; },
             "what ref_9 (returned) gave is 25, predicted 26"},
            {"nothing came back",
             [](Testimony& t) { t.refunds["ref_7"].ways.front().status = "succeeded"; },
             "ref_7 is returned, and has given all that it took"},
            {"and it is not said",
             [](Testimony& t) { t.refunds["ref_7"].status = "succeeded"; },
             "what ref_7 (succeeded) gave is 0, predicted 31"},
            {"the account that had sent it on has it not",
             [](Testimony& t) { t.accounts["payer"].balance -= 5; },
             "the balance of balance payer is 449, predicted 454"},
            {"and that is not told",
             [](Testimony& t) { t.events["ref_7"].pop_back(); },
             "the ends told of ref_7: refund.succeeded, predicted refund.returned, "
             "refund.succeeded"},
            {"and it was never told to have gone",
             [](Testimony& t) { t.events["ref_7"] = {"refund.returned"}; },
             "the ends told of ref_7: refund.returned, predicted refund.returned, "
             "refund.succeeded"},
        }
    );
}

TEST(AuditorOfRefunds, FindsWhatPeopleGaveWithoutSayingSoAndWhatNobodyAskedThem) {
    expect_found(
        true_testimony_of_refunds(),
        {
            {"given though it was left",
             [](Testimony& t) { t.words[{"ref_8", "R8"}].how = "left_with_merchant"; },
             "what people gave of ref_8 is 33, predicted 0"},
            {"left though it was to be given",
             [](Testimony& t) { t.words[{"ref_7", "R7"}].how = "paid_again_by_bank"; },
             "what people gave of ref_7 is 0, predicted 31"},
            {"a fen less",
             [](Testimony& t) { t.refunds["ref_10"].ways.back().amount -= 1; },
             "what people gave of ref_10 is 39, predicted 40"},
            {"a fen more on our bank account",
             [](Testimony& t) { t.booked[{"1001", "own_bank"}] += 1; },
             "1001 of 'own_bank' is 74, predicted 73"},
            {"given again, and that is not told",
             [](Testimony& t) { t.events["ref_8"].pop_back(); },
             "the ends told of ref_8: refund.returned, refund.succeeded, predicted "
             "refund.returned, refund.succeeded, refund.succeeded"},
            {"nobody was asked",
             [](Testimony& t) { t.words.erase({"ref_7", "R7"}); },
             "of ref_7 31 came back, people spoke of 0"},
            {"asked about what is none",
             [](Testimony& t) { t.words[{"ref_99", "R7"}] = {}; },
             "people spoke of ref_99, which is none"},
            {"the case is open",
             [](Testimony& t) { t.cases.front().status = "open"; },
             "a case refund_returned of ref_12 about P12 is open at the end"},
            {"a case of another amount",
             [](Testimony& t) { t.cases.front().amount += 1; },
             "a case refund_returned of ref_12 about P12 is 13, predicted 12"},
            {"no case",
             [](Testimony& t) { t.cases.erase(t.cases.begin()); },
             "a case refund_returned of ref_12 about P12 is none, predicted 12"},
            {"a case of what never came back",
             [](Testimony& t) {
                 t.cases.push_back({"refund_returned", {"ref_6", "P6"}, "closed", 50});
             },
             "a case refund_returned of ref_6 about P6 is 50, predicted none"},
            {"other cases stay open",
             [](Testimony& t) { t.cases.push_back({"late_success", {"X", "Y"}, "open", 1}); },
             "a case late_success of X about Y is open at the end"},
        }
    );
}

/// An attempt at 700 that was given up collected them while the payment went on; then the payment
/// was closed, and they went back by themselves.
Testimony true_testimony_of_surplus() {
    Testimony told = true_testimony();
    told.payments["pay_2"].ways.push_back(
        of_source(with_status(at_channel("C9", "collect", 700), "surplus"), "pay_2 leg 1")
    );
    told.events["pay_2"] = {"payment.closed", "payment.surplus"};
    told.far_orders["C9"] = {.far = kWechat, .status = "moved", .amount = 700};
    told.refunds["ref_s"] = {
        .payment = "pay_2",
        .amount = 700,
        .status = "succeeded",
        .ways = {of_source(at_channel("R9", "refund", 700), "pay_2 leg 1")},
        .is_surplus = true
    };
    told.events["ref_s"] = {"refund.succeeded"};
    told.far_refunds["R9"] = {.far = kWechat, .status = "moved", .amount = 700};
    tell_of_whom(told, "m1");
    return told;
}

TEST(AuditorOfRefunds, FindsNothingInASurplusOfAPaymentThatWasClosedLater) {
    EXPECT_THAT(Auditor(true_testimony_of_surplus()).findings(), IsEmpty());
}

TEST(AuditorOfRefunds, FindsAWrongFenOfASurplus) {
    expect_found(
        true_testimony_of_surplus(),
        {
            {"more than the attempt collected",
             [](Testimony& t) { t.refunds["ref_s"].ways.front().amount = 701; },
             "pay_2 leg 1 surplus gave back 701, it collected 700"},
            {"of an attempt that collected nothing",
             [](Testimony& t) { t.payments["pay_2"].ways.back().status = "closed"; },
             "pay_2 leg 1 surplus gave back 700, it collected 0"},
            {"of another leg",
             [](Testimony& t) { t.payments["pay_2"].ways.back().source = "pay_2 leg 2"; },
             "pay_2 leg 1 surplus gave back 700, it collected 0"},
        }
    );
}

}  // namespace
}  // namespace sluice::testing
