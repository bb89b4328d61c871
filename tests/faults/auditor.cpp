#include "faults/auditor.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "faults/refund_sums.hpp"

namespace sluice::testing {
namespace {

constexpr std::string_view kSucceeded = "succeeded";
constexpr std::string_view kFailed = "failed";
constexpr std::string_view kReturned = "returned";
constexpr std::string_view kSurplus = "surplus";

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

std::int64_t amount_of(const PaymentTold& payment) {
    std::int64_t sum = 0;
    for (const LegAsked& leg : payment.legs) {
        sum += leg.amount;
    }
    return sum;
}

/// Whether what was taken for a payout is gone from where it was taken.
bool is_taken(const PayoutTold& payout) { return !is_one_of(payout.status, {kFailed, kReturned}); }

/// The chart's account that a kind of account is kept under.
std::string gl_of(std::string_view kind) {
    if (kind == "balance") {
        return "2001";
    }
    return kind == "prepaid_card" ? "2002" : "2102";
}

std::string shown(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) {
        out += (out.empty() ? "" : ", ") + word;
    }
    return out.empty() ? "none" : out;
}

bool is_terminal(std::string_view type) {
    const std::string_view state = type.substr(type.find('.') + 1);
    return is_one_of(state, {kSucceeded, kFailed, kReturned, "closed", "paid", kSurplus});
}

}  // namespace

void Auditor::expect(bool holds, const std::string& otherwise) {
    if (!holds) {
        findings_.push_back(otherwise);
    }
}

void Auditor::expect_equal(const std::string& what, std::int64_t found, std::int64_t predicted) {
    expect(
        found == predicted,
        what + " is " + std::to_string(found) + ", predicted " + std::to_string(predicted)
    );
}

std::int64_t Auditor::predicted_balance(const std::string& account) const {
    std::int64_t sum = told_.accounts.at(account).put_in;
    for (const auto& [id, payment] : told_.payments) {
        for (const LegAsked& leg : payment.legs) {
            const bool was_taken = payment.status == kSucceeded && leg.account == account;
            sum -= was_taken ? leg.amount : 0;
        }
    }
    for (const auto& [id, refund] : told_.refunds) {
        sum += given_back(refund, account);
        sum -= refund.taken_from == account ? counted(refund) : 0;
    }
    for (const auto& [id, payout] : told_.payouts) {
        sum -= payout.from == account && is_taken(payout) ? payout.amount + payout.fee : 0;
    }
    for (const auto& [id, transfer] : told_.transfers) {
        if (transfer.status == kSucceeded) {
            sum -= transfer.from == account ? transfer.amount + transfer.fee : 0;
            sum += transfer.to == account ? transfer.amount : 0;
        }
    }
    return sum;
}

/// Whether we know that it was paid, if it came back or not: only then its cost was heard of. One
/// whose return was told before its success stays refused.
bool Auditor::was_paid(const std::string& number) const {
    const auto pays = [&](const auto& objects) {
        return std::ranges::any_of(objects, [&](const auto& object) {
            return std::ranges::any_of(object.second.ways, [&](const WayTold& way) {
                const bool paid =
                    way.went_after_all || is_one_of(way.status, {kSucceeded, kReturned});
                return way.id == number && paid;
            });
        });
    };
    return pays(told_.payouts) || pays(told_.refunds);
}

BookedSums Auditor::predicted_sums() const {
    BookedSums sums;
    for (const auto& [id, account] : told_.accounts) {
        sums[{"1001", owner_in("top_up", account.currency)}] -= account.put_in;
        sums[{gl_of(account.kind), owner_in("", account.currency)}] += predicted_balance(id);
    }
    for (const auto& [number, line] : told_.far_orders) {
        sums[{"1101", line.far}] -= line.status == "moved" ? line.amount * line.times : 0;
    }
    for (const auto& [number, line] : told_.far_refunds) {
        sums[{"1101", line.far}] += line.status == "moved" ? line.amount : 0;
    }
    for (const auto& [number, line] : told_.far_payouts) {
        const std::int64_t cost = was_paid(number) ? line.fee : 0;
        sums[{"1103", line.far}] += cost + (line.status == "moved" ? line.amount : 0);
        sums[{"5001", line.far}] -= cost;
    }
    for (const auto& [id, payment] : told_.payments) {
        const std::string owner = owner_in(payment.merchant, payment.currency);
        sums[{"2101", owner}] += payment.status == kSucceeded ? amount_of(payment) : 0;
    }
    for (const auto& [id, refund] : told_.refunds) {
        // What no order took is owed to its payer until it has gone back.
        const bool is_owed = refund.is_surplus && refund.status == kFailed;
        const std::string owner = owner_in(refund.merchant, refund.currency);
        sums[{"2204", owner}] += is_owed ? refund.amount : 0;
        sums[{"2101", owner}] -= is_of_order(refund) ? counted(refund) : 0;
        sums[{"2202", owner}] += counted(refund) - given_back(refund);
    }
    for (const auto& [about, word] : told_.words) {
        const auto refund = told_.refunds.find(about.first);
        const std::string currency = refund == told_.refunds.end() ? "" : refund->second.currency;
        sums[{"1001", owner_in("own_bank", currency)}] += word.is_gift() ? word.amount : 0;
    }
    for (const auto& [id, payout] : told_.payouts) {
        const std::int64_t whole = is_taken(payout) ? payout.amount + payout.fee : 0;
        const bool has_left = payout.status == kSucceeded;
        sums[{"2203", payout.merchant}] += has_left ? 0 : whole;
        sums[{"4002", payout.merchant}] += has_left ? payout.fee : 0;
        const auto bearer = payout.liable_party.empty()
                                ? std::pair<std::string, std::string>("5002", payout.merchant)
                                : std::pair("1202", payout.merchant + "/" + payout.liable_party);
        sums[bearer] -= payout.from.empty() ? whole : 0;
    }
    for (const auto& [id, transfer] : told_.transfers) {
        const std::string owner = owner_in(transfer.merchant, transfer.currency);
        sums[{"4002", owner}] += transfer.status == kSucceeded ? transfer.fee : 0;
    }
    return sums;
}

