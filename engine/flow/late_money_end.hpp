#pragma once

#include <string_view>
#include <vector>

#include "flow/kernel.hpp"

namespace sluice::flow {

/// What marks an instruction whose money left after we had given it up: its status stays. It came
/// back since; people said how it ended.
inline constexpr std::string_view kWentTwice = "paid_twice";
inline constexpr std::string_view kWentAndCame = "paid_twice_returned";
inline constexpr std::string_view kWentAndSettled = "paid_twice_settled";
/// Whether it is marked so: its late success is booked.
[[nodiscard]] bool went_twice(const payment::Instruction& instruction);

/// How money that moved against our record ends: by people, whom the kernel asks without a script,
/// while the run lives and after its end. What they decide is booked in the activation that counts
/// the last vote, and closes the case. A hand of the kernel; never sends anything.
class LateMoneyEnd {
  public:
    explicit LateMoneyEnd(Kernel& kernel) : kernel_(kernel) {}

    /// Asks how it ends; who and how many by the policy `case_approval`.
    void ask(std::string_view kind, InstructionId about, CaseId closes);
    /// A task of kind `settle` was decided.
    void take(const payment::Task& task);
    /// What somebody had twice is here again: nobody need say how it ends.
    void come_back_by_itself(payment::Instruction& instruction);
    /// Nobody has it twice any more: the question is taken back, and its case is closed.
    void need_no_word(InstructionId about);

  private:
    [[nodiscard]] std::vector<std::string_view> choices_of(
        std::string_view kind, const payment::Instruction& about
    ) const;
    bool book(const payment::Task& task, payment::Instruction& about);
    void end_recoverable(std::string_view how, payment::Instruction& about);
    bool pay_again(const payment::Task& task, const payment::Instruction& from);
    void believe_channel(payment::Instruction& about);

    Kernel& kernel_;
};

}  // namespace sluice::flow
