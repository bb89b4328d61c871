#include "payment/payer.hpp"

#include "payment/names.hpp"

namespace sluice::payment {
namespace {

constexpr Names<OrderPaidBy, 4> kOrderPaidBy{
    "payer of an order", {"nobody", "same_payer", "another_payer", "unknown"}
};

}  // namespace

SamePayer is_same_payer(std::string_view one, std::string_view other) {
    if (one.empty() || other.empty()) {
        return SamePayer::unknown;
    }
    if (one == other) {
        return SamePayer::yes;
    }
    const bool is_comparable = one.substr(0, one.find('.')) == other.substr(0, other.find('.'));
    return is_comparable ? SamePayer::no : SamePayer::unknown;
}

std::string_view to_string(OrderPaidBy who) { return kOrderPaidBy.of(who); }

}  // namespace sluice::payment
