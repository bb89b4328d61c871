#pragma once

#include <string>

#include "faults/caller.hpp"
#include "faults/order_life.hpp"

namespace sluice::testing {

/// A business system that gives money of one order back, alone or several times at once, and holds
/// each answer against the model of the order. One thread, but for those that end with the step.
class RefundCaller {
  public:
    RefundCaller(Town& town, OrderLife& life) : town_(town), life_(life) {}

    /// Until every request was answered; refunds that are not final then end later.
    void perform(const RefundWish& wish);

  private:
    void order_fate(const Fate& fate);
    [[nodiscard]] RefundTold choose_refund(const RefundWish& wish, std::int64_t amount) const;
    [[nodiscard]] static Value refund_body(const RefundTold& told, const std::string& number);
    [[nodiscard]] Verdict judge(const RefundWish& wish, const RefundTold& told) const;
    std::vector<NumberedCall> send(const RefundWish& wish, const RefundTold& told);
    void take_refund(const NumberedCall& call, const RefundTold& told, Verdict verdict);
    void convert(const NumberedCall& earlier, const RefundWish& wish);
    std::int64_t let_come_back(const std::string& id);
    void await_word(const WordKey& about);

    Town& town_;
    OrderLife& life_;
};

}  // namespace sluice::testing
