// Hostile refund flows: money goes only where the refund says, and no more than it owes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/service_world.hpp"

namespace sluice::testing {
namespace {

using ::testing::HasSubstr;

/// What the kernel says to a refund flow of that body; `source` is what was collected.
std::string refusal_of_refund(DriveOptions options, const std::string& body) {
    options.release = release_with(
        "flows/refund.lua",
        "return flow { service = 'refund', name = 'refund', title = { en = 'x', zh = 'x' },\n"
        "  stages = { 'only' }, run = function(refund)\n"
        "    local source, amount = refund.sources[1].instruction, refund.amount\n"
        "    " +
            body + "\n  end }\n"
    );
    FlowDriver refund(std::move(options));
    refund.start();
    return refund.error();
}

DriveOptions from_channel() { return refund_of_legs(1000, {"wx-a"}); }

DriveOptions with_payee() {
    DriveOptions options = from_channel();
    name_payee(options);
    return options;
}

struct HostileRefund {
    const char* what;
    DriveOptions (*options)();
    const char* body;
    const char* refusal;
};

class RefundGuard : public ::testing::TestWithParam<HostileRefund> {};

TEST_P(RefundGuard, RefusesAndNamesTheReason) {
    EXPECT_THAT(
        refusal_of_refund(GetParam().options(), GetParam().body), HasSubstr(GetParam().refusal)
    );
}

const HostileRefund kHostileRefunds[] = {
    {"an_account_that_nobody_named",
     from_channel,
     "kernel.refund { source = source, amount = amount,"
     " account = 'acc_01KDVDN4002N0000000000000A' }",
     "is no account that ref_"},
    {"a_payout_without_payee",
     from_channel,
     "kernel.pay_back { source = source, amount = amount, channel = 'c', channel_account = 'a' }",
     "names no payee, nothing can be paid out"},
    {"a_payout_beside_a_refund_of_the_same_money",
     with_payee,
     "kernel.refund { source = source, amount = amount } kernel.pay_back { source = source,"
     " amount = amount, channel = 'c', channel_account = 'a' }",
     "it owes 1000 CNY"},
    {"a_payout_while_another_may_have_paid",
     with_payee,
     "local at = { source = source, amount = amount, channel = 'c', channel_account = 'a' }"
     " kernel.exchange(kernel.pay_back(at).instruction, 'payout') kernel.pay_back(at)",
     "it owes 1000 CNY"},
    {"a_payout_of_money_that_was_not_collected",
     with_payee,
     "kernel.pay_back { source = 'ins_01KDVDN4002N0000000000000A', amount = amount,"
     " channel = 'c', channel_account = 'a' }",
     "is nothing that ref_"},
    {"a_payout_as_if_it_were_one",
     with_payee,
     "kernel.pay_out { channel = 'c', channel_account = 'a' }",
     "is no payout"},
    {"giving_up_what_was_sent",
     from_channel,
     "local sent = kernel.refund { source = source, amount = amount }.instruction"
     " kernel.exchange(sent, 'refund') kernel.give_up(sent)",
     "is sent, it may have been executed"},
    {"taking_for_what_is_no_conversion",
     from_channel,
     "kernel.take()",
     "is no payout, transfer or conversion"},
    {"taking_twice",
     [] { return conversion_of(1000); },
     "kernel.take() kernel.take()",
     "has taken its money already"},
    {"converting_before_taking",
     [] { return conversion_of(1000); },
     "kernel.refund { source = source, amount = amount }",
     "it owes 0 CNY"},
    {"success_with_a_payout_on_its_way",
     with_payee,
     "kernel.pay_back { source = source, amount = amount, channel = 'c', channel_account = 'a' }"
     " kernel.finish('succeeded')",
     "with 0 CNY given back and 1000 CNY given or on its way"},
    {"failure_with_a_payout_on_its_way",
     with_payee,
     "kernel.pay_back { source = source, amount = amount, channel = 'c', channel_account = 'a' }"
     " kernel.finish('failed', 'x', 'y')",
     "with 0 CNY given back and 1000 CNY given or on its way"},
};

INSTANTIATE_TEST_SUITE_P(
    EveryWay,
    RefundGuard,
    ::testing::ValuesIn(kHostileRefunds),
    [](const auto& tried) { return std::string(tried.param.what); }
);

}  // namespace
}  // namespace sluice::testing
