#include "faults/mover.hpp"

#include "faults/people.hpp"

namespace sluice::testing {
namespace {

/// Above what any account of the workload ever holds, below what a policy refuses.
constexpr std::int64_t kTooMuch = 4'999'000;

const std::string& nth(const std::vector<std::string>& list, std::size_t place) {
    return list.at(place % list.size());
}

std::int64_t amount_of(const MoveWish& wish) { return wish.is_too_much ? kTooMuch : wish.amount; }

}  // namespace

void Mover::perform(const MoveWish& wish) {
    switch (wish.move) {
        case Move::top_up:
            top_up(wish);
            break;
        case Move::transfer:
            transfer(wish);
            break;
        case Move::payout:
        case Move::withdrawal:
        case Move::compensation:
            pay_out(wish);
            break;
    }
}

void Mover::top_up(const MoveWish& wish) {
    const std::string account = wish.to % 3 == 0 ? town_.available : nth(town_.balances, wish.to);
    const Value body(
        ValueObject{{"top_up_number", number_}, {"amount", wish.amount}, {"currency", "CNY"}}
    );
    NumberedCall call(town_, "/v1/accounts/" + account + "/top_ups", body);
    if (call.send() != account) {
        town_.notes.complain("a top-up was not taken: " + call.shown());
        return;
    }
    town_.notes.top_up(account, wish.amount);
    call.send_again(wish.again, with_amount(body, wish.amount + 1), "top_up_number_reused");
}

void Mover::transfer(const MoveWish& wish) {
    const std::string& from = nth(town_.balances, wish.from);
    const std::string& to =
        wish.to % 3 == 0 ? town_.available : nth(town_.balances, wish.from + 1 + wish.to % 2);
    const TransferTold told{.from = from, .to = to, .amount = amount_of(wish), .fee = wish.fee};
    const Value body(ValueObject{
        {"merchant_transfer_number", number_},
        {"from_account_id", from},
        {"to_account_id", to},
        {"amount", told.amount},
        {"fee", told.fee},
        {"currency", "CNY"}
    });
    NumberedCall call(town_, "/v1/transfers", body);
    const std::string id = call.send();
    if (id.empty()) {
        town_.notes.complain("a transfer was not taken: " + call.shown());
        return;
    }
    town_.notes.add(id, told);
    call.send_again(
        wish.again, with_amount(body, told.amount + 1), "merchant_transfer_number_reused"
    );
}

/// An order of its own, which nobody pays; "" when it is not taken.
std::string Mover::compensated() {
    constexpr std::int64_t kAmount = 100;
    const Value body(ValueObject{
        {"merchant_order_number", "made-good-" + number_},
        {"amount", kAmount},
        {"currency", "CNY"},
        {"description", "an order that is made good"},
        {"expires_in_seconds", town_.expires_in_seconds}
    });
    NumberedCall call(town_, "/v1/orders", body);
    const std::string id = call.send();
    if (!id.empty()) {
        town_.notes.add(id, OrderTold{.amount = kAmount});
    }
    return id;
}

/// A compensation is nobody's due: somebody of finance must agree.
void Mover::let_people_decide(const std::string& payout, const MoveWish& wish) {
    People people(town_.cluster);
    const std::string task = people.wait_for_task_of(payout);
    const Reply voted =
        wish.is_denied ? people.deny("zhao.min", task) : people.approve("zhao.min", task);
    // A vote that was sent again may find the task decided.
    if (voted.status >= 300 && voted.status != 409) {
        town_.notes.complain("a vote about " + payout + ": " + voted.why);
    }
}

void Mover::pay_out(const MoveWish& wish) {
    PayoutTold told{.from = town_.available, .amount = amount_of(wish), .fee = wish.fee};
    Value body(ValueObject{
        {"merchant_payout_number", number_},
        {"amount", told.amount},
        {"fee", told.fee},
        {"currency", "CNY"},
        {"method", "bank_account"},
        {"payee",
         Value(ValueObject{
             {"name", "Zhang San"},
             {"account_number", "6222021234567890"},
             {"bank_code", "102100099996"}
         })}
    });
    if (wish.move == Move::withdrawal) {
        told.from = nth(town_.balances, wish.from);
        body.set("from_account_id", told.from);
    } else if (wish.move == Move::compensation && !wish.is_too_much) {
        told.from.clear();
        body.set("source", "compensation_cost");
        body.set("compensates", compensated());
    }
    NumberedCall call(town_, "/v1/payouts", body);
    const std::string id = call.send();
    if (id.empty()) {
        town_.notes.complain("a payout was not taken: " + call.shown());
        return;
    }
    town_.notes.add(id, told);
    call.send_again(
        wish.again, with_amount(body, told.amount + 1), "merchant_payout_number_reused"
    );
    if (told.from.empty()) {
        let_people_decide(id, wish);
    }
}

}  // namespace sluice::testing
