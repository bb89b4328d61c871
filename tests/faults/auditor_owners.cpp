// Whose things are: the part of the audit that knows several merchants.
#include "faults/auditor.hpp"

namespace sluice::testing {
namespace {

template <class Objects>
std::string owner_of(const Objects& objects, const std::string& id) {
    const auto found = objects.find(id);
    return found == objects.end() ? "nobody" : found->second.merchant;
}

}  // namespace

void Auditor::expect_private(const std::string& id, const std::string& merchant) {
    const auto seen = told_.shown_to.find(id);
    std::string others;
    for (const std::string& other :
         seen == told_.shown_to.end() ? std::set<std::string>{} : seen->second) {
        others += (others.empty() ? "" : ", ") + other;
    }
    expect(others == merchant, id + " of " + merchant + " is shown to '" + others + "'");
}

void Auditor::expect_own(const std::string& id, const Touched& touched) {
    if (!touched.order.empty()) {
        const std::string owner = owner_of(told_.orders, touched.order);
        expect(
            owner == touched.merchant,
            id + " of " + touched.merchant + " is of order " + touched.order + " of " + owner
        );
    }
    std::vector<std::string> accounts = touched.accounts;
    for (const WayTold& way : touched.ways) {
        accounts.push_back(way.account);
    }
    for (const std::string& account : accounts) {
        const std::string owner = owner_of(told_.accounts, account);
        expect(
            account.empty() || owner == touched.merchant,
            id + " of " + touched.merchant + " moved account " + account + " of " + owner
        );
    }
}

/// No merchant sees what is another's, and no fen crosses from the one to the other.
void Auditor::check_owners() {
    for (const auto& [id, order] : told_.orders) {
        expect_private(id, order.merchant);
    }
    for (const auto& [id, payment] : told_.payments) {
        expect_private(id, payment.merchant);
        expect_own(id, {payment.merchant, payment.order, payment.ways, {}});
    }
    for (const auto& [id, refund] : told_.refunds) {
        expect_private(id, refund.merchant);
        expect_own(id, {refund.merchant, refund.order, refund.ways, {refund.taken_from}});
    }
    for (const auto& [id, payout] : told_.payouts) {
        expect_private(id, payout.merchant);
        expect_own(id, {payout.merchant, payout.makes_good, payout.ways, {payout.from}});
    }
    for (const auto& [id, transfer] : told_.transfers) {
        expect_private(id, transfer.merchant);
        expect_own(id, {transfer.merchant, "", {}, {transfer.from, transfer.to}});
    }
}

}  // namespace sluice::testing
