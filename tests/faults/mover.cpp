#include "faults/mover.hpp"

#include <utility>

#include "faults/payees.hpp"
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
        case Move::exchange:
            exchange(wish);
            break;
        case Move::payout_batch:
            pay_out_batch(wish);
            break;
        case Move::trespass:
            trespass(wish);
            break;
        case Move::payout:
        case Move::withdrawal:
        case Move::compensation:
            pay_out(wish);
            break;
    }
}

void Mover::top_up(const MoveWish& wish) {
    const Purse& purse = town_.purse(wish.is_in_dollars);
    const bool is_available = wish.to % 3 == 0 && !wish.is_in_dollars;
    const std::string account = is_available ? town_.available : nth(purse.balances, wish.to);
    const Value body(ValueObject{
        {"top_up_number", number_}, {"amount", wish.amount}, {"currency", purse.currency}
    });
    NumberedCall call(town_, "/v1/accounts/" + account + "/top_ups", body);
    if (call.send() != account) {
        town_.notes.complain("a top-up was not taken: " + call.shown());
        return;
    }
    town_.notes.top_up(account, wish.amount);
    call.send_again(wish.again, with_amount(body, wish.amount + 1), "top_up_number_reused");
}

Value Mover::transfer_body(const TransferTold& told) const {
    return Value(ValueObject{
        {"merchant_transfer_number", number_},
        {"from_account_id", told.from},
        {"to_account_id", told.to},
        {"amount", told.amount},
        {"fee", told.fee},
        {"currency", told.currency}
    });
}

/// One amount cannot be of two currencies: money neither leaves the one nor comes to the other.
void Mover::exchange(const MoveWish& wish) {
    const std::string& yuan = nth(town_.yuan.balances, wish.from);
    const std::string& dollars = nth(town_.dollars.balances, wish.to);
    const TransferTold told{
        .from = wish.from % 2 == 0 ? yuan : dollars,
        .to = wish.from % 2 == 0 ? dollars : yuan,
        .amount = wish.amount,
        .currency = wish.is_in_dollars ? "USD" : "CNY"
    };
    NumberedCall call(town_, "/v1/transfers", transfer_body(told));
    if (!call.send().empty()) {
        town_.notes.complain("an amount of two currencies was moved: " + call.shown());
    }
}

/// Another merchant's account is none: money goes neither there nor from there.
void Mover::trespass(const MoveWish& wish) {
    const std::string& own = nth(town_.yuan.balances, wish.from);
    const std::string& foreign = nth(town_.strangers, wish.to);
    const bool is_to = wish.from % 2 == 0;
    Value body = transfer_body(
        {.from = is_to ? own : foreign, .to = is_to ? foreign : own, .amount = wish.amount}
    );
    std::string path = "/v1/transfers";
    if (wish.to % 3 == 0) {
        body = payout_body(wish, wish.amount);
        body.set("from_account_id", foreign);
        path = "/v1/payouts";
    } else if (wish.to % 3 == 1) {
        body = Value(ValueObject{{"top_up_number", number_}, {"amount", 1}, {"currency", "CNY"}});
        path = "/v1/accounts/" + foreign + "/top_ups";
    }
    NumberedCall call(town_, path, body);
    if (!call.send().empty()) {
        town_.notes.complain("an account of another merchant was moved: " + call.shown());
    }
}

