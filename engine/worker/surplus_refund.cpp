#include "worker/surplus_refund.hpp"

#include <algorithm>
#include <utility>

#include "core/hash.hpp"
#include "core/random.hpp"
#include "flow/refund_way.hpp"

namespace sluice::worker {
namespace {

/// What the payer reads at the channel; there at most 80 bytes.
constexpr const char* kReason = "订单已支付或关闭，款项退回 the order was over";

/// As the payer saw it.
std::string method_of(const payment::Picture& paid, int leg_number) {
    const auto leg = std::ranges::find(paid.legs, leg_number, &payment::Leg::number);
    return leg == paid.legs.end() ? std::string() : leg->method;
}

payment::RefundSource source_of(
    const payment::Picture& paid, const payment::Instruction& instruction
) {
    payment::RefundSource source = flow::as_source(instruction, paid.subject.id);
    source.method = method_of(paid, instruction.leg_number);
    return source;
}

}  // namespace

StartRun surplus_refund(
    const payment::Picture& paid, const payment::Instruction& instruction, int before, Time now
) {
    StartRun start;
    auto& subject = start.picture.subject;
    subject.number = std::string(payment::kOwnRefundPrefix) + instruction.id.raw().to_string();
    if (before > 0) {
        subject.number += "-" + std::to_string(before + 1);
    }
    start.request_hash = hash128(subject.number);
    SeededRandom random(start.request_hash.low);
    subject.id = RunId::generate(now, instruction.id.bucket(), random);
    subject.service = payment::Service::refund;
    subject.order_id = paid.subject.order_id;
    subject.merchant_id = paid.subject.merchant_id;
    subject.flow = "refund";
    subject.amount = instruction.amount;
    start.picture.order = paid.order;
    payment::Refund refund;
    refund.payment = paid.subject.id;
    refund.reason = kReason;
    refund.is_surplus = true;
    refund.sources.push_back(source_of(paid, instruction));
    start.picture.details = std::move(refund);
    return start;
}

}  // namespace sluice::worker
