#pragma once

#include <string>
#include <vector>

#include "faults/caller.hpp"
#include "faults/order_life.hpp"

namespace sluice::testing {

/// A business system with one order, and the payer before its code: opens it, pays it in parts,
/// closes it, gives money back (refund_caller.hpp), and holds each answer against the model of the
/// order. One thread; what is sent twice or in parallel has threads of its own that end with the
/// step.
class OrderCaller {
  public:
    OrderCaller(Town& town, std::string number, const OrderWish& wish);

    /// Until every request of the wish was answered; what is not final then ends later.
    void perform();

  private:
    void open();
    [[nodiscard]] Value order_body(std::int64_t amount) const;
    void pay(const PaymentWish& wish);
    void note_order();
    [[nodiscard]] std::vector<LegAsked> legs_of(const PaymentWish& wish, std::int64_t amount) const;
    [[nodiscard]] Value leg_body(const LegAsked& leg) const;
    [[nodiscard]] Value payment_body(const std::vector<LegAsked>& legs) const;
    std::vector<NumberedCall> send_payment(const PaymentWish& wish, const Value& body);
    bool take_payment(const NumberedCall& call, const std::vector<LegAsked>& legs);
    void let_the_payer_act(const std::string& payment, const PaymentWish& wish);
    void look_at_codes(const Value& payment);
    void make_noise(Noise noise);
    void close();
    void look_at_payments();
    void pay_late();
    /// At the simulator; whether it let the payer pay.
    bool pay_at_channel(const std::string& number, bool late = false);

    Town& town_;
    OrderWish wish_;
    OrderLife life_;
};

}  // namespace sluice::testing
