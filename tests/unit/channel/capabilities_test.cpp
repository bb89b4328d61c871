#include "channel/capabilities.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/adapter.hpp"
#include "unit/channel/channel_world.hpp"

namespace sluice::channel::testing {
namespace {

using ::testing::HasSubstr;

struct Mistake {
    std::string_view from;
    std::string_view to;
    std::string_view expected;
};

TEST(Capabilities, OfRefundAndPayoutAreDeclared) {
    const auto adapter = make_adapter(generous_adapter());

    ASSERT_TRUE(adapter) << adapter.error().message;
    const Capabilities& can = (*adapter)->capabilities;
    ASSERT_TRUE(can.refund && can.payout);
    EXPECT_EQ(can.refund->window_seconds, 3600);
    EXPECT_EQ(can.refund->parts_max, 3);
    EXPECT_EQ(can.refund->reason_max_bytes, 12U);
    EXPECT_EQ(can.payout->methods, std::vector<std::string>{"bank_card"});
    EXPECT_EQ(can.payout->amount_min_minor, 100);
    EXPECT_EQ(can.payout->amount_max_minor, 500'000);
    EXPECT_TRUE((*adapter)->can(Operation::payout_query));
}

TEST(Capabilities, OfAnAdapterThatSaysNothingAreToCollectOnly) {
    const auto adapter = make_adapter(toy_adapter()).value();

    EXPECT_FALSE(adapter->capabilities.refund || adapter->capabilities.payout);
    EXPECT_TRUE(adapter->can(Operation::close));
    for (const auto operation :
         {Operation::refund, Operation::refund_query, Operation::payout, Operation::payout_query}) {
        EXPECT_FALSE(adapter->can(operation));
        EXPECT_EQ(adapter->resend_of(operation), Resend::query_first);
    }
}

TEST(Capabilities, SayThemselvesWhenARefundOrPayoutIsKnownNotToBe) {
    const auto adapter = make_adapter(generous_adapter("    not_found_after_seconds = 60,\n", ""));

    ASSERT_FALSE(adapter);
    EXPECT_THAT(adapter.error().message, HasSubstr("needs not_found_after_seconds"));
}

TEST(Capabilities, CutAReasonAsADescriptionUnlessTheySayOtherwise) {
    const auto adapter = make_adapter(generous_adapter(", reason_max_bytes = 12", "")).value();

    EXPECT_EQ(adapter->capabilities.refund->reason_max_bytes, 10U);
}

TEST(Capabilities, NameWhatIsMissingUnknownOrOutOfRange) {
    constexpr std::array<Mistake, 13> kMistakes{{
        {"window_seconds = 3600, ", "", "'capabilities.refund' needs window_seconds"},
        {"window_seconds = 3600", "window_seconds = -1", "needs window_seconds"},
        {"window_seconds = 3600", "window_seconds = \"3600\"", "needs window_seconds"},
        {"window_seconds = 3600", "window_second = 3600", "unknown member 'window_second'"},
        {"parts_max = 3", "parts_max = 0", "'capabilities.refund' needs parts_max"},
        {"parts_max = 3", "parts_max = 1.5", "needs parts_max"},
        {"parts_max = 3", "parts_max = 1000001", "needs parts_max"},
        {"reason_max_bytes = 12", "reason_max_bytes = 0", "needs reason_max_bytes"},
        {"methods = { \"bank_card\" }, ", "", "'capabilities.payout' needs methods"},
        {"{ \"bank_card\" }", "\"bank_card\"", "'methods' is not a list of texts"},
        {"amount_min_minor = 100", "amount_min_minor = 0", "needs amount_min_minor"},
        {"amount_min_minor = 100", "amount_min_minor = 500001", "above its amount_max_minor"},
        {", amount_max_minor = 500000", "", "'capabilities.payout' needs amount_max_minor"},
    }};
    for (const Mistake& mistake : kMistakes) {
        const auto adapter = make_adapter(generous_adapter(mistake.from, mistake.to));

        ASSERT_FALSE(adapter) << mistake.expected;
        EXPECT_THAT(adapter.error().message, HasSubstr(std::string(mistake.expected)));
    }
}

TEST(Capabilities, AndOperationsPromiseTheSame) {
    constexpr std::array<Mistake, 7> kMistakes{{
        {"    refund_query = operation,\n", "", "operations.refund_query is missing"},
        {"    payout_query = operation,", "", "operations.payout_query is missing"},
        {"refund = { window", "refunt = { window", "operations.refund is there"},
        {"payout = { methods", "payot = { methods", "operations.payout is there"},
        {"refund_query = operation", "refund_qery = operation", "'refund_qery'"},
        {"    collect = operation,\n", "", "operations.collect is missing"},
        {"    close = {", "    close = nil, clos = {", "'clos'"},
    }};
    for (const Mistake& mistake : kMistakes) {
        const auto adapter = make_adapter(generous_adapter(mistake.from, mistake.to));

        ASSERT_FALSE(adapter) << mistake.expected;
        EXPECT_THAT(adapter.error().message, HasSubstr(std::string(mistake.expected)));
    }
}

/// A bank: it pays out and does nothing else. `more` is one more of its operations.
AdapterFiles bank_adapter(std::string_view more) {
    AdapterFiles files = generous_adapter();
    files.script = R"lua(
local operation = { request = function() end, response = function() end }
return {
  name = "toy",
  title = { en = "Bank", zh = "银行" },
  capabilities = {
    currencies = { "CNY" }, description_max_bytes = 10,
    not_found_after_seconds = 60,
    payout = { methods = { "bank_card" }, amount_min_minor = 1, amount_max_minor = 500000 },
  },
  operations = { payout = operation, payout_query = operation, )lua" +
                   std::string(more) + R"lua( },
  callback = function() end,
}
)lua";
    return files;
}

TEST(Capabilities, OfAChannelThatOnlyPaysOutNeedNothingOfCollecting) {
    const auto adapter = make_adapter(bank_adapter(""));

    ASSERT_TRUE(adapter) << adapter.error().message;
    EXPECT_FALSE((*adapter)->can(Operation::collect));
    EXPECT_TRUE((*adapter)->can(Operation::payout));
}

TEST(Capabilities, OfCollectingAreWholeOrNone) {
    EXPECT_TRUE(
        make_adapter(bank_adapter("collect = operation, query = operation, close = operation"))
    );
    EXPECT_THAT(
        make_adapter(bank_adapter("query = operation")).error().message,
        HasSubstr("operations.collect is missing")
    );
}

TEST(Capabilities, OfAChannelThatDoesNothingAreNone) {
    const auto adapter = make_adapter(toy_adapter(toy_script("scenes = { \"qr\" }, ", "")));

    ASSERT_FALSE(adapter);
    EXPECT_THAT(adapter.error().message, HasSubstr("unless it only pays out, scenes"));
}

TEST(Capabilities, NeverLetARefundOrPayoutRepeatUnlessTheAdapterSaysSo) {
    const auto silent = make_adapter(generous_adapter()).value();
    const auto sure_adapter =
        generous_adapter("    payout = {\n", "    payout = { resend = \"idempotent\",\n");
    const auto sure = make_adapter(sure_adapter).value();

    EXPECT_EQ(silent->resend_of(Operation::refund), Resend::query_first);
    EXPECT_EQ(silent->resend_of(Operation::payout), Resend::query_first);
    EXPECT_EQ(sure->resend_of(Operation::payout), Resend::idempotent);
}

}  // namespace
}  // namespace sluice::channel::testing
