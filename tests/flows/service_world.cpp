#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using payment::LegKind;
using payment::Service;

constexpr Time kPaidAt{std::chrono::seconds(1'767'225'600)};

Id128 id(std::uint64_t number) { return {std::uint64_t{0x019b7c5b4000'002a}, number}; }

payment::Picture picture_of(Service service, std::int64_t minor) {
    payment::Picture picture;
    auto& subject = picture.subject;
    subject.id = RunId(id(1));
    subject.service = service;
    subject.merchant_id = "shop";
    subject.number = "N-1";
    subject.flow = std::string(payment::to_string(service));
    subject.amount = cny(minor);
    subject.created_at = kPaidAt;
    return picture;
}

payment::RefundSource source(LegKind kind, std::int64_t minor) {
    const bool is_card = kind == LegKind::internal;
    payment::RefundSource source;
    source.instruction = InstructionId(id(is_card ? 11 : 12));
    source.payment = RunId(id(2));
    source.kind = kind;
    source.channel = is_card ? "prepaid_card" : "wechatpay";
    source.channel_account = is_card ? "" : "wx-a";
    source.account = is_card ? AccountId(id(21)) : AccountId{};
    source.amount = cny(minor);
    source.refunded = cny(0);
    source.collected_at = kPaidAt;
    return source;
}

DriveOptions options_of(payment::Picture picture, std::set<AccountId> accounts) {
    DriveOptions options;
    options.flow = picture.subject.flow;
    options.subject = std::move(picture);
    options.accounts = std::move(accounts);
    return options;
}

}  // namespace

DriveOptions refund_of(std::int64_t minor) {
    payment::Picture picture = picture_of(Service::refund, minor);
    auto& order = picture.order;
    order.id = OrderId(id(3));
    order.merchant_id = "shop";
    order.amount = cny(10'000);
    order.paid_minor = 10'000;
    order.status = payment::OrderStatus::paid;
    picture.subject.order_id = order.id;
    payment::Refund refund;
    refund.payment = RunId(id(2));
    refund.reason = "the goods came back";
    refund.sources = {source(LegKind::internal, 3000), source(LegKind::external, 7000)};
    picture.details = std::move(refund);
    return options_of(std::move(picture), {AccountId(id(21))});
}

void name_balance_account(DriveOptions& options) {
    const AccountId account(id(22));
    std::get<payment::Refund>(options.subject->details).balance_account = account;
    options.accounts.insert(account);
}

DriveOptions refund_of_legs(std::int64_t minor, const std::vector<std::string>& legs) {
    DriveOptions options = refund_of(minor);
    auto& sources = std::get<payment::Refund>(options.subject->details).sources;
    sources.clear();
    for (std::size_t i = 0; i < legs.size(); ++i) {
        const bool is_ours = legs[i] == "prepaid_card" || legs[i] == "balance";
        auto leg = source(is_ours ? LegKind::internal : LegKind::external, 1000);
        leg.instruction = InstructionId(id(100 + i));
        leg.channel = is_ours ? legs[i] : "wechatpay";
        leg.channel_account = is_ours ? "" : legs[i];
        leg.account = is_ours ? AccountId(id(200 + i)) : AccountId{};
        if (is_ours) {
            options.accounts.insert(leg.account);
        }
        sources.push_back(std::move(leg));
    }
    return options;
}

void name_payee(DriveOptions& options) {
    auto& refund = std::get<payment::Refund>(options.subject->details);
    refund.payout_method = "bank_card";
    refund.payee.set("name", "Zhang San");
}

DriveOptions surplus_refund() {
    DriveOptions options = refund_of(7000);
    auto& refund = std::get<payment::Refund>(options.subject->details);
    refund.is_surplus = true;
    refund.sources.erase(refund.sources.begin());
    return options;
}

DriveOptions conversion_of(std::int64_t minor) {
    DriveOptions options = refund_of(minor);
    auto& refund = std::get<payment::Refund>(options.subject->details);
    auto given = source(LegKind::external, 7000);
    given.collected = {given.instruction, given.payment, cny(7000)};
    given.instruction = InstructionId(id(13));
    given.payment = RunId(id(4));
    refund.sources = {std::move(given)};
    refund.converts = RunId(id(4));
    refund.from = {payer_account(), "2001"};
    options.accounts = {payer_account()};
    return options;
}

DriveOptions conversion_of_two_parts() {
    DriveOptions options = conversion_of(7000);
    auto& sources = std::get<payment::Refund>(options.subject->details).sources;
    payment::RefundSource second = sources.front();
    sources.front().amount = cny(3000);
    second.amount = cny(4000);
    second.leg_number = 2;
    second.instruction = InstructionId(second.instruction.raw().derive(1, 1));
    second.collected.instruction = InstructionId(second.collected.instruction.raw().derive(1, 1));
    sources.push_back(std::move(second));
    return options;
}

DriveOptions payout_of(std::int64_t minor, std::int64_t fee_minor) {
    payment::Picture picture = picture_of(Service::payout, minor);
    payment::Payout payout;
    payout.from = {payer_account(), "2001"};
    payout.fee = cny(fee_minor);
    payout.method = "bank_card";
    payout.payee.set("name", "Zhang San");
    picture.details = std::move(payout);
    return options_of(std::move(picture), {payer_account()});
}

DriveOptions payout_of_available(std::int64_t minor, std::int64_t fee_minor) {
    DriveOptions options = payout_of(minor, fee_minor);
    std::get<payment::Payout>(options.subject->details).from.gl = "2102";
    return options;
}

DriveOptions compensation_of(std::int64_t minor, const std::string& liable_party) {
    DriveOptions options = payout_of(minor, 0);
    auto& payout = std::get<payment::Payout>(options.subject->details);
    payout.from = {{}, liable_party.empty() ? "5002" : "1202"};
    payout.liable_party = liable_party;
    payout.order = OrderId(id(77));
    options.accounts.clear();
    return options;
}

DriveOptions transfer_of(std::int64_t minor, std::int64_t fee_minor) {
    payment::Picture picture = picture_of(Service::transfer, minor);
    picture.details =
        payment::Transfer{{payer_account(), "2001"}, {payee_account(), "2001"}, cny(fee_minor), {}};
    return options_of(std::move(picture), {payer_account(), payee_account()});
}

AccountId payer_account() { return AccountId(id(31)); }
AccountId payee_account() { return AccountId(id(32)); }

}  // namespace sluice::testing
