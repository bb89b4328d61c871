#include "simulator/bank_account.hpp"

#include <algorithm>

#include "json/json.hpp"
#include "simulator/key_files.hpp"

namespace sluice::simulator {

namespace {

constexpr std::size_t kKeyBytesMin = 32;

Result<std::int64_t> amount_in(const Value& from, std::string_view name) {
    const Value* member = from.find(name);
    const std::int64_t* amount = member == nullptr ? nullptr : member->as_int();
    if (amount == nullptr || *amount < 0) {
        return fail(
            ErrorCode::invalid,
            "a bank account of the simulator lacks the amount '" + std::string(name) + "' in fen"
        );
    }
    return *amount;
}

Result<BankAccount> load_account(const Value& from, const std::filesystem::path& keys) {
    BankAccount account;
    SLUICE_ASSIGN(account.account, text_member(from, "account"));
    SLUICE_ASSIGN(account.name, text_member(from, "name"));
    SLUICE_ASSIGN(const std::string key_file, text_member(from, "key_file"));
    SLUICE_ASSIGN(std::string key, read_line(keys / key_file));
    if (key.size() < kKeyBytesMin) {
        return fail(
            ErrorCode::invalid,
            "the key of bank account " + account.account + " is shorter than 32 bytes"
        );
    }
    account.key = Secret(std::move(key));
    SLUICE_ASSIGN(account.opening_balance, amount_in(from, "opening_balance"));
    SLUICE_ASSIGN(account.single_limit, amount_in(from, "single_limit"));
    SLUICE_ASSIGN(account.daily_limit, amount_in(from, "daily_limit"));
    account.collection_agreement = from.text_or_empty("collection_agreement");
    account.notify_prefixes = texts_member(from, "notify_prefixes");
    return account;
}

}  // namespace

bool BankAccount::may_be_notified_at(std::string_view url) const {
    return !url.empty() && (notify_prefixes.empty() ||
                            std::ranges::any_of(notify_prefixes, [url](const std::string& prefix) {
                                return url.starts_with(prefix);
                            }));
}

const BankAccount* BankDirectory::find(std::string_view account) const {
    const auto found = std::ranges::find(accounts_, account, &BankAccount::account);
    return found == accounts_.end() ? nullptr : &*found;
}

Result<std::vector<BankAccount>> load_bank_accounts(const MerchantFiles& files) {
    SLUICE_ASSIGN(const std::string text, read_file(files.list));
    SLUICE_ASSIGN(const Value root, json::parse(text));
    std::vector<BankAccount> accounts;
    const Value* list = root.find("bank_accounts");
    if (list == nullptr) {
        return accounts;
    }
    if (list->as_array() == nullptr) {
        return fail(
            ErrorCode::invalid, files.list.string() + " has 'bank_accounts', wanted a list of them"
        );
    }
    for (const Value& from : *list->as_array()) {
        SLUICE_ASSIGN(BankAccount account, load_account(from, files.keys));
        accounts.push_back(std::move(account));
    }
    return accounts;
}

}  // namespace sluice::simulator
