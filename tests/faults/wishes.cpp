#include "faults/wishes.hpp"

#include <iterator>
#include <sstream>

namespace sluice::testing {
namespace {

constexpr std::uint64_t kSeedStride = 1000;
constexpr std::int64_t kAmountMost = 30'000;

constexpr Shape kShapes[] = {
    Shape::card,
    Shape::balance,
    Shape::channel,
    Shape::channel,
    Shape::card_and_channel,
    Shape::card_and_channel,
    Shape::all_kinds,
    Shape::two_channels,
};
constexpr Shape kInternalShapes[] = {Shape::card, Shape::balance, Shape::card_and_balance};
constexpr const char* kScenes[] = {
    "wechatpay/qr", "wechatpay/qr", "wechatpay/barcode", "alipay/barcode", "alipay/barcode"
};
constexpr Payer kPayers[] = {
    Payer::now, Payer::now, Payer::now, Payer::now, Payer::now, Payer::late, Payer::never
};
constexpr Noise kNoises[] = {
    Noise::none, Noise::none, Noise::none, Noise::resend, Noise::forged, Noise::bad_signature
};
constexpr Again kAgains[] = {Again::no, Again::no, Again::no, Again::same_body, Again::other_body};
constexpr int kShares[] = {100, 100, 100, 50, 33, 1, 101};
constexpr Move kMoves[] = {
    Move::top_up,
    Move::payout,
    Move::payout_batch,
    Move::withdrawal,
    Move::compensation,
    Move::transfer,
    Move::exchange,
    Move::trespass
};

struct FateRow {
    const char* kind;
    std::int64_t value;
};
/// Half of all refunds go as they should.
constexpr FateRow kFates[] = {
    {"", 0},
    {"", 0},
    {"", 0},
    {"", 0},
    {"", 0},
    {"", 0},
    {"", 0},
    {"", 0},
    {"refused", 0},
    {"refund_abnormal", 0},
    {"refund_closed", 0},
    {"processing_ms", 700},
    {"drop_before", 0},
    {"drop_after", 0},
    {"status_5xx", 0},
    {"status_5xx_after", 0},
    {"garbage", 0},
    {"early", 0},
};

/// What leaves a refund to whom it may be paid out.
constexpr const char* kNoes[] = {"refused", "refused", "refund_abnormal", "refund_closed"};

std::string shown(const OrderWish& wish) {
    std::ostringstream out;
    out << "order " << wish.amount << (wish.is_in_dollars ? " dollars" : "")
        << (wish.is_one_request ? " at once" : "") << (wish.is_closed ? " closed" : "") << " again "
        << static_cast<int>(wish.again);
    for (const PaymentWish& each : wish.payments) {
        out << "; pay " << static_cast<int>(each.shape) << " " << each.scenes[0] << " "
            << each.scenes[1] << " " << static_cast<int>(each.payer) << " "
            << static_cast<int>(each.noise) << " " << each.share_percent << "%"
            << (each.is_sent_twice ? " twice" : "");
    }
    for (const RefundWish& each : wish.refunds) {
        out << "; refund " << each.share_percent << "% x" << each.parallel
            << (each.is_of_payment ? " of payment" : "")
            << (each.is_to_balance ? " to balance" : "")
            << (each.has_payee ? " payee " + std::to_string(each.payee) : "")
            << (each.comes_back ? " comes back" : "") << " converted " << each.conversions << "x"
            << each.converted_percent << "% again " << static_cast<int>(each.again) << " "
            << each.fate.kind << " " << each.fate.value;
    }
    return out.str();
}

std::string shown(const MoveWish& wish) {
    std::ostringstream out;
    out << "move " << static_cast<int>(wish.move) << " " << wish.amount
        << (wish.is_in_dollars ? " dollars" : "") << " fee " << wish.fee
        << (wish.is_too_much ? " too much" : "") << (wish.is_denied ? " denied" : "") << " again "
        << static_cast<int>(wish.again) << " " << wish.from << " -> " << wish.to;
    return out.str();
}

}  // namespace

Wishes::Wishes(std::uint64_t seed, std::size_t caller) : random_(seed * kSeedStride + caller) {}

std::size_t Wishes::pick(std::size_t count) {
    return static_cast<std::size_t>(random_.next() % count);
}

Wish Wishes::next() {
    if (one_in(4)) {
        return next_move();
    }
    return next_order();
}

OrderWish Wishes::next_order() {
    OrderWish wish;
    wish.amount = static_cast<std::int64_t>(100 + pick(kAmountMost));
    wish.is_in_dollars = one_in(6);
    wish.is_one_request = one_in(2);
    wish.is_closed = one_in(8);
    wish.again = kAgains[pick(std::size(kAgains))];
    const std::size_t payments = 1 + pick(3);
    for (std::size_t i = 0; i < payments; ++i) {
        wish.payments.push_back(next_payment());
        if (wish.is_in_dollars) {
            wish.payments.back().shape = kInternalShapes[pick(std::size(kInternalShapes))];
        }
    }
    const std::size_t refunds = pick(5);
    for (std::size_t i = 0; i < refunds; ++i) {
        wish.refunds.push_back(next_refund());
    }
    return wish;
}

PaymentWish Wishes::next_payment() {
    return {
        .shape = kShapes[pick(std::size(kShapes))],
        .scenes = {kScenes[pick(std::size(kScenes))], kScenes[pick(std::size(kScenes))]},
        .payer = kPayers[pick(std::size(kPayers))],
        .noise = kNoises[pick(std::size(kNoises))],
        .share_percent = kShares[pick(std::size(kShares))],
        .is_sent_twice = one_in(6)
    };
}

RefundWish Wishes::next_refund() {
    RefundWish wish;
    wish.share_percent = kShares[pick(std::size(kShares))];
    wish.parallel = one_in(3) ? 3 : 1;
    wish.is_of_payment = one_in(3);
    wish.is_to_balance = one_in(3);
    wish.conversions = static_cast<int>(1 + pick(2));
    wish.converted_percent = kShares[pick(std::size(kShares))];
    wish.again = kAgains[pick(std::size(kAgains))];
    const FateRow& fate = kFates[pick(std::size(kFates))];
    wish.fate = {.kind = fate.kind, .value = fate.value};
    wish.has_payee = one_in(3);
    wish.payee = pick(64);
    wish.comes_back = one_in(3);
    if (wish.has_payee && one_in(2)) {
        wish.fate = {.kind = kNoes[pick(std::size(kNoes))]};
    }
    return wish;
}

MoveWish Wishes::next_move() {
    MoveWish wish;
    wish.move = kMoves[pick(std::size(kMoves))];
    wish.amount = static_cast<std::int64_t>(1 + pick(kAmountMost));
    wish.fee = one_in(2) ? static_cast<std::int64_t>(pick(100)) : 0;
    wish.is_too_much = one_in(6);
    wish.is_denied = one_in(3);
    wish.again = kAgains[pick(std::size(kAgains))];
    wish.from = pick(64);
    wish.to = pick(64);
    wish.is_in_dollars = one_in(4);
    return wish;
}

std::string to_text(const Wish& wish) {
    return std::visit([](const auto& each) { return shown(each); }, wish);
}

}  // namespace sluice::testing
