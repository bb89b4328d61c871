#include "faults/refund_sums.hpp"

#include <map>

namespace sluice::testing {

std::int64_t given_back(const RefundTold& refund, std::string_view account) {
    std::int64_t sum = 0;
    for (const WayTold& way : refund.ways) {
        const bool counts = account == "*" || way.account == account;
        sum += counts && way.status == "succeeded" ? way.amount : 0;
    }
    return sum;
}

std::int64_t came_back(const RefundTold& refund) {
    // Each source is one part, which may have gone and come back more than once.
    std::map<std::string, std::int64_t> parts;
    for (const WayTold& way : refund.ways) {
        if (way.status == "returned") {
            parts[way.source] = way.amount;
        }
    }
    for (const WayTold& way : refund.ways) {
        if (way.status == "succeeded") {
            parts.erase(way.source);
        }
    }
    std::int64_t sum = 0;
    for (const auto& [source, amount] : parts) {
        sum += amount;
    }
    return sum;
}

std::int64_t counted(const RefundTold& refund) {
    if (refund.status == "failed") {
        return 0;
    }
    return refund.amount - (refund.status == "returned" ? came_back(refund) : 0);
}

bool is_of_order(const RefundTold& refund) { return !refund.is_surplus && refund.converts.empty(); }

}  // namespace sluice::testing