void Mover::transfer(const MoveWish& wish) {
    const Purse& purse = town_.purse(wish.is_in_dollars);
    const std::string& from = nth(purse.balances, wish.from);
    const bool is_available = wish.to % 3 == 0 && !wish.is_in_dollars;
    const std::string& to =
        is_available ? town_.available : nth(purse.balances, wish.from + 1 + wish.to % 2);
    const TransferTold told{
        .from = from,
        .to = to,
        .amount = amount_of(wish),
        .fee = wish.fee,
        .merchant = town_.merchant,
        .currency = purse.currency
    };
    const Value body = transfer_body(told);
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
        town_.notes.add(id, OrderTold{.amount = kAmount, .merchant = town_.merchant});
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

/// A few at once, the last of them to nobody who has an account.
void Mover::pay_out_batch(const MoveWish& wish) {
    ValueArray lines;
    std::map<std::string, PayoutTold> wanted;
    std::int64_t total = 0;
    for (std::size_t i = 0; i < 2 + wish.from % 5; ++i) {
        PayoutTold told{
            .from = town_.available,
            .amount = i == 1 ? amount_of(wish) : wish.amount,
            .fee = wish.fee,
            .payee = payee_number(wish.to + i),
            .merchant = town_.merchant
        };
        const std::string number = number_ + "-" + std::to_string(i);
        total += told.amount;
        lines.push_back(Value(ValueObject{
            {"merchant_payout_number", number},
            {"amount", told.amount},
            {"fee", told.fee},
            {"method", "bank_account"},
            {"payee", payee_of(payee_number(wish.to + i))}
        }));
        wanted[number] = std::move(told);
    }
    const Value nobody(ValueObject{{"name", "Zhang San"}, {"bank_code", "102100099996"}});
    Value last = with_amount(lines.back(), 1);
    last.set("merchant_payout_number", number_ + "-last");
    last.set("payee", nobody);
    lines.push_back(std::move(last));
    const auto count = static_cast<std::int64_t>(lines.size());
    const Value body(ValueObject{
        {"merchant_batch_number", number_},
        {"currency", "CNY"},
        {"count", count},
        {"total_amount", total + 1},
        {"lines", Value(std::move(lines))}
    });
    NumberedCall call(town_, "/v1/payout_batches", body);
    if (call.send().empty()) {
        town_.notes.complain("a batch of payouts was not taken: " + call.shown());
        return;
    }
    note_lines(call, wanted);
    call.send_again(
        wish.again == Again::other_body ? Again::no : wish.again,
        body,
        "merchant_batch_number_reused"
    );
}

void Mover::note_lines(const NumberedCall& call, const std::map<std::string, PayoutTold>& wanted) {
    const Value* lines = call.reply().body.find("lines");
    for (const Value& line : lines == nullptr ? ValueArray{} : *lines->as_array()) {
        const auto found = wanted.find(std::string(line.text_or_empty("merchant_payout_number")));
        const std::string_view status = line.text_or_empty("status");
        if (found == wanted.end() ? status != "refused" : line.text_or_empty("payout_id").empty()) {
            town_.notes.complain("a line of a batch: " + to_json(line));
        } else if (found != wanted.end()) {
            town_.notes.add(std::string(line.text_or_empty("payout_id")), found->second);
        }
    }
}

Value Mover::payout_body(const MoveWish& wish, std::int64_t amount) const {
    return Value(ValueObject{
        {"merchant_payout_number", number_},
        {"amount", amount},
        {"fee", wish.fee},
        {"currency", "CNY"},
        {"method", "bank_account"},
        {"payee", payee_of(payee_number(wish.to))}
    });
}

void Mover::pay_out(const MoveWish& wish) {
    PayoutTold told{
        .from = town_.available,
        .amount = amount_of(wish),
        .fee = wish.fee,
        .payee = payee_number(wish.to),
        .merchant = town_.merchant
    };
    Value body = payout_body(wish, told.amount);
    if (wish.move == Move::withdrawal) {
        told.from = nth(town_.yuan.balances, wish.from);
        body.set("from_account_id", told.from);
    } else if (wish.move == Move::compensation && !wish.is_too_much) {
        told.from.clear();
        // Nobody's money pays it: a fee would be our income from ourselves.
        told.fee = 0;
        body.set("fee", told.fee);
        body.set("source", "compensation_cost");
        if (wish.from % 2 == 0) {
            told.liable_party = "courier";
            body.set("source", "compensation_recoverable");
            body.set("liable_party", told.liable_party);
        }
        told.makes_good = compensated();
        body.set("compensates", told.makes_good);
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
