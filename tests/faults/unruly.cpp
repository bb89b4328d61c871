#include "faults/unruly.hpp"

#include "simulator/demo_keys.hpp"

namespace sluice::testing {
namespace {

void always(Psp& psp, const std::string& operation, ChannelFault fault) {
    fault.operation = operation;
    fault.count = -1;
    psp.order_fault(fault);
}

}  // namespace

void make_unruly(Psp& psp) {
    for (const char* operation : {"create", "query", "close"}) {
        always(psp, operation, {.kind = "latency_ms", .value = 120, .share_percent = 30});
        always(psp, operation, {.kind = "slow_answer_ms", .value = 80, .share_percent = 20});
        always(psp, operation, {.kind = "drop_before", .share_percent = 5});
        always(psp, operation, {.kind = "drop_after", .share_percent = 5});
        always(psp, operation, {.kind = "status_5xx", .share_percent = 5});
        always(psp, operation, {.kind = "status_5xx_after", .share_percent = 5});
        always(psp, operation, {.kind = "garbage", .share_percent = 5});
        always(psp, operation, {.kind = "bad_signature", .share_percent = 5});
    }
    always(psp, "query", {.kind = "not_found", .share_percent = 10});
    always(psp, "create", {.kind = "early", .share_percent = 10});
    always(psp, "close", {.kind = "close_after_pay", .share_percent = 20});
    always(psp, "callback", {.kind = "missing", .share_percent = 20});
    always(psp, "callback", {.kind = "late_ms", .value = 700, .share_percent = 20});
    always(psp, "callback", {.kind = "duplicate", .value = 3, .share_percent = 20});
}

void make_ways_out_unruly(Psp& psp) {
    for (const char* operation : {"refund", "payout"}) {
        always(psp, operation, {.kind = "slow_answer_ms", .value = 100, .share_percent = 30});
        always(psp, operation, {.kind = "drop_after", .share_percent = 4});
        always(psp, operation, {.kind = "status_5xx_after", .share_percent = 4});
        always(psp, operation, {.kind = "drop_before", .share_percent = 4});
        always(psp, operation, {.kind = "garbage", .share_percent = 4});
        always(psp, operation, {.kind = "processing_ms", .value = 400, .share_percent = 20});
    }
    for (const char* operation : {"refund_query", "payout_query"}) {
        always(psp, operation, {.kind = "status_5xx", .share_percent = 10});
        always(psp, operation, {.kind = "drop_after", .share_percent = 5});
    }
    for (const char* operation : {"refund_callback", "payout_callback"}) {
        always(psp, operation, {.kind = "duplicate", .value = 3, .share_percent = 30});
        always(psp, operation, {.kind = "late_ms", .value = 500, .share_percent = 20});
    }
    // A refund that is refused needs another way, which a payment that unwinds has not.
    always(psp, "payout", {.kind = "refused", .share_percent = 5});
    always(psp, "payout", {.kind = "payout_failed", .share_percent = 12});
    // Of what comes back at Alipay nobody is told unasked.
    always(
        psp,
        "payout",
        {.kind = "payout_returned",
         .value = 600,
         .share_percent = 12,
         .account = std::string(simulator::kDemoBankAccount)}
    );
}

}  // namespace sluice::testing
