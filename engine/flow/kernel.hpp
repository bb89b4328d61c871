#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/value.hpp"
#include "flow/effect.hpp"
#include "flow/fact.hpp"
#include "payment/payment.hpp"

namespace sluice::flow {

/// Asks a live policy; only called when the journal holds no answer yet. The value it returns is
/// recorded with the activation.
using Decider = std::function<Result<Value>(std::string_view policy, const Value& facts)>;

/// A result that is not a function of the script: kept in the journal, given back on replay.
struct Recorded {
    enum class Kind { decision, refusal };
    Kind kind = Kind::decision;
    std::uint32_t ordinal = 0;
    Value value;
};

[[nodiscard]] Value to_value(const Recorded& recorded);
Result<Recorded> recorded_from_value(const Value& value);

/// Everything one activation asks of the world, and what became of the payment.
struct Step {
    std::vector<Fact> facts;
    std::vector<Recorded> recorded;
    std::vector<Value> effects;  ///< the journal's account, in order; the hash is over these
    std::vector<SendExchange> exchanges;
    std::vector<HoldStep> holds;
    std::vector<PostLine> lines;
    std::vector<OpenCase> cases;
    std::vector<InstructionId> created;
    std::vector<InstructionId> touched;
    bool payment_changed = false;
    bool finished = false;
    std::optional<Time> wake_at;
};

/// What a new instruction at a channel is about.
struct InstructRequest {
    int leg_number = 0;
    std::string channel;
    std::string channel_account;
    std::string merchant;
    Time expires_at{};
};

/// The stages of a flow, shared by its runs.
using StageNames = std::shared_ptr<const std::vector<std::string>>;

/// The part of a run that a script cannot argue with: it owns the picture of the payment, moves
/// statuses by the transition table, holds the channel's claims against the record, and refuses
/// what would lose money. Pure: one activation at a time, no clock, no database.
/// Errors of the script-facing calls speak to the script's author.
class Kernel {
  public:
    explicit Kernel(payment::PaymentPicture picture) : picture_(std::move(picture)) {}

    /// The stages of the flow; until then every name is one.
    void declare_stages(StageNames stages) { stages_ = std::move(stages); }

    /// Begins an activation: resets the step, takes the facts, applies them to the instructions.
    /// `known` are results recorded for it before; `decider` is null on replay.
    struct Activation {
        std::uint32_t seq = 0;
        Time now{};
        std::vector<Fact> facts;
        std::vector<Recorded> known;
        const Decider* decider = nullptr;
    };
    Result<void> begin(Activation activation);
    /// The step as it stands; the kernel keeps a fresh one.
    Step take_step();

    [[nodiscard]] const payment::PaymentPicture& picture() const { return picture_; }
    [[nodiscard]] Time now() const { return activation_.now; }
    [[nodiscard]] const payment::Instruction* find(InstructionId id) const;
    /// Exchanges sent and not answered: after a crash they may have been executed.
    [[nodiscard]] const std::map<std::uint32_t, SendExchange>& unanswered() const {
        return unanswered_;
    }
    [[nodiscard]] bool is_finished() const { return payment::is_final(picture_.payment.status); }

    // What scripts ask for (through lua_api/kernel_api).
    [[nodiscard]] bool has_event() const { return !events_.empty(); }
    std::optional<Value> next_event();
    void wait_until(Time at) { step_.wake_at = at; }
    void wait_for_facts() { step_.wake_at.reset(); }
    Result<void> stage(std::string_view name, std::string_view phase);
    Result<Value> decide(std::string_view policy, const Value& facts);
    Result<InstructionId> instruct(const InstructRequest& request);
    /// True when the account's money is held; otherwise the reason.
    Result<Value> hold(int leg_number);
    Result<Value> capture(InstructionId id);
    Result<void> release(InstructionId id);
    Result<void> exchange(InstructionId id, payment::Operation operation);
    /// Whether the instruction is now known never to have come to be, so that it is closed: it was
    /// sent, closed, and a query asked after the close found nothing, later than `consistency`
    /// after it began. False leaves all as it is.
    Result<bool> conclude_absent(InstructionId id, std::chrono::seconds consistency);
    Result<void> post(std::vector<PostLine> lines);
    Result<void> open_case(std::string_view kind, InstructionId id, std::string detail);
    Result<void> unwind(std::string code, std::string message);
    Result<void> finish(payment::PaymentEvent event, std::string code, std::string message);

  private:
    payment::Instruction* find_mutable(InstructionId id);
    Result<payment::Leg*> leg(int number);
    Result<void> may(std::string_view verb) const;
    Result<void> may_begin(std::string_view verb) const;
    Result<payment::Instruction*> create(const payment::Leg& leg, const InstructRequest& request);
    Result<payment::Instruction*> held(InstructionId id, std::string_view verb);
    void forget_untaken_way();
    void apply(const Fact& fact);
    bool answers(const Fact& fact);
    void learn(const Fact& fact, payment::Instruction& instruction);
    void contest(
        payment::InstructionEvent event,
        const payment::Instruction& instruction,
        const std::string& conflict
    );
    void note_absence(const Fact& fact);
    void queue_event(const Fact& fact, const payment::Instruction& instruction);
    bool move(payment::Instruction& instruction, payment::InstructionEvent event);
    void note(Value effect) { step_.effects.push_back(std::move(effect)); }
    void touch(InstructionId id);
    std::optional<Value> refusal_at(std::uint32_t ordinal);
    Result<Value> hold_step(HoldStep::Kind kind, payment::Instruction& instruction);
    Result<void> covered() const;
    Result<void> nothing_held() const;
    void end_order();

    payment::PaymentPicture picture_;
    Activation activation_;
    Step step_;
    std::uint32_t ordinal_ = 0;
    std::uint32_t exchanges_sent_ = 0;
    std::deque<Value> events_;
    std::map<std::uint32_t, SendExchange> unanswered_;
    /// What was said with the channel about one instruction.
    struct Talk {
        bool collect_sent = false;
        /// The last exchange sent when a close was answered; 0: none was.
        std::uint32_t closed_after = 0;
        bool found_nothing_since = false;
        bool contested = false;  ///< a case tells that money came against our record
    };
    std::map<InstructionId, Talk> talks_;
    StageNames stages_;
};

}  // namespace sluice::flow
