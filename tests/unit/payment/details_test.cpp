// What refunds, payouts and transfers are about comes back from the database as it went there.
#include <utility>
#include <variant>

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "payment/payment.hpp"

namespace sluice::payment {
namespace {

template <class SomeId>
SomeId some_id(std::uint64_t number) {
    return SomeId(Id128{0x0100, number});
}

Refund some_refund() {
    Refund refund;
    refund.payment = some_id<RunId>(1);
    refund.reason = "the goods came back";
    refund.balance_account = some_id<AccountId>(2);
    refund.payee.set("name", "Zhang San");
    RefundSource source;
    source.instruction = some_id<InstructionId>(3);
    source.payment = some_id<RunId>(1);
    source.kind = LegKind::internal;
    source.channel = "prepaid_card";
    source.account = some_id<AccountId>(4);
    source.amount = Money{3000, cny()};
    source.refunded = Money{1000, cny()};
    source.collected_at = Time{std::chrono::seconds(1'767'225'600)};
    refund.sources = {source};
    return refund;
}

TEST(StoredDetails, OfARefundComeBackAsTheyWere) {
    const Refund before = some_refund();

    const auto after = refund_from_value(to_value(before), cny());

    ASSERT_TRUE(after.has_value()) << after.error().message;
    EXPECT_EQ(to_json(to_value(*after)), to_json(to_value(before)));
    EXPECT_EQ(after->sources.front().amount, (Money{3000, cny()}));
    EXPECT_EQ(after->sources.front().refunded, (Money{1000, cny()}));
    EXPECT_EQ(after->payee.text_or_empty("name"), "Zhang San");
}

TEST(StoredDetails, OfAConversionComeBackAsTheyWere) {
    Refund before = some_refund();
    before.to_account = some_id<AccountId>(5);
    before.payout_method = "bank_card";
    before.converts = some_id<RunId>(6);
    before.from = {some_id<AccountId>(7), "2001"};
    before.sources.front().collected = {
        some_id<InstructionId>(8), some_id<RunId>(9), Money{3000, cny()}
    };

    const auto after = refund_from_value(to_value(before), cny());

    ASSERT_TRUE(after.has_value()) << after.error().message;
    EXPECT_EQ(to_json(to_value(*after)), to_json(to_value(before)));
    EXPECT_EQ(after->to_account, before.to_account);
    EXPECT_EQ(after->payout_method, "bank_card");
    EXPECT_EQ(after->converts, before.converts);
    EXPECT_EQ(after->from.id, before.from.id);
    EXPECT_EQ(after->from.gl, "2001");
    EXPECT_EQ(after->sources.front().collected.instruction, some_id<InstructionId>(8));
    EXPECT_EQ(after->sources.front().collected.payment, some_id<RunId>(9));
    EXPECT_EQ(after->sources.front().collected.amount, (Money{3000, cny()}));
}

TEST(StoredDetails, OfAPayoutAndATransferComeBackAsTheyWere) {
    const BookedAccount from{some_id<AccountId>(1), "2001"};
    Payout payout{
        from,
        Money{100, cny()},
        "bank_card",
        {},
        "a1b2",
        "wages",
        some_id<OrderId>(6),
        some_id<RunId>(5),
        "courier-7"
    };
    const Transfer transfer{from, {some_id<AccountId>(2), "2001"}, Money{50, cny()}, "rent"};

    const auto payout_after = payout_from_value(to_value(payout), cny());
    const auto transfer_after = transfer_from_value(to_value(transfer), cny());

    ASSERT_TRUE(payout_after.has_value() && transfer_after.has_value());
    EXPECT_EQ(to_json(to_value(*payout_after)), to_json(to_value(payout)));
    EXPECT_EQ(payout_after->fee, (Money{100, cny()}));
    EXPECT_EQ(payout_after->payee_key, "a1b2");
    EXPECT_EQ(payout_after->order, payout.order);
    EXPECT_EQ(payout_after->liable_party, "courier-7");
    EXPECT_EQ(to_json(to_value(*transfer_after)), to_json(to_value(transfer)));
    EXPECT_EQ(transfer_after->to.id, transfer.to.id);
}

TEST(StoredDetails, OfARefundWithoutItsSourcesAreCorrupt) {
    Value stored = to_value(some_refund());
    stored.set("sources", "none");

    const auto read = refund_from_value(stored, cny());

    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, ErrorCode::corrupt);
}

TEST(Picture, TellsTheChannelWhyMoneyMoves) {
    Picture picture;
    picture.order.description = "two tickets";
    EXPECT_EQ(picture.channel_text(), "two tickets");

    picture.details = some_refund();
    EXPECT_EQ(picture.channel_text(), "the goods came back");

    Payout payout;
    payout.description = "wages";
    picture.details = std::move(payout);
    EXPECT_EQ(picture.channel_text(), "wages");
}

}  // namespace
}  // namespace sluice::payment
