#include "worker/uncommitted.hpp"

#include <algorithm>
#include <utility>

namespace sluice::worker {
namespace {

// Neither part holds a NUL: such a text cannot be stored.
std::string key_of(std::string_view kind, const std::string& merchant, const std::string& text) {
    std::string key(kind);
    key += merchant;
    key += '\0';
    key += text;
    return key;
}

std::vector<std::string> keys_of(const StartRun& start) {
    const auto& subject = start.picture.subject;
    const std::string& merchant = subject.merchant_id;
    const bool is_payment = subject.service == payment::Service::payment;
    const std::string kind(is_payment ? "order" : payment::to_string(subject.service));
    std::vector<std::string> keys{key_of(
        kind + " ",
        merchant,
        is_payment ? start.picture.order.merchant_order_number : subject.number
    )};
    if (!start.idempotency_key.empty()) {
        keys.push_back(key_of("key ", merchant, start.idempotency_key));
    }
    return keys;
}

}  // namespace

Uncommitted::Entry::~Entry() {
    if (uncommitted_ == nullptr) {
        return;
    }
    uncommitted_->runs_.erase(run_);
    for (const auto& key : keys_) {
        uncommitted_->keys_.erase(key);
    }
}

void Uncommitted::Entry::swap(Entry& other) noexcept {
    std::swap(uncommitted_, other.uncommitted_);
    std::swap(run_, other.run_);
    std::swap(keys_, other.keys_);
}

Uncommitted::Entry Uncommitted::take(RunId run, const StartRun* start) {
    Entry entry;
    auto keys = start != nullptr ? keys_of(*start) : std::vector<std::string>{};
    const bool taken = runs_.contains(run) || std::ranges::any_of(keys, [&](const auto& key) {
                           return keys_.contains(key);
                       });
    if (taken) {
        return entry;
    }
    runs_.insert(run);
    keys_.insert(keys.begin(), keys.end());
    entry.uncommitted_ = this;
    entry.run_ = run;
    entry.keys_ = std::move(keys);
    return entry;
}

}  // namespace sluice::worker
