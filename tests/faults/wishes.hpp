#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/random.hpp"

namespace sluice::testing {

/// Which sources a payment is made of.
enum class Shape {
    card,
    balance,
    card_and_balance,
    channel,
    card_and_channel,
    all_kinds,
    two_channels
};
/// When the payer pays what is shown at the channel.
enum class Payer { now, late, never };
/// What else comes about a payment or refund: callbacks that nobody ordered.
enum class Noise { none, resend, forged, bad_signature };
/// What a caller sends again under the number of a request that was answered.
enum class Again { no, same_body, other_body };

struct PaymentWish {
    Shape shape = Shape::card;
    /// Of its parts at channels, in order: "METHOD/SCENE".
    std::array<std::string, 2> scenes{"wechatpay/qr", "wechatpay/qr"};
    Payer payer = Payer::now;
    Noise noise = Noise::none;
    int share_percent = 100;  ///< of what the order still owes; above 100: too much
    bool is_sent_twice = false;
};

/// What the channel makes of the next refund: the words of engine/simulator/faults.hpp, or "".
struct Fate {
    std::string kind;
    std::int64_t value = 0;
};

struct RefundWish {
    int share_percent = 100;  ///< of what is left; above 100: too much
    int parallel = 1;         ///< so many of them at once
    bool is_of_payment = false;
    bool is_to_balance = false;
    /// Named for what cannot go the way it came, in place of an account; one of a few people.
    bool has_payee = false;
    std::size_t payee = 0;
    /// What the channel gave it comes back when the refund has ended.
    bool comes_back = false;
    /// What it gave to a balance leaves again by so many refunds at once, each of this share of it.
    int conversions = 0;
    int converted_percent = 100;
    Again again = Again::no;
    Fate fate;
};

/// One order from its beginning to its end.
struct OrderWish {
    std::int64_t amount = 0;
    bool is_in_dollars = false;   ///< then nothing of it comes through a channel
    bool is_one_request = false;  ///< POST /v1/payments with the order in it
    bool is_closed = false;       ///< asked to close after the payments
    Again again = Again::no;
    std::vector<PaymentWish> payments;
    std::vector<RefundWish> refunds;
};

enum class Move {
    top_up,
    payout,
    payout_batch,
    withdrawal,
    compensation,
    transfer,
    exchange,  ///< of yuan for dollars, which no transfer does
    trespass
};

/// Money between accounts of ours, or out of them.
struct MoveWish {
    Move move = Move::top_up;
    std::int64_t amount = 0;
    std::int64_t fee = 0;
    bool is_too_much = false;
    bool is_denied = false;  ///< by the people who are asked, if any are
    Again again = Again::no;
    std::size_t from = 0;  ///< which of the accounts, modulo their number
    std::size_t to = 0;
    bool is_in_dollars = false;  ///< what accounts of both currencies can do
};

using Wish = std::variant<OrderWish, MoveWish>;

/// What one caller wants, step by step; the same for the same seed and caller, whatever happens to
/// the wishes. One thread.
class Wishes {
  public:
    Wishes(std::uint64_t seed, std::size_t caller);

    Wish next();

  private:
    OrderWish next_order();
    PaymentWish next_payment();
    RefundWish next_refund();
    MoveWish next_move();
    /// 0 to count - 1.
    std::size_t pick(std::size_t count);
    bool one_in(std::size_t count) { return pick(count) == 0; }

    SeededRandom random_;
};

/// A wish in one line, to compare plans.
[[nodiscard]] std::string to_text(const Wish& wish);

}  // namespace sluice::testing