void Auditor::check_ends() {
    const auto check = [this](const auto& objects, std::initializer_list<std::string_view> ends) {
        for (const auto& [id, object] : objects) {
            expect(is_one_of(object.status, ends), id + " is " + object.status + " at the end");
        }
    };
    check(told_.orders, {"paid", "closed"});
    check(told_.payments, {kSucceeded, kFailed, "closed", kSurplus});
    check(told_.refunds, {kSucceeded, kFailed, kReturned});
    check(told_.payouts, {kSucceeded, kFailed, kReturned});
    check(told_.transfers, {kSucceeded, kFailed});
}

void Auditor::check_orders() {
    std::map<std::string, std::int64_t> paid;
    std::map<std::string, std::int64_t> refunded;
    std::map<std::string, std::int64_t> compensated;
    for (const auto& [id, payment] : told_.payments) {
        paid[payment.order] += payment.status == kSucceeded ? amount_of(payment) : 0;
    }
    for (const auto& [id, refund] : told_.refunds) {
        refunded[refund.order] += is_of_order(refund) ? counted(refund) : 0;
    }
    for (const auto& [id, payout] : told_.payouts) {
        const bool counts = is_taken(payout) && !payout.makes_good.empty();
        compensated[payout.makes_good] += counts ? payout.amount : 0;
    }
    for (const auto& [id, order] : told_.orders) {
        expect_equal("what " + id + " was paid", order.paid, paid[id]);
        expect_equal("what " + id + " gave back", order.refunded, refunded[id]);
        expect_equal("what made " + id + " good", order.compensated, compensated[id]);
        expect(
            order.paid <= order.amount,
            id + " of " + std::to_string(order.amount) + " was paid " + std::to_string(order.paid)
        );
        expect(
            order.refunded <= order.paid,
            id + " gave back " + std::to_string(order.refunded) + " of " +
                std::to_string(order.paid)
        );
        expect(
            (order.status == "paid") == (order.paid == order.amount),
            id + " is " + order.status + " with " + std::to_string(order.paid) + " of " +
                std::to_string(order.amount)
        );
    }
}

void Auditor::check_accounts() {
    for (const auto& [id, account] : told_.accounts) {
        const std::string name = account.kind + " " + id;
        expect_equal("the balance of " + name, account.balance, predicted_balance(id));
        expect_equal("what is held on " + name, account.held, 0);
        expect(account.balance >= 0, name + " is below zero");
    }
}

void Auditor::check_sums() {
    BookedSums differences = told_.booked;
    const BookedSums predicted = predicted_sums();
    for (const auto& [key, sum] : predicted) {
        differences[key] -= sum;
    }
    for (const auto& [key, difference] : differences) {
        const auto found = predicted.find(key);
        const std::int64_t wanted = found == predicted.end() ? 0 : found->second;
        expect_equal(key.first + " of '" + key.second + "'", wanted + difference, wanted);
    }
}

void Auditor::check_line(const WayTold& way, const std::string& of, const FarBook& book) {
    const auto line = book.find(way.id);
    const std::string far_status = line == book.end() ? "absent" : line->second.status;
    const std::string name = of + " (" + way.purpose + " " + way.id + ")";
    expect(
        is_one_of(way.status, {kSucceeded, kSurplus}) == (far_status == "moved"),
        name + " is " + way.status + " here and " + far_status + " at " + way.far
    );
    if (line != book.end()) {
        expect_equal(name + " at " + way.far, line->second.amount, way.amount);
        expect(line->second.far == way.far, name + " is at " + line->second.far);
        expect(line->second.times <= 1, name + " moved more than once");
    }
}

