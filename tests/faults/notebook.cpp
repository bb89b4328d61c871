#include "faults/notebook.hpp"

namespace sluice::testing {
namespace {

constexpr std::size_t kComplaintsMax = 20;

}  // namespace

void Notebook::add(const std::string& id, const OrderTold& order) {
    const MutexLock lock(mutex_);
    told_.orders.emplace(id, order);
}

void Notebook::add(const std::string& id, const PaymentTold& payment) {
    const MutexLock lock(mutex_);
    told_.payments.emplace(id, payment);
}

void Notebook::add(const std::string& id, const RefundTold& refund) {
    const MutexLock lock(mutex_);
    told_.refunds.emplace(id, refund);
}

void Notebook::add(const std::string& id, const PayoutTold& payout) {
    const MutexLock lock(mutex_);
    told_.payouts.emplace(id, payout);
}

void Notebook::add(const std::string& id, const TransferTold& transfer) {
    const MutexLock lock(mutex_);
    told_.transfers.emplace(id, transfer);
}

void Notebook::add(const std::string& id, const AccountTold& account) {
    const MutexLock lock(mutex_);
    told_.accounts.emplace(id, account);
}

void Notebook::add(const WordKey& about, const WordTold& word) {
    const MutexLock lock(mutex_);
    told_.words[about] = word;
}

std::optional<WordTold> Notebook::word_about(const WordKey& about) {
    const MutexLock lock(mutex_);
    const auto found = told_.words.find(about);
    return found == told_.words.end() ? std::nullopt : std::optional(found->second);
}

void Notebook::top_up(const std::string& account, std::int64_t amount) {
    const MutexLock lock(mutex_);
    told_.accounts.at(account).put_in += amount;
}

std::string Notebook::next_code(std::string_view method) {
    constexpr std::size_t kFirst = 1'000'000'000'000'000;
    return (method == "alipay" ? "28" : "13") + std::to_string(kFirst + ++codes_);
}

void Notebook::complain(const std::string& what) {
    complained_ = true;
    const MutexLock lock(mutex_);
    if (complaints_.size() < kComplaintsMax) {
        complaints_.push_back(what);
    }
}

std::vector<std::string> Notebook::complaints() {
    const MutexLock lock(mutex_);
    return complaints_;
}

Testimony Notebook::testimony() {
    const MutexLock lock(mutex_);
    return told_;
}

}  // namespace sluice::testing
