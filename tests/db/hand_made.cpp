#include "db/hand_made.hpp"

#include "core/hash.hpp"

namespace sluice::testing {

HandMade::HandMade(Random& random, AccountId card, std::int64_t amount_minor, Bucket bucket) {
    auto& order = picture.order;
    order.id = OrderId::generate(kHandMadeNow, bucket, random);
    order.merchant_id = "shop";
    order.merchant_order_number = order.id.to_string();
    order.product_code = "web";
    order.description = "an order";
    order.amount = Money{amount_minor, cny()};
    order.expires_at = kHandMadeNow + std::chrono::minutes(15);
    auto& payment = picture.subject;
    payment.id = RunId::generate(kHandMadeNow, bucket, random);
    payment.order_id = order.id;
    payment.merchant_id = order.merchant_id;
    payment.flow = "pay";
    payment.amount = order.amount;
    payment::Instruction instruction;
    instruction.id = InstructionId(payment.id.raw().derive(1, 1));
    instruction.leg_number = 1;
    instruction.kind = payment::LegKind::internal;
    instruction.channel = "prepaid_card";
    instruction.account = card;
    instruction.amount = payment.amount;
    instruction.status = payment::InstructionStatus::pending;
    picture.instructions.push_back(instruction);
    row.seq = 0;
}

void HandMade::next(worker::RunState then) {
    state = then;
    step = flow::Step{};
    row = {row.seq + 1, kHandMadeNow + std::chrono::seconds(row.seq), "{}", hash128("{}")};
}

void HandMade::account_step(flow::AccountStep::Kind kind) {
    const auto& instruction = picture.instructions.front();
    step.account_steps.push_back({1, kind, instruction.id, instruction.account, instruction.amount});
    step.touched.push_back(instruction.id);
}

void HandMade::ends(payment::SubjectStatus status) {
    picture.subject.status = status;
    step.subject_changed = true;
    step.finished = true;
}

HandMade& HandMade::begins() {
    next(worker::RunState::begins);
    start.picture.order = picture.order;
    start.order_is_new = true;
    start.order_hash = hash128(picture.order.merchant_order_number);
    start.picture.subject = picture.subject;
    start.request_hash = start.order_hash;
    step.created.push_back(picture.instructions.front().id);
    account_step(flow::AccountStep::Kind::hold);
    return *this;
}

HandMade& HandMade::captures() {
    next(worker::RunState::ends);
    account_step(flow::AccountStep::Kind::capture);
    auto& instruction = picture.instructions.front();
    instruction.status = payment::InstructionStatus::succeeded;
    step.lines = {
        {"2002", {}, instruction.account, flow::Side::debit, instruction.amount},
        {"2101", picture.order.merchant_id, {}, flow::Side::credit, instruction.amount}
    };
    ends(payment::SubjectStatus::succeeded);
    return *this;
}

HandMade& HandMade::releases() {
    next(worker::RunState::ends);
    account_step(flow::AccountStep::Kind::release);
    picture.instructions.front().status = payment::InstructionStatus::released;
    ends(payment::SubjectStatus::failed);
    return *this;
}

HandMade& HandMade::goes_on() {
    next(worker::RunState::continues);
    return *this;
}

worker::Activated HandMade::activated() {
    kernel_.emplace(picture);
    const bool first = state == worker::RunState::begins;
    return {&*kernel_, &step, &row, first ? &start : nullptr, Id128{1, 1}, state};
}

}  // namespace sluice::testing