void Auditor::check_far_books() {
    std::set<std::string> explained;
    const auto check = [&](const auto& objects) {
        for (const auto& [id, object] : objects) {
            for (const WayTold& way : object.ways) {
                if (way.far.empty() || way.far == kByPeople) {
                    continue;
                }
                explained.insert(way.id);
                const bool collects = way.purpose == "collect";
                const FarBook& out =
                    way.purpose == "refund" ? told_.far_refunds : told_.far_payouts;
                check_line(way, id, collects ? told_.far_orders : out);
            }
        }
    };
    check(told_.payments);
    check(told_.refunds);
    check(told_.payouts);
    for (const FarBook* book : {&told_.far_orders, &told_.far_refunds, &told_.far_payouts}) {
        for (const auto& [number, line] : *book) {
            expect(
                explained.contains(number),
                line.far + " has " + number + ", which nothing here explains"
            );
        }
    }
}

/// What is paid out goes to whom the caller named.
void Auditor::check_payees() {
    const auto check = [this](const auto& objects) {
        for (const auto& [id, object] : objects) {
            for (const WayTold& way : object.ways) {
                const auto line = told_.far_payouts.find(way.id);
                if (way.purpose == "payout" && line != told_.far_payouts.end()) {
                    const std::string& payee = line->second.payee;
                    expect(
                        payee == object.payee,
                        id + " was paid to '" + payee + "', wanted '" + object.payee + "'"
                    );
                }
            }
        }
    };
    check(told_.refunds);
    check(told_.payouts);
}

/// Nobody got more in a day than the policy allows, on all nodes together.
void Auditor::check_limits() {
    std::map<std::pair<std::string, std::string>, std::int64_t> got;
    for (const auto& [id, payout] : told_.payouts) {
        got[{payout.payee + " of " + payout.merchant, payout.day}] +=
            is_taken(payout) ? payout.amount : 0;
    }
    for (const auto& [of, sum] : got) {
        expect(
            told_.payee_day == 0 || sum <= told_.payee_day,
            "payee " + of.first + " got " + std::to_string(sum) + " on " + of.second +
                ", wanted at most " + std::to_string(told_.payee_day)
        );
    }
}

bool Auditor::has_told(const std::string& id, std::string_view type) const {
    const auto types = told_.events.find(id);
    return types != told_.events.end() &&
           std::ranges::find(types->second, type) != types->second.end();
}

void Auditor::check_events() {
    std::map<std::string, std::vector<std::string>> wanted;
    const auto add = [&wanted](const auto& objects, const std::string& service) {
        for (const auto& [id, object] : objects) {
            wanted[id] = {service + "." + object.status};
            if (object.status == kReturned) {
                wanted[id].push_back(service + ".succeeded");
            }
        }
    };
    add(told_.payments, "payment");
    for (const auto& [id, refund] : told_.refunds) {
        wanted[id] = ends_of(id, refund);
    }
    add(told_.payouts, "payout");
    add(told_.transfers, "transfer");
    add(told_.orders, "order");
    // Money that came after an attempt was given up is told beside its payment's end.
    for (const auto& [id, payment] : told_.payments) {
        const auto late = std::ranges::count(payment.ways, kSurplus, &WayTold::status);
        const auto more = std::max<std::ptrdiff_t>(late - (payment.status == kSurplus ? 1 : 0), 0);
        wanted[id].insert(wanted[id].end(), static_cast<std::size_t>(more), "payment.surplus");
        for (const char* end : {"payment.closed", "payment.failed"}) {
            // It may have ended without money before.
            if (payment.status == kSurplus && has_told(id, end)) {
                wanted[id].emplace_back(end);
            }
        }
        std::ranges::sort(wanted[id]);
    }
    // What one payment paid, that payment tells.
    for (const auto& [id, payment] : told_.payments) {
        const auto order = told_.orders.find(payment.order);
        const bool paid_all = payment.status == kSucceeded && order != told_.orders.end() &&
                              order->second.amount == amount_of(payment);
        if (paid_all) {
            wanted[payment.order].clear();
        }
    }
    for (const auto& [id, types] : told_.events) {
        expect(wanted.contains(id), "events tell of " + id + ", which no caller began");
    }
    for (const auto& [id, types] : wanted) {
        std::vector<std::string> told;
        const auto found = told_.events.find(id);
        if (found != told_.events.end()) {
            std::ranges::copy_if(found->second, std::back_inserter(told), is_terminal);
        }
        std::ranges::sort(told);
        expect(
            told == types,
            "the ends told of " + id + ": " + shown(told) + ", predicted " + shown(types)
        );
    }
}

std::vector<std::string> Auditor::findings() {
    findings_.clear();
    check_ends();
    check_owners();
    check_orders();
    check_accounts();
    check_sums();
    check_refunds();
    check_caps();
    check_conversions();
    check_words();
    check_cases();
    check_far_books();
    check_payees();
    check_limits();
    check_events();
    return std::move(findings_);
}

}  // namespace sluice::testing
