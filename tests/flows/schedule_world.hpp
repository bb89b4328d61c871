#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "flows/flow_driver.hpp"

namespace sluice::testing {

/// The shapes that a payment of a schedule may have: all kinds of legs, up to three at channels.
[[nodiscard]] std::vector<payment::Leg> legs_of_shape(std::uint64_t shape);

/// One payment, or one refund of several parts, against an honest channel and a payer, on a
/// schedule drawn from a seed: requests that arrive late or never, answers that are lost or
/// repeated, callbacks early, late, twice or not at all, a payer who pays, pays late or walks away,
/// a business that closes, a card that has too little or closes before capture. The same seed gives
/// the same schedule. One thread.
class ScheduleWorld {
  public:
    ScheduleWorld(std::uint64_t seed, Memory memory);
    /// A run of these options instead of a payment.
    ScheduleWorld(std::uint64_t seed, DriveOptions options);

    /// Until the run needs nothing more from the channel, or for a week of its time.
    void play();

    [[nodiscard]] const FlowDriver& pay() const { return *pay_; }
    /// How many instructions the channel has really taken money for and not given it back.
    [[nodiscard]] int payments_at_channel() const;
    /// What it has really given back or paid out, in fen.
    [[nodiscard]] std::int64_t gone_out() const;
    /// Whether the run ended, or waits for a person who must give money back.
    [[nodiscard]] bool is_settled() const;

  private:
    enum class Truth { absent, waiting, paid, refused, closed };

    [[nodiscard]] std::uint64_t chance(std::uint64_t of) { return random_.next() % of; }
    [[nodiscard]] std::chrono::milliseconds within(int seconds);
    void later(std::chrono::milliseconds in, std::function<void()> event);
    void take_new_exchanges();
    void carry(const flow::SendExchange& sent);
    payment::Outcome execute(const flow::SendExchange& sent, const payment::Instruction& about);
    void begin_order(const payment::Instruction& about);
    void let_payer_act(InstructionId id);
    void call_back(InstructionId id);
    void deliver(const flow::Fact& fact);
    void step();

    SeededRandom random_;
    std::unique_ptr<FlowDriver> pay_;
    std::multimap<Time, std::function<void()>> agenda_;
    std::map<InstructionId, Truth> truth_;
    std::map<std::pair<InstructionId, flow::AccountStep::Kind>, std::string> bank_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> caps_;
    std::vector<flow::Fact> held_back_;
    std::size_t steps_seen_ = 0;
};

}  // namespace sluice::testing
