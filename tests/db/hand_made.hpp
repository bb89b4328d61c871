#pragma once

#include <optional>
#include <vector>

#include "core/random.hpp"
#include "worker/batch.hpp"

namespace sluice::testing {

/// One activation made by hand, as if a flow had asked for it: a payment of one leg from a card.
/// The defaults begin a run with a new order and hold the whole amount. One thread.
class HandMade {
  public:
    HandMade(Random& random, AccountId card, std::int64_t amount_minor, Bucket bucket = Bucket{3});

    /// The first activation, which freezes the amount.
    HandMade& begins();
    /// The next one takes what was frozen, books it and ends the payment.
    HandMade& captures();
    /// The next one lets go of what was frozen and ends the payment.
    HandMade& releases();
    /// The next one neither moves anything nor ends.
    HandMade& goes_on();

    /// What Batch::add takes; valid until the next change of this object.
    [[nodiscard]] worker::Activated activated();
    [[nodiscard]] RunId payment() const { return picture.subject.id; }

    payment::Picture picture;
    worker::StartRun start;
    flow::Step step;
    flow::JournalRow row;
    worker::RunState state = worker::RunState::begins;

  private:
    void next(worker::RunState then);
    void account_step(flow::AccountStep::Kind kind);
    void ends(payment::SubjectStatus status);

    std::optional<flow::Kernel> kernel_;
};

inline constexpr Time kHandMadeNow{std::chrono::seconds(1'767'225'600)};

}  // namespace sluice::testing
