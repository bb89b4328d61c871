#include "faults/order_model.hpp"

#include <algorithm>

namespace sluice::testing {

void OrderModel::Sum::end(const std::string& id, const std::string& status) {
    const bool ends_well = status == "succeeded";
    const auto found = pending.find(id);
    if (found == pending.end() || !(ends_well || status == "failed" || status == "closed")) {
        return;
    }
    sure += ends_well ? found->second : 0;
    pending.erase(found);
}

std::int64_t OrderModel::Sum::open() const {
    std::int64_t sum = 0;
    for (const auto& [id, amount] : pending) {
        sum += amount;
    }
    return sum;
}

void OrderModel::payment_begun(const std::string& id, std::int64_t amount) {
    paid_.pending.emplace(id, amount);
}

void OrderModel::payment_is(const std::string& id, const std::string& status) {
    paid_.end(id, status);
}

void OrderModel::refund_begun(const std::string& id, std::int64_t amount) {
    refunded_.pending.emplace(id, amount);
}

void OrderModel::refund_is(const std::string& id, const std::string& status) {
    refunded_.end(id, status);
}

void OrderModel::refund_came_back(const std::string& id, std::int64_t amount) {
    const auto found = refunded_.pending.find(id);
    (found == refunded_.pending.end() ? refunded_.sure : found->second) -= amount;
}

Verdict OrderModel::judge_payment(std::int64_t amount) const {
    // Expiry may refuse what is not above the rest, so nothing must be taken.
    return amount > due() ? Verdict::must_be_refused : Verdict::either;
}

std::int64_t OrderModel::sure_rest() const {
    return std::max<std::int64_t>(0, paid_.sure - refunded_.sure - refunded_.open());
}

std::int64_t OrderModel::possible_rest() const {
    return std::min(amount_, paid_.sure + paid_.open()) - refunded_.sure;
}

Verdict OrderModel::judge_refund(std::int64_t amount) const {
    if (amount > possible_rest()) {
        return Verdict::must_be_refused;
    }
    return amount <= sure_rest() ? Verdict::must_be_taken : Verdict::either;
}

}  // namespace sluice::testing
