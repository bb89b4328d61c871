#include "decision/dry_subject.hpp"

#include <algorithm>
#include <utility>

#include "core/random.hpp"

namespace sluice::decision {
namespace {

using payment::LegKind;

constexpr Bucket kBucket{0};

payment::Order made_up_order(Random& random) {
    payment::Order order;
    order.id = OrderId::generate(kDryBegin, kBucket, random);
    order.merchant_id = "dry-run";
    order.product_code = "dry-run";
    order.amount = Money{10'000, cny()};
    order.expires_at = kDryBegin + std::chrono::minutes(15);
    return order;
}

std::vector<payment::Leg> made_up_legs(const DryWorld& world, Random& random) {
    payment::Leg card;
    card.number = 1;
    card.kind = LegKind::internal;
    card.method = "prepaid_card";
    card.account = AccountId::generate(kDryBegin, kBucket, random);
    card.amount = Money{3000, cny()};
    payment::Leg external;
    external.number = 2;
    external.method = world.method;
    external.scene = world.scene;
    external.amount = Money{7000, cny()};
    return {std::move(card), std::move(external)};
}

/// The card's part and the channel's part of a payment that succeeded before.
payment::Refund made_up_refund(Random& random) {
    payment::Refund refund;
    refund.reason = "dry-run";
    refund.payment = RunId::generate(kDryBegin, kBucket, random);
    refund.balance_account = AccountId::generate(kDryBegin, kBucket, random);
    refund.payout_method = "dry-run";
    refund.payee.set("name", "dry-run");
    for (const auto kind : {LegKind::internal, LegKind::external}) {
        payment::RefundSource source;
        source.instruction = InstructionId::generate(kDryBegin, kBucket, random);
        source.payment = refund.payment;
        source.kind = kind;
        source.channel = kind == LegKind::internal ? "prepaid_card" : "dry-run";
        source.channel_account = kind == LegKind::internal ? "" : "dry-run";
        source.account = AccountId::generate(kDryBegin, kBucket, random);
        source.amount = Money{kind == LegKind::internal ? 3000 : 7000, cny()};
        source.refunded = Money{0, cny()};
        source.collected_at = kDryBegin;
        refund.sources.push_back(std::move(source));
    }
    return refund;
}

payment::Payout made_up_payout(Random& random) {
    payment::Payout payout;
    payout.from = {AccountId::generate(kDryBegin, kBucket, random), "2001"};
    payout.fee = Money{100, cny()};
    payout.method = "dry-run";
    return payout;
}

payment::Transfer made_up_transfer(Random& random) {
    return {
        {AccountId::generate(kDryBegin, kBucket, random), "2001"},
        {AccountId::generate(kDryBegin, kBucket, random), "2001"},
        Money{50, cny()},
        {}
    };
}

}  // namespace

payment::Picture made_up_subject(
    const std::string& flow, payment::Service service, const DryWorld& world
) {
    SeededRandom random(1);
    payment::Picture picture;
    switch (service) {
        case payment::Service::payment:
            picture.order = made_up_order(random);
            picture.legs = made_up_legs(world, random);
            break;
        case payment::Service::refund:
            picture.order = made_up_order(random);
            picture.details = made_up_refund(random);
            break;
        case payment::Service::payout:
            picture.details = made_up_payout(random);
            break;
        case payment::Service::transfer:
            picture.details = made_up_transfer(random);
            break;
    }
    auto& subject = picture.subject;
    subject.id = RunId::generate(kDryBegin, kBucket, random);
    subject.service = service;
    subject.order_id = picture.order.id;
    subject.merchant_id = "dry-run";
    subject.flow = flow;
    subject.amount = Money{10'000, cny()};
    return picture;
}

Value made_up_values(const payment::Task& task) {
    Value values;
    for (const payment::TaskField& field : task.form) {
        const std::string_view chosen = values.text_or_empty(task.form.front().name);
        const bool is_meant = field.only_for.empty() ||
                              std::ranges::find(field.only_for, chosen) != field.only_for.end();
        if (!is_meant) {
            continue;
        }
        switch (field.type) {
            case payment::TaskField::Type::text:
                values.set(field.name, "dry-run");
                break;
            case payment::TaskField::Type::amount:
                values.set(field.name, 1);
                break;
            case payment::TaskField::Type::choice:
                values.set(field.name, field.choices.front());
                break;
            case payment::TaskField::Type::account:
                values.set(field.name, AccountId(task.id.raw()).to_string());
                break;
            case payment::TaskField::Type::payee: {
                Value payee;
                payee.set("method", "dry-run");
                values.set(field.name, std::move(payee));
                break;
            }
        }
    }
    return values;
}

}  // namespace sluice::decision
