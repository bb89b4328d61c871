// What must be true of the books of a driven run after every activation, whatever its script did.
#include <algorithm>

#include <gtest/gtest.h>

#include "flows/flow_driver.hpp"

namespace sluice::testing {
namespace {

using payment::InstructionStatus;
using payment::LegKind;
using payment::SubjectStatus;

bool is_open(InstructionStatus status) { return !payment::is_final(status); }

/// What stands on that account, debits above zero.
std::int64_t booked_to(const std::vector<flow::Step>& steps, AccountId account) {
    std::int64_t sum = 0;
    for (const auto& step : steps) {
        for (const auto& line : step.lines) {
            const std::int64_t minor = line.amount.minor();
            const std::int64_t moved = line.side == flow::Side::debit ? minor : -minor;
            sum += line.account == account ? moved : 0;
        }
    }
    return sum;
}

}  // namespace

/// What the ledger holds of this payment by account code, debits above zero. Fails on an account
/// that is none of its own.
std::map<std::string, std::int64_t> FlowDriver::booked() const {
    std::map<std::string, std::int64_t> sums;
    for (const auto& step : steps_) {
        for (const auto& line : step.lines) {
            const bool is_ours = line.gl == "1101" || line.gl == "1103" || line.gl == "1001" ||
                                 line.gl == "5001" || line.owner == "shop" ||
                                 line.owner.starts_with("shop/") ||
                                 options_.accounts.contains(line.account) ||
                                 std::ranges::any_of(picture().legs, [&](const auto& leg) {
                                     return leg.account == line.account;
                                 });
            EXPECT_TRUE(is_ours) << line.gl << " of somebody else";
            sums[line.gl] +=
                line.side == flow::Side::debit ? line.amount.minor() : -line.amount.minor();
        }
    }
    return sums;
}

void FlowDriver::check_books() const {
    std::int64_t external = 0;
    std::int64_t all = 0;
    for (const auto& each : picture().instructions) {
        const bool has = each.status == InstructionStatus::succeeded ||
                         each.status == InstructionStatus::surplus;
        const bool comes = each.purpose == payment::Purpose::collect;
        const std::int64_t moved = comes ? each.amount.minor() : -each.amount.minor();
        external += has && each.kind == LegKind::external ? moved : 0;
        all += has ? moved : 0;
    }
    auto sums = booked();
    if (picture().subject.service != payment::Service::payment) {
        return;  // the tests of the other services tell their postings line by line
    }
    const auto& credit = picture().order.credit;
    std::int64_t gets = sums["2101"];
    if (!credit.id.is_nil()) {
        EXPECT_EQ(gets, 0) << "a top-up is not the merchant's";
        gets = booked_to(steps_, credit.id);
        sums[credit.gl] -= gets;  // the same code may hold what a leg is paid from
    }
    const std::int64_t outside = sums["1101"] + sums["1103"] + sums["1001"];
    EXPECT_EQ(outside, external) << "clearing is not what the channels confirmed";
    EXPECT_EQ(outside + sums["2001"] + sums["2002"], all) << "money without its booking";
    EXPECT_EQ(sums["2201"] + gets + sums["2202"] + sums["2203"] + sums["2204"], -all)
        << "booked twice or never";
    if (status() == SubjectStatus::succeeded) {
        EXPECT_EQ(sums["2201"], 0) << "money stays with the order";
        EXPECT_EQ(gets + sums["2204"], -all) << "the merchant is owed something else";
    }
}

void FlowDriver::check_money() const {
    check_books();
    std::int64_t balance = 0;
    for (const auto& line : steps_.back().lines) {
        balance += line.side == flow::Side::debit ? line.amount.minor() : -line.amount.minor();
    }
    EXPECT_EQ(balance, 0) << "the journal of an activation does not balance";
    std::int64_t collected = 0;
    bool all_let_go = true;
    for (const auto& each : picture().instructions) {
        const bool has = each.status == InstructionStatus::succeeded;
        const bool comes = each.purpose == payment::Purpose::collect;
        collected += has ? (comes ? each.amount.minor() : -each.amount.minor()) : 0;
        all_let_go =
            all_let_go && !is_open(each.status) && each.status != InstructionStatus::conflicted;
    }
    all_let_go = all_let_go && collected == 0;
    if (picture().subject.service != payment::Service::payment) {
        return;
    }
    if (status() == SubjectStatus::succeeded) {
        EXPECT_EQ(collected, picture().subject.amount.minor()) << "success without the money";
    }
    if (status() == SubjectStatus::failed || status() == SubjectStatus::closed) {
        EXPECT_TRUE(all_let_go) << "ended unpaid with money held or in doubt";
    }
}

void FlowDriver::check_instructions() const {
    std::map<int, int> occupying;
    for (const auto& each : picture().instructions) {
        const bool may_have_money = is_open(each.status) ||
                                    each.status == InstructionStatus::succeeded ||
                                    each.status == InstructionStatus::conflicted;
        const bool comes = each.purpose == payment::Purpose::collect;
        occupying[each.leg_number] += may_have_money && comes ? 1 : 0;
    }
    for (const auto& [leg, count] : occupying) {
        EXPECT_LE(count, 1) << "two instructions may both take the money of leg " << leg;
    }
}

}  // namespace sluice::testing
