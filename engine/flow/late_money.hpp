#pragma once

#include <string>
#include <string_view>

#include "flow/kernel.hpp"

namespace sluice::flow {

/// Money that moves against what was known, while a run lives and after its end. It is booked for
/// what it is, once, and no script is asked: what came belongs to no order (2204), what left is
/// owed to us by whoever has it twice (1202), unless what it belongs to can still take it. A
/// hand of the kernel, made for one fact; never sends anything. What cannot be decided by that is
/// asked people, see late_money_end.hpp.
class LateMoney {
  public:
    explicit LateMoney(Kernel& kernel) : kernel_(kernel) {}

    /// An event that the table refuses the instruction: a status never moves backwards, but money
    /// that is said to have moved against it is somebody's. True when that is news of money.
    bool take(payment::InstructionEvent event, payment::Instruction& at, std::string conflict);
    /// The channel says that money came of which a close gave back what it took, or may have: no
    /// word tells which of the two was first, so nothing is booked. An open instruction is unknown
    /// from now on; of one that is over people hear.
    void doubt_undone(payment::Instruction& at);
    /// A refund or payout came back after its run had ended, and is booked back to where it waits
    /// for its end. Who gave it has it again; what a payment gave back of what it collected is
    /// still the payer's.
    void come_back(const payment::Instruction& instruction);
    /// Something of a run that lives surely did not go, or came back: what had gone against what
    /// was known, and found its place taken then, is what the run wanted after all.
    void fill_free_place();

  private:
    friend class LateMoneyEnd;
    void open(std::string_view kind, InstructionId about, std::string detail);
    void contest(const payment::Instruction& at, std::string why);
    void come_late(payment::Instruction& instruction);
    void go_late(payment::Instruction& instruction);
    bool goes_within_refund(const payment::Instruction& instruction);
    bool takes_its_place(payment::Instruction& instruction);
    [[nodiscard]] bool is_missing(const payment::Instruction& instruction) const;
    void withdraw_unsent(const payment::Instruction& instead_of);
    bool takes_room(const payment::Instruction& instruction);
    void come_back_to_giver(Money amount);
    void go_twice(payment::Instruction& instruction);
    void move_recoverable(const payment::Instruction& instruction, Side side);

    Kernel& kernel_;
};

}  // namespace sluice::flow
