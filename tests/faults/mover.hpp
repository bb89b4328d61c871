#pragma once

#include <map>
#include <string>

#include "faults/caller.hpp"

namespace sluice::testing {

/// A business system that moves money between accounts, or pays it out. One thread.
class Mover {
  public:
    Mover(Town& town, std::string number) : town_(town), number_(std::move(number)) {}

    /// Asks for it until it is answered, and notes what was begun.
    void perform(const MoveWish& wish);

  private:
    void top_up(const MoveWish& wish);
    void transfer(const MoveWish& wish);
    void exchange(const MoveWish& wish);
    void trespass(const MoveWish& wish);
    [[nodiscard]] Value transfer_body(const TransferTold& told) const;
    [[nodiscard]] Value payout_body(const MoveWish& wish, std::int64_t amount) const;
    void pay_out(const MoveWish& wish);
    void pay_out_batch(const MoveWish& wish);
    void note_lines(const NumberedCall& call, const std::map<std::string, PayoutTold>& wanted);
    [[nodiscard]] std::string compensated();
    void let_people_decide(const std::string& payout, const MoveWish& wish);

    Town& town_;
    std::string number_;
};

}  // namespace sluice::testing
