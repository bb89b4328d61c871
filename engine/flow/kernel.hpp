#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "flow/channel_talk.hpp"
#include "flow/channel_terms.hpp"
#include "flow/effect.hpp"
#include "flow/fact.hpp"
#include "flow/payout_limits.hpp"
#include "flow/step.hpp"
#include "payment/payment.hpp"

namespace sluice::flow {

/// The part of a run that a script cannot argue with: it owns the picture of the payment, moves
/// statuses by the transition table, holds the channel's claims against the record, derives every
/// posting itself, and refuses what would lose money. Pure: one activation at a time, no clock, no
/// database. Errors of the script-facing calls speak to the script's author.
class Kernel {
  public:
    explicit Kernel(payment::Picture picture) : picture_(std::move(picture)) {}

    /// Of a run that is over, as the database has it: books what still comes, without a script.
    static Kernel ended(payment::Picture picture, LeftOpen left);

    /// The stages of the flow; until then every name is one.
    void declare_stages(StageNames stages) { stages_ = std::move(stages); }
    /// Begins an activation: resets the step, takes the facts, applies them to the instructions.
    using Activation = flow::Activation;
    Result<void> begin(Activation activation);
    Step take_step();
    [[nodiscard]] const payment::Picture& picture() const { return picture_; }
    [[nodiscard]] Time now() const { return activation_.now; }
    [[nodiscard]] const payment::Instruction* find(InstructionId id) const;
    /// Exchanges sent and not answered: after a crash they may have been executed.
    [[nodiscard]] const std::map<std::uint32_t, SendExchange>& unanswered() const {
        return unanswered_;
    }
    [[nodiscard]] bool is_finished() const { return payment::is_final(picture_.subject.status); }
    // What scripts ask for (through lua_api/kernel_api).
    [[nodiscard]] bool has_event() const { return !events_.empty(); }
    std::optional<Value> next_event();
    void wait_until(Time at) { script_wakes_at_ = at; }
    void wait_for_facts() { script_wakes_at_.reset(); }
    Result<void> stage(std::string_view name, std::string_view phase);
    Result<Value> decide(std::string_view policy, const Value& facts);
    /// The one instruction that may collect the leg; nullopt when this node has no such account.
    Result<std::optional<InstructionId>> instruct(const InstructRequest& request);
    /// True when the account's money is held; otherwise the reason.
    Result<Value> hold(int leg_number);
    Result<Value> capture(InstructionId id);
    Result<void> release(InstructionId id);
    Result<void> exchange(InstructionId id, payment::Operation operation);
    /// Whether the same request may go out once more: its answer was lost, the terms allow it.
    [[nodiscard]] bool may_repeat(const payment::Instruction& instruction) const;
    /// Closes what is known by now never to have come to be; false leaves all as it is.
    Result<bool> conclude_absent(InstructionId id);
    /// Begins to give back part of what was collected: an account has it at once, a channel must be
    /// asked. A record with `ok`, `instruction` and, when it cannot be, `code` and `message`.
    Result<Value> refund(const RefundRequest& request);
    /// Keeps room of a source for a later refund(), once; a record as that gives it.
    Result<Value> reserve(const RefundRequest& request);
    /// Pays out to the payee that a refund names, from 2203; a record as refund() gives it.
    Result<Value> pay_back(const PayBackRequest& request);
    /// Ends a refund or payout that surely never reached its channel.
    Result<void> give_up(InstructionId id);
    /// What was said with its channel; that of an instruction nobody talked of is as at first.
    [[nodiscard]] const ChannelTalk& talk(InstructionId id) const;
    /// The account a payout is paid from gives amount and fee (to 2203), counted towards the sums
    /// that `limits` caps (without them it is not counted); a transfer moves both; the account of a
    /// converted refund gives its amount (to 2202). A record as refund() gives it.
    Result<Value> take_from_account(const std::optional<PayoutLimits>& limits);
    /// The one instruction of a payout that may be open; nullopt: this node has no such account.
    Result<std::optional<InstructionId>> pay_out(const ChannelAddress& address);
    /// Books what was collected from the order to what the merchant is owed, or to a top-up's own
    /// account; once, only success may follow. It may be refused: a record as refund().
    Result<Value> settle();
    /// What was collected for an order that is over belongs to no order from now on: once.
    Result<void> exceed(InstructionId id);
    /// Owes collected money back, when its payment unwinds: once. It goes back by refund().
    Result<void> owe_back(InstructionId id);
    Result<void> open_case(std::string_view kind, InstructionId id, std::string detail);
    Result<void> unwind(std::string code, std::string message);
    Result<void> finish(payment::SubjectEvent event, std::string code, std::string message);

