#pragma once

#include <string>
#include <string_view>

#include "flow/kernel.hpp"

namespace sluice::flow {

/// Who is paid what goes back, and how.
struct NamedPayee {
    std::string method;
    Value payee;  ///< as an instruction has it
};

/// What a run asks people about money, and what it believes them. Only an approved task about the
/// very money counts, for what it says and no more; the books and caps are the kernel's as ever. A
/// hand of the kernel, made for one call; never sends anything.
class PeoplesWord {
  public:
    explicit PeoplesWord(Kernel& kernel) : kernel_(kernel) {}

    /// Asks people; the events that follow name the same id. What concerns money has a form of
    /// ours.
    Result<TaskId> ask(payment::Task task);
    /// Books what people found out about the very instruction that nobody else tells of, or of
    /// which the channel tells what contradicts our record: once.
    Result<void> resolve(TaskId id);
    /// The account that people named for it.
    [[nodiscard]] Result<AccountId> account_for(const RefundRequest& wish) const;
    /// The payee that people named for it, or else the refund.
    [[nodiscard]] Result<NamedPayee> payee_for(const PayBackRequest& wish) const;
    /// Books what people gave back outside of us, as they say: it is gone with this commit. A
    /// record as Kernel::refund gives it.
    Result<Value> given_outside(const RefundRequest& wish);

  private:
    Result<void> prepare_resolve(payment::Task& task) const;
    Result<void> check_close(const payment::Instruction& about) const;
    Result<void> prepare_give_back(payment::Task& task) const;
    [[nodiscard]] Result<const payment::Task*> decided(
        TaskId id, InstructionId source, Money amount
    ) const;
    void settle_conflict(payment::Instruction& instruction, const payment::Task& task);

    Kernel& kernel_;
};

}  // namespace sluice::flow
