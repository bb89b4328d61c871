// Where the money of refunds went: the part of the audit that knows their ways, whom they name,
// what came back and what people said of it.
#include <algorithm>
#include <tuple>

#include "faults/auditor.hpp"
#include "faults/refund_sums.hpp"

namespace sluice::testing {
namespace {

constexpr std::string_view kGone = "succeeded";
constexpr std::string_view kCameBack = "returned";
constexpr std::string_view kSettle = "settle";

bool is_by_people(const WayTold& way) { return way.far == kByPeople; }

/// What tells people of a refund's money, and of which movement: kind, refund, number.
using CaseKey = std::tuple<std::string, std::string, std::string>;

std::string shown_case(const CaseKey& key) {
    const auto& [kind, refund, number] = key;
    return "a case " + kind + " of " + refund + " about " + number;
}

std::string amount_in(const std::map<CaseKey, std::int64_t>& cases, const CaseKey& key) {
    const auto found = cases.find(key);
    return found == cases.end() ? "none" : std::to_string(found->second);
}

}  // namespace

/// Each accepted fen leaves by exactly one way, and only by ways that somebody named.
void Auditor::check_refunds() {
    for (const auto& [id, refund] : told_.refunds) {
        expect_equal(
            "what " + id + " (" + refund.status + ") gave", given_back(refund), counted(refund)
        );
        expect(
            refund.status != kCameBack || came_back(refund) > 0,
            id + " is returned, and has given all that it took"
        );
        for (const WayTold& way : refund.ways) {
            const std::string whom = way.account.empty() ? way.far : way.account;
            expect(
                is_named(refund, way) || way.status != kGone,
                id + " gave " + std::to_string(way.amount) + " to '" + whom +
                    "', which nobody named"
            );
        }
    }
}

/// By the refund itself, by what it gives back of, or by people.
bool Auditor::is_named(const RefundTold& refund, const WayTold& way) const {
    if (is_by_people(way)) {
        return true;  // held against what they said
    }
    if (!refund.to_account.empty()) {
        return way.account == refund.to_account;
    }
    if (way.purpose == "payout") {
        return !refund.payee.empty();
    }
    const bool is_fallback = !way.account.empty() && way.account == refund.fallback;
    return is_fallback || paid_by(way.account, way);
}

/// Whether the account, or a channel, paid a leg of the payment that the way gives back of.
bool Auditor::paid_by(const std::string& account, const WayTold& way) const {
    const auto payment = told_.payments.find(way.source.substr(0, way.source.find(" leg ")));
    return payment != told_.payments.end() &&
           std::ranges::find(payment->second.legs, account, &LegAsked::account) !=
               payment->second.legs.end();
}

/// The leg whose money a way gives back; an empty one when there is none.
LegAsked Auditor::leg_of(const WayTold& way) const {
    const std::size_t at = way.source.find(" leg ");
    const auto payment = told_.payments.find(way.source.substr(0, at));
    if (at == std::string::npos || payment == told_.payments.end()) {
        return {.account = "nothing", .amount = 0};
    }
    const std::size_t number = std::stoul(way.source.substr(at + 5));
    const auto& legs = payment->second.legs;
    const bool has_money = payment->second.status == kGone;
    return {legs.at(number - 1).account, has_money ? legs.at(number - 1).amount : 0};
}

/// What attempts at the same leg that were given up collected after all, however the payment ended:
/// it may have gone on with another attempt, and may have been closed since.
std::int64_t Auditor::surplus_of(const WayTold& way) const {
    const auto payment = told_.payments.find(way.source.substr(0, way.source.find(" leg ")));
    std::int64_t sum = 0;
    if (payment != told_.payments.end()) {
        for (const WayTold& attempt : payment->second.ways) {
            const bool is_surplus = attempt.status == "surplus" && attempt.source == way.source;
            sum += is_surplus ? attempt.amount : 0;
        }
    }
    return sum;
}

void Auditor::check_caps() {
    std::map<std::string, std::int64_t> given;
    std::map<std::string, std::int64_t> caps;
    for (const auto& [id, refund] : told_.refunds) {
        for (const WayTold& way : refund.ways) {
            const std::string source = way.source + (refund.is_surplus ? " surplus" : "");
            // A conversion sends on what counted with the refund before.
            const bool counts = way.status == kGone && refund.converts.empty();
            given[source] += counts ? way.amount : 0;
            caps[source] = refund.is_surplus ? surplus_of(way) : leg_of(way).amount;
        }
        const bool is_of_payment = refund.payment.empty() ||
                                   std::ranges::all_of(refund.ways, [&refund](const WayTold& way) {
                                       return way.source.starts_with(refund.payment + " ");
                                   });
        expect(is_of_payment, id + " gave back of another payment than " + refund.payment);
    }
    for (const auto& [source, sum] : given) {
        expect(
            sum <= caps[source],
            source + " gave back " + std::to_string(sum) + ", it collected " +
                std::to_string(caps[source])
        );
    }
}

/// What an account got may leave it again, by all conversions together once.
void Auditor::check_conversions() {
    std::map<std::string, std::int64_t> converted;
    for (const auto& [id, refund] : told_.refunds) {
        converted[refund.converts] += counted(refund);
        for (const WayTold& way : refund.ways) {
            expect(
                refund.converts.empty() || way.account.empty() || way.status != kGone,
                id + " gave an account what it took from one"
            );
        }
    }
    converted.erase("");
    for (const auto& [id, sum] : converted) {
        const auto earlier = told_.refunds.find(id);
        const auto ways =
            earlier == told_.refunds.end() ? std::vector<WayTold>{} : earlier->second.ways;
        std::int64_t got = 0;
        for (const WayTold& way : ways) {
            const bool is_gift = !way.account.empty() && leg_of(way).account.empty();
            got += is_gift && way.status == kGone ? way.amount : 0;
        }
        expect(
            sum <= got,
            "what " + id + " gave to an account is " + std::to_string(got) + ", of which " +
                std::to_string(sum) + " left again"
        );
    }
}

/// People are asked about all that came back after the end; what they give they give by a bank of
/// ours, as much as they said.
void Auditor::check_words() {
    std::map<std::string, std::int64_t> said;
    for (const auto& [about, word] : told_.words) {
        const auto& [refund, number] = about;
        expect(told_.refunds.contains(refund), "people spoke of " + refund + ", which is none");
        said[refund] += word.is_gift() ? word.amount : 0;
    }
    for (const auto& [id, refund] : told_.refunds) {
        std::int64_t given = 0;
        for (const WayTold& way : refund.ways) {
            given += is_by_people(way) && way.status == kGone ? way.amount : 0;
        }
        expect_equal("what people gave of " + id, given, said[id]);
        std::int64_t asked = 0;
        for (const WayTold& way : late_returns(id, refund)) {
            asked += way.amount;
        }
        expect(
            refund.status != kCameBack || came_back(refund) <= asked,
            "of " + id + " " + std::to_string(came_back(refund)) + " came back, people spoke of " +
                std::to_string(asked)
        );
    }
}

/// The movements of a refund that came back after its end.
std::vector<WayTold> Auditor::late_returns(const std::string& id, const RefundTold& refund) const {
    std::vector<WayTold> late;
    for (const WayTold& way : refund.ways) {
        const auto word = told_.words.find({id, way.id});
        const bool was_settled = word != told_.words.end() && word->second.kind == kSettle;
        if (was_settled && way.status == kCameBack) {
            late.push_back(way);
        }
    }
    return late;
}

/// What comes back after the end of a refund, and what no way takes, waits for people in a case of
/// its own; nothing does any more when all is over.
void Auditor::check_cases() {
    std::map<CaseKey, std::int64_t> wanted;
    std::map<CaseKey, std::int64_t> found;
    for (const auto& [id, refund] : told_.refunds) {
        for (const WayTold& way : late_returns(id, refund)) {
            wanted[{"refund_returned", id, way.id}] = way.amount;
        }
    }
    for (const auto& [about, word] : told_.words) {
        if (word.kind != kSettle) {
            wanted[{"refund_due", about.first, about.second}] = word.amount;
        }
    }
    for (const CaseTold& each : told_.cases) {
        const CaseKey key{each.kind, each.about.first, each.about.second};
        expect(each.status == "closed", shown_case(key) + " is " + each.status + " at the end");
        if (each.kind.starts_with("refund_")) {
            found[key] = each.amount;
        }
    }
    std::map<CaseKey, std::int64_t> all = found;
    all.insert(wanted.begin(), wanted.end());
    for (const auto& [key, amount] : all) {
        const std::string told = amount_in(found, key);
        const std::string predicted = amount_in(wanted, key);
        expect(told == predicted, shown_case(key) + " is " + told + ", predicted " + predicted);
    }
}

/// A refund tells its end, each part that came back after that, and its end anew when people gave
/// that part again.
std::vector<std::string> Auditor::ends_of(const std::string& id, const RefundTold& refund) const {
    const auto late = std::ssize(late_returns(id, refund));
    if (late == 0) {
        return {"refund." + refund.status};
    }
    // Of several parts some may have been given again before others came back.
    const auto types = told_.events.find(id);
    const auto told =
        types == told_.events.end() ? 0 : std::ranges::count(types->second, "refund.succeeded");
    const auto paid_again = std::ranges::count_if(refund.ways, is_by_people);
    const std::ptrdiff_t least = refund.status == kGone ? 2 : 1;
    std::vector<std::string> ends(
        static_cast<std::size_t>(std::clamp(told, least, std::max(least, 1 + paid_again))),
        "refund.succeeded"
    );
    ends.insert(ends.begin(), static_cast<std::size_t>(late), "refund.returned");
    return ends;
}

}  // namespace sluice::testing
