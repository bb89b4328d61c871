#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/mutex.hpp"
#include "core/secret.hpp"
#include "simulator/bank_account.hpp"
#include "simulator/id_source.hpp"

namespace sluice::simulator {

/// The keys that the bank shares with its customers. Answers and callbacks are signed with the
/// newest of an account; requests may be signed with any, so that nobody is locked out while he
/// changes his own. Any thread.
class BankKeys {
  public:
    explicit BankKeys(const BankDirectory& accounts);

    /// The account must be one of the directory.
    [[nodiscard]] Secret<std::string> newest(const std::string& account) const;
    [[nodiscard]] std::vector<Secret<std::string>> all(const std::string& account) const;
    /// Another key from now on, and what it is: only the tester who ordered it learns it.
    std::string rotate(const std::string& account, IdSource& tokens);

  private:
    mutable Mutex mutex_;
    std::map<std::string, std::vector<Secret<std::string>>> keys_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::simulator