  private:
    friend class LateMoney;
    friend class LateMoneyEnd;
    friend class PeoplesWord;
    payment::Instruction* find_mutable(InstructionId id);
    Result<payment::Leg*> leg(int number);
    Result<void> may(std::string_view verb) const;
    Result<void> may_begin(std::string_view verb) const;
    Result<void> within_due(Money more) const;
    Result<payment::Instruction*> create(const payment::Leg& leg, const InstructRequest& request);
    payment::Instruction& add_instruction(payment::Instruction instruction);
    Result<std::optional<ChannelTerms>> terms_of(const ChannelAddress& address);
    Result<payment::Instruction*> held(InstructionId id, std::string_view verb);
    void forget_untaken_way();
    void apply(const Fact& fact);
    bool answers(const Fact& fact);
    void learn(const Fact& fact, payment::Instruction& instruction);
    void tell(payment::SubjectEvent event);
    [[nodiscard]] bool is_surplus() const;
    void note_absence(const Fact& fact);
    void queue_event(const Fact& fact, const payment::Instruction& instruction);
    bool move(payment::Instruction& instruction, payment::InstructionEvent event);
    std::string& next_effect() { return step_.effects.next(); }
    void touch(InstructionId id);
    [[nodiscard]] const Recorded* known_at(std::uint32_t ordinal, Recorded::Kind kind) const;
    std::optional<Value> refusal_at(std::uint32_t ordinal);
    Result<void> may_move(const payment::Instruction& instruction) const;
    Result<void> may_collect(const payment::Instruction& instruction) const;
    [[nodiscard]] bool is_asked(InstructionId id, payment::Operation operation) const;
    Value account_step(AccountStep::Kind kind, payment::Instruction& instruction);
    Value try_account(AccountStep step);
    void post(PostLine debit, PostLine credit);
    void book(const payment::Instruction& instruction);
    void book_paid_out(const payment::Instruction& instruction);
    void book_channel_cost(const payment::Instruction& instruction, Money fee);
    [[nodiscard]] PostLine order_line(Side side, Money amount) const;
    [[nodiscard]] PostLine merchant_line(Side side, Money amount) const;
    [[nodiscard]] static PostLine far_line(const payment::Instruction& at, Side side);
    [[nodiscard]] static PostLine float_line(const payment::Instruction& at, Side side);
    [[nodiscard]] PostLine owed_line(Side side, Money amount) const;
    [[nodiscard]] PostLine surplus_line(Side side, Money amount) const;
    [[nodiscard]] PostLine giver_line(Side side, Money amount) const;
    Result<void> covered() const;
    Result<void> nothing_held() const;
    Result<void> may_end(payment::SubjectEvent event) const;
    void note_status();
    Result<void> may_end_payment(payment::SubjectEvent event) const;
    void end_books(payment::SubjectEvent event);
    void end_order(payment::SubjectEvent event);
    void come_back(const payment::Instruction& instruction);
    void take_vote(const Fact& fact);
    void tell_tasks();
    void close_cases(CasesOf& cases, InstructionId about);
    void end_doubt(InstructionId id);
    void accept_refund();
    Result<void> may_give_back(Money amount) const;
    [[nodiscard]] Result<payment::RefundSource> source_of(InstructionId id) const;
    [[nodiscard]] Money owed() const;
    enum class Counted { going_back, gone_back };
    [[nodiscard]] Money given_back(Counted counted, InstructionId source = {}) const;
    Result<Value> refund_at_channel(const payment::RefundSource& from, const RefundRequest& wish);
    Value refund_to_account(
        const payment::RefundSource& source, const RefundRequest& request, std::string channel
    );
    std::optional<Value> claim(RefundClaim wanted);
    void push_claim(const RefundClaim& claim);
    void yield_claim(const payment::Instruction& instruction);
    void did_not_go(const payment::Instruction& instruction);
    bool stays_unsent(const Fact& fact, payment::Instruction& instruction);
    void book_being_paid_out(Money amount);
    void book_not_paid_out(const payment::Instruction& instruction);
    Value take_converted(const payment::Refund& conversion);
    void give_back_to_account(const payment::Refund& conversion, Money amount);
    Result<void> may_end_refund(payment::SubjectEvent event) const;
    void end_refund(payment::SubjectEvent event);
    Result<void> may_end_payout(payment::SubjectEvent event) const;
    void end_payout(payment::SubjectEvent event);
    void restore(const payment::Payout& payout);
    void return_payout(const payment::Instruction& instruction);
    void book_transfer(const payment::Transfer& transfer);
    Result<Value> within_limits(const PayoutLimits& limits);

    payment::Picture picture_;
    Activation activation_;
    Step step_;
    std::uint32_t ordinal_ = 0;
    std::uint32_t exchanges_sent_ = 0;
    std::deque<Value> events_;
    std::map<std::uint32_t, SendExchange> unanswered_;
    std::map<InstructionId, ChannelTalk> talks_;
    std::set<InstructionId> owed_back_;
    std::set<InstructionId> exceeded_;
    std::map<InstructionId, RefundClaim> reserved_;  ///< by what it gives back of
    bool has_ended_ = false;                         ///< what it has was read, not replayed
    bool order_over_ = false, settled_ = false;      ///< settle() was refused, was done
    bool taken_ = false;                             ///< take_from_account() has done its work
    TaskBoard board_;
    CasesOf doubts_;                       ///< end when it is known what became of the money
    CasesOf conflicts_;                    ///< end by the word of people
    CasesOf dues_;                         ///< by what is to go back: end when it has
    std::optional<Time> script_wakes_at_;  ///< the board has moments of its own
    StageNames stages_;
};

}  // namespace sluice::flow
