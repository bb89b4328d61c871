// What a round tells those whose input did not become an activation: repeats, late facts, waits.
#include <span>
#include <utility>
#include <vector>

#include "worker/picture.hpp"
#include "worker/round.hpp"

namespace sluice::worker {
namespace {

Error explained(const Refusal& refusal) {
    if (refusal.reason == "order_not_open") {
        return {
            ErrorCode::refused,
            "the order takes no payment any more: it is paid, closed or past its expires_at",
            refusal.reason
        };
    }
    if (refusal.reason == "payment_unresolved") {
        return {
            ErrorCode::conflict,
            "the order already has a payment that is not resolved: " +
                PaymentId(refusal.other).to_string(),
            refusal.reason
        };
    }
    if (refusal.reason == "more_than_due") {
        return {
            ErrorCode::refused, "the payment is more than the order still owes", refusal.reason
        };
    }
    if (refusal.reason == "over_refunded") {
        return {
            ErrorCode::refused,
            "what was to be given back has been taken by another refund in the same moment",
            refusal.reason
        };
    }
    if (refusal.reason == "currency_mismatch") {
        return {
            ErrorCode::refused, "the payment has another currency than its order", refusal.reason
        };
    }
    if (refusal.reason == "top_up_not_refundable") {
        return {
            ErrorCode::conflict,
            "the order topped an account up: pay the money out of that account instead",
            refusal.reason
        };
    }
    if (refusal.reason == "more_than_paid") {
        return {
            ErrorCode::refused,
            "the refund is more than was paid for the order and is not refunded yet",
            refusal.reason
        };
    }
    return {ErrorCode::refused, "it was refused: " + refusal.reason, refusal.reason};
}

/// The key that was used before with something else.
Error used_before(const StartRun& start, const std::string& reason) {
    if (reason == "order_exists") {
        return {
            ErrorCode::conflict,
            "merchant_order_number '" + start.picture.order.merchant_order_number +
                "' was used before with another order",
            "merchant_order_number"
        };
    }
    if (reason == "number_exists") {
        const auto& subject = start.picture.subject;
        const std::string field =
            "merchant_" + std::string(payment::to_string(subject.service)) + "_number";
        return {
            ErrorCode::conflict,
            field + " '" + subject.number + "' was used before with another body",
            field
        };
    }
    return {
        ErrorCode::conflict,
        "Idempotency-Key '" + start.idempotency_key + "' was used before with another body",
        "idempotency_key"
    };
}

}  // namespace

/// The natural key or the idempotency key led here before: same body, same answer; else a conflict.
Result<void> Round::answer_existing(Work& work, const Refusal& refusal) {
    const bool by_order = refusal.reason == "order_exists";
    if (!by_order && refusal.reason != "key_exists" && refusal.reason != "number_exists") {
        refuse(work, explained(refusal));
        return {};
    }
    const StartRun& start = *work.start;
    const Hash128 ours = by_order ? start.order_hash : start.request_hash;
    if (!(refusal.other_hash == ours)) {
        refuse(work, used_before(start, refusal.reason));
        return {};
    }
    std::optional<RunId> existing = RunId(refusal.other);
    if (by_order) {
        SLUICE_ASSIGN(existing, store_.payment_of_order(OrderId(refusal.other)));
    }
    if (!existing) {
        refuse(
            work,
            {ErrorCode::conflict,
             "order '" + start.picture.order.merchant_order_number +
                 "' exists without a payment: pay it by its order_id",
             "merchant_order_number"}
        );
        return {};
    }
    for (auto& input : work.inputs) {
        Input wait;
        wait.kind = Input::Kind::wait;
        wait.run_id = *existing;
        wait.wait_for = start.wait_for;
        wait.deadline = start.answer_by;
        wait.on_picture = std::move(input.on_picture);
        SLUICE_TRY(answer_wait(std::move(wait)));
    }
    return {};
}

/// False: only the database knows.
bool Round::answer_from_memory(Input& input) {
    const LiveRuns::Slot* slot = parts_.runs.find(input.run_id);
    const bool warm = slot != nullptr && slot->run != nullptr;
    if (warm) {
        const auto& kernel = slot->run->kernel();
        if (is_fulfilled(input.wait_for, kernel.picture(), kernel.unanswered().size())) {
            input.on_picture(kernel.picture());
            return true;
        }
    }
    const bool live = slot != nullptr && !slot->quarantined;
    if (live && input.deadline > parts_.services.clock->now()) {
        parts_.waiters.add(
            input.run_id, {input.wait_for, input.deadline, std::move(input.on_picture)}
        );
        return true;
    }
    return false;
}

Result<void> Round::answer_wait(Input input) {
    if (answer_from_memory(input)) {
        return {};
    }
    auto loaded = load_picture(parts_.connection, input.run_id);
    if (!loaded) {
        input.refuse(loaded.error());
        return fail(loaded.error());
    }
    std::optional<payment::Picture>& picture = *loaded;
    if (!picture) {
        input.refuse(
            {ErrorCode::not_found, PaymentId(input.run_id.raw()).to_string() + " does not exist", {}
            }
        );
        return {};
    }
    input.on_picture(*std::move(picture));
    return {};
}

Result<void> Round::quarantine(Work& work, const Error& error) {
    const RunId id = work.run_id;
    auto parked = store_.quarantine(id, error.message, parts_.services.clock->now());
    if (!parked) {
        refuse(work, parked.error());
        return fail(parked.error());
    }
    if (LiveRuns::Slot* slot = parts_.runs.find(id)) {
        slot->quarantined = true;
        slot->interrupted = false;
    }
    parts_.services.alarm("run_quarantined", id.to_string() + ": " + error.message);
    return take_evidence(work, Unbooked::opens_case);
}

}  // namespace sluice::worker
