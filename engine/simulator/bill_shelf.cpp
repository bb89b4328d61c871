#include "simulator/bill_shelf.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace sluice::simulator {

namespace {

constexpr std::size_t kBillsKept = 16;
constexpr std::size_t kBillTokenLength = 32;

}  // namespace

std::string BillShelf::put(BillOnShelf bill, Time until) {
    const MutexLock lock(mutex_);
    kept_.push_back({tokens_.token(kBillTokenLength), std::move(bill), until});
    if (kept_.size() > kBillsKept) {
        kept_.pop_front();
    }
    return kept_.back().token;
}

std::optional<BillOnShelf> BillShelf::find(std::string_view token, Time now) {
    const MutexLock lock(mutex_);
    const auto found = std::ranges::find(kept_, token, &Kept::token);
    if (found == kept_.end() || found->until < now) {
        return std::nullopt;
    }
    return found->bill;
}

}  // namespace sluice::simulator
