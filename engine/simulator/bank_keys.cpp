#include "simulator/bank_keys.hpp"

#include <cstddef>

namespace sluice::simulator {

namespace {

constexpr std::size_t kBankKeySize = 48;

}  // namespace

BankKeys::BankKeys(const BankDirectory& accounts) {
    const MutexLock lock(mutex_);
    for (const BankAccount& account : accounts.all()) {
        keys_[account.account].push_back(account.key);
    }
}

Secret<std::string> BankKeys::newest(const std::string& account) const {
    const MutexLock lock(mutex_);
    return keys_.at(account).back();
}

std::vector<Secret<std::string>> BankKeys::all(const std::string& account) const {
    const MutexLock lock(mutex_);
    return keys_.at(account);
}

std::string BankKeys::rotate(const std::string& account, IdSource& tokens) {
    std::string key = tokens.token(kBankKeySize);
    const MutexLock lock(mutex_);
    keys_.at(account).emplace_back(key);
    return key;
}

}  // namespace sluice::simulator
