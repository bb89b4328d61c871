#include "worker/service_rows.hpp"

#include <map>
#include <utility>
#include <variant>

namespace sluice::worker {
namespace {

Value row_of(std::int64_t activation) {
    Value row;
    row.set("i", activation);
    return row;
}

void set_state(Value& row, const payment::Subject& subject) {
    row.set("service", payment::to_string(subject.service));
    row.set("status", payment::to_string(subject.status));
    row.set("stage", subject.stage);
    row.set("code", subject.failure_code);
    row.set("message", subject.failure_message);
}

/// What gave its money back in the activation that took it counts nowhere.
bool did_not_pay(const payment::Subject& subject) {
    return subject.status == payment::SubjectStatus::failed ||
           subject.status == payment::SubjectStatus::returned;
}

/// The day in which a payout counts from now on, if it begins to.
void set_counted(Value& row, const payment::Subject& subject, const flow::Step& step) {
    if (!step.limits.empty() && !did_not_pay(subject)) {
        row.set("counted", step.limits.front().day);
    }
}

Value details_of(const payment::Picture& picture) {
    return std::visit(
        [](const auto& details) {
            if constexpr (std::is_same_v<std::decay_t<decltype(details)>, std::monostate>) {
                return Value{};
            } else {
                return payment::to_value(details);
            }
        },
        picture.details
    );
}

Value task_row(const payment::Task& task, const payment::Subject& subject, std::int64_t i) {
    Value row = row_of(i);
    row.set("id", task.id.raw().to_uuid());
    row.set("merchant", subject.merchant_id);
    row.set("service", payment::to_string(subject.service));
    row.set("kind", task.kind);
    row.set("title_en", task.title.en);
    row.set("title_zh", task.title.zh);
    row.set("role", task.role);
    row.set("needed", task.needed);
    row.set("form", to_json(payment::to_value(task.form)));
    if (!task.about.is_nil()) {
        row.set("about", task.about.raw().to_uuid());
    }
    if (!task.ends.is_nil()) {
        row.set("ends", task.ends.raw().to_uuid());
    }
    if (task.amount) {
        row.set("currency", task.amount->currency().code());
        row.set("amount", task.amount->minor());
    }
    if (task.due_at) {
        row.set("due", format_rfc3339(*task.due_at));
    }
    if (task.escalates_at) {
        row.set("escalates", format_rfc3339(*task.escalates_at));
    }
    row.set("escalate_role", task.escalate_role);
    return row;
}

Value task_change_row(const payment::Task& task, std::int64_t i) {
    Value row = row_of(i);
    row.set("id", task.id.raw().to_uuid());
    row.set("status", payment::to_string(task.status));
    row.set("escalated", task.escalated);
    row.set("values", to_json(task.values));
    return row;
}

Value vote_row(const payment::TaskVote& vote, std::int64_t i) {
    Value row = row_of(i);
    row.set("task", vote.task.raw().to_uuid());
    row.set("actor", vote.actor);
    row.set("verdict", payment::to_string(vote.verdict));
    row.set("values", to_json(vote.values));
    row.set("note", vote.note);
    if (!vote.payee.is_null()) {
        row.set("payee", to_json(vote.payee));
    }
    return row;
}

}  // namespace

void ServiceRows::add(
    const flow::Kernel& kernel,
    const flow::Step& step,
    const StartRun* start,
    std::int64_t activation
) {
    const payment::Picture& picture = kernel.picture();
    const payment::Subject& subject = picture.subject;
    if (subject.service != payment::Service::payment) {
        if (start != nullptr) {
            add_start(picture, *start, step, activation);
        } else if (step.subject_changed) {
            add_change(subject, step, activation);
        }
        if (start != nullptr) {
            add_surplus(picture, RefundStage::begins, activation);
        } else if (step.subject_changed) {
            add_surplus(picture, RefundStage::goes_on, activation);
        }
        if (start != nullptr || step.subject_changed) {
            add_limits(subject, step, activation);
        }
        add_order_refund(subject, step.order_refund, activation);
    }
    if (start != nullptr && start->order_is_new && !picture.order.credit.id.is_nil()) {
        add_credit(picture.order, activation);
    }
    for (const flow::RefundClaim& claim : step.claims) {
        const bool claims = claim.kind == flow::RefundClaim::Kind::claim;
        Value row = row_of(activation);
        row.set("ordinal", std::int64_t{claim.ordinal});
        row.set("run", claim.run.raw().to_uuid());
        row.set("instruction", claim.instruction.raw().to_uuid());
        row.set("amount", claims ? claim.amount.minor() : -claim.amount.minor());
        row.set("parts", claim.parts);
        row.set("parts_max", claim.parts_max);
        claims_.push_back(std::move(row));
    }
    add_cases(step, activation);
    add_tasks(subject, step, activation);
}

void ServiceRows::add_cases(const flow::Step& step, std::int64_t i) {
    for (const flow::OpenCase& opened : step.cases) {
        Value row = row_of(i);
        row.set("id", opened.id.raw().to_uuid());
        row.set("kind", opened.kind);
        row.set("instruction", opened.instruction.raw().to_uuid());
        row.set("amount", opened.amount.minor());
        row.set("currency", opened.amount.currency().code());
        row.set("detail", opened.detail);
        cases_.push_back(std::move(row));
    }
    for (const CaseId closed : step.closed_cases) {
        Value row = row_of(i);
        row.set("id", closed.raw().to_uuid());
        closed_cases_.push_back(std::move(row));
    }
}

/// A task that changes twice in one activation is written as the last change left it.
void ServiceRows::add_tasks(
    const payment::Subject& subject, const flow::Step& step, std::int64_t i
) {
    std::map<TaskId, Value> changes;
    for (const flow::TaskTurn& turn : step.task_turns) {
        switch (turn.kind) {
            case flow::TaskTurn::Kind::opened:
                tasks_.push_back(task_row(turn.task, subject, i));
                break;
            case flow::TaskTurn::Kind::voted:
                votes_.push_back(vote_row(turn.task.votes.back(), i));
                break;
            case flow::TaskTurn::Kind::escalated:
            case flow::TaskTurn::Kind::decided:
                changes[turn.task.id] = task_change_row(turn.task, i);
                break;
        }
    }
    for (auto& [id, row] : changes) {
        task_changes_.push_back(std::move(row));
    }
}

void ServiceRows::add_start(
    const payment::Picture& picture, const StartRun& start, const flow::Step& step, std::int64_t i
) {
    const payment::Subject& subject = picture.subject;
    Value row = row_of(i);
    set_state(row, subject);
    set_counted(row, subject, step);
    const auto* payout = std::get_if<payment::Payout>(&picture.details);
    const OrderId order = payout != nullptr ? payout->order : subject.order_id;
    if (!order.is_nil()) {
        row.set("order", order.raw().to_uuid());
    }
    row.set("merchant", subject.merchant_id);
    row.set("number", subject.number);
    row.set("flow", subject.flow);
    row.set("currency", subject.amount.currency().code());
    row.set("amount", subject.amount.minor());
    row.set("details", to_json(details_of(picture)));
    row.set("hash", Id128{start.request_hash.high, start.request_hash.low}.to_uuid());
    starts_.push_back(std::move(row));
}

/// Which account an order that begins tops up.
void ServiceRows::add_credit(const payment::Order& order, std::int64_t i) {
    Value row = row_of(i);
    row.set("order", order.id.raw().to_uuid());
    row.set("account", order.credit.id.raw().to_uuid());
    row.set("gl", order.credit.gl);
    credits_.push_back(std::move(row));
}

void ServiceRows::add_change(
    const payment::Subject& subject, const flow::Step& step, std::int64_t i
) {
    Value row = row_of(i);
    set_state(row, subject);
    set_counted(row, subject, step);
    changes_.push_back(std::move(row));
    if (subject.service == payment::Service::payout && did_not_pay(subject)) {
        // Only the database knows whether it counts, and in which day.
        Value counted = row_of(i);
        counted.set("payout", subject.id.raw().to_uuid());
        uncounted_.push_back(std::move(counted));
    }
}

/// What a payout takes of the sums that are limited.
void ServiceRows::add_limits(
    const payment::Subject& subject, const flow::Step& step, std::int64_t i
) {
    if (did_not_pay(subject)) {
        return;
    }
    for (const flow::LimitClaim& claim : step.limits) {
        Value row = row_of(i);
        row.set("ordinal", std::int64_t{claim.ordinal});
        row.set("merchant", subject.merchant_id);
        row.set("kind", flow::to_string(claim.sum));
        row.set("about", claim.about);
        row.set("currency", claim.amount.currency().code());
        row.set("day", claim.day);
        row.set("amount", claim.amount.minor());
        if (claim.most) {
            row.set("most", claim.most->minor());
        }
        limits_.push_back(std::move(row));
    }
}

/// An order counts a refund from its first activation on, and no longer once it failed; the kernel
/// says what that comes to.
void ServiceRows::add_order_refund(
    const payment::Subject& subject, const flow::OrderRefund& more, std::int64_t i
) {
    if (more.minor == 0) {
        return;
    }
    Value row = row_of(i);
    row.set("ordinal", std::int64_t{more.ordinal});
    row.set("order", subject.order_id.raw().to_uuid());
    row.set("amount", more.minor);
    order_refunds_.push_back(std::move(row));
}

/// The case of money that no order took is over when its refund has succeeded, and while it has.
void ServiceRows::add_surplus(const payment::Picture& picture, RefundStage stage, std::int64_t i) {
    const auto* refund = std::get_if<payment::Refund>(&picture.details);
    if (refund == nullptr || !refund->is_surplus) {
        return;
    }
    for (const payment::RefundSource& source : refund->sources) {
        Value row = row_of(i);
        row.set("run", source.payment.raw().to_uuid());
        row.set("instruction", source.instruction.raw().to_uuid());
        row.set("over", picture.subject.status == payment::SubjectStatus::succeeded);
        row.set("begins", stage == RefundStage::begins);
        surpluses_.push_back(std::move(row));
    }
}

std::optional<std::string> ServiceRows::document() const {
    Value document;
    const std::pair<const char*, const ValueArray*> lists[] = {
        {"starts", &starts_},
        {"changes", &changes_},
        {"credits", &credits_},
        {"order_refunds", &order_refunds_},
        {"claims", &claims_},
        {"cases", &cases_},
        {"closed_cases", &closed_cases_},
        {"surpluses", &surpluses_},
        {"tasks", &tasks_},
        {"task_changes", &task_changes_},
        {"votes", &votes_},
        {"limits", &limits_},
        {"uncounted", &uncounted_},
    };
    for (const auto& [name, list] : lists) {
        if (!list->empty()) {
            document.set(name, Value(*list));
        }
    }
    return document.is_null() ? std::nullopt : std::optional(to_json(document));
}

void ServiceRows::clear() {
    for (ValueArray* list :
         {&starts_,
          &changes_,
          &credits_,
          &order_refunds_,
          &claims_,
          &cases_,
          &closed_cases_,
          &surpluses_,
          &tasks_,
          &task_changes_,
          &votes_,
          &limits_,
          &uncounted_}) {
        list->clear();
    }
}

}  // namespace sluice::worker
