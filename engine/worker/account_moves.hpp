#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/id.hpp"
#include "flow/effect.hpp"

namespace sluice::worker {

/// What the activations of a batch together do to one inline account, if none is refused. Minor
/// units; a sum that does not fit stays at the largest number, which no balance can take.
struct AccountMove {
    AccountId account;
    std::string currency;     ///< empty when it was named with two: one of them will be refused
    std::int64_t frozen = 0;  ///< asked for by new holds and by what is taken at once
    std::int64_t held = 0;    ///< new holds less captured and released ones
    std::int64_t dr = 0;
    std::int64_t cr = 0;
    std::int64_t entries = 0;
};

/// Where an entry on an inline account stands in the batch, both counted from 1.
struct EntryPlace {
    std::int64_t slot = 0;  ///< of the account in AccountMoves::all()
    std::int64_t turn = 0;  ///< among the entries of the account
};

/// Adds up the holds and lines of a batch by inline account, in the order they come, so that the
/// database need not. Owned by the batch; one thread.
class AccountMoves {
  public:
    void add(const flow::AccountStep& step);
    /// The line must name its account.
    EntryPlace add(const flow::PostLine& line);

    [[nodiscard]] const std::vector<AccountMove>& all() const { return moves_; }
    void clear();

  private:
    std::size_t slot_of(AccountId account, const Money& amount);

    std::vector<AccountMove> moves_;
    std::unordered_map<Id128, std::size_t> slots_;
};

}  // namespace sluice::worker
