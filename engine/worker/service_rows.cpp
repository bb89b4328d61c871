#include "worker/service_rows.hpp"

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
            add_start(picture, *start, activation);
        } else if (step.subject_changed) {
            add_change(subject, activation);
        }
        add_order_refund(subject, start, activation);
    }
    for (const flow::RefundClaim& claim : step.claims) {
        const bool claims = claim.kind == flow::RefundClaim::Kind::claim;
        Value row = row_of(activation);
        row.set("ordinal", std::int64_t{claim.ordinal});
        row.set("run", claim.run.raw().to_uuid());
        row.set("instruction", claim.instruction.raw().to_uuid());
        row.set("amount", claims ? claim.amount.minor() : -claim.amount.minor());
        claims_.push_back(std::move(row));
    }
    for (const flow::OpenCase& opened : step.cases) {
        Value row = row_of(activation);
        row.set("id", opened.id.raw().to_uuid());
        row.set("kind", opened.kind);
        row.set("instruction", opened.instruction.raw().to_uuid());
        row.set("amount", opened.amount.minor());
        row.set("currency", opened.amount.currency().code());
        row.set("detail", opened.detail);
        cases_.push_back(std::move(row));
    }
}

void ServiceRows::add_start(
    const payment::Picture& picture, const StartRun& start, std::int64_t i
) {
    const payment::Subject& subject = picture.subject;
    Value row = row_of(i);
    set_state(row, subject);
    if (!subject.order_id.is_nil()) {
        row.set("order", subject.order_id.raw().to_uuid());
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

void ServiceRows::add_change(const payment::Subject& subject, std::int64_t i) {
    Value row = row_of(i);
    set_state(row, subject);
    changes_.push_back(std::move(row));
}

/// An order counts a refund from its first activation on, and no longer once it failed.
void ServiceRows::add_order_refund(
    const payment::Subject& subject, const StartRun* start, std::int64_t i
) {
    const bool failed = subject.status == payment::SubjectStatus::failed;
    if (subject.service != payment::Service::refund || (start != nullptr) == failed) {
        return;
    }
    Value row = row_of(i);
    row.set("order", subject.order_id.raw().to_uuid());
    row.set("amount", failed ? -subject.amount.minor() : subject.amount.minor());
    order_refunds_.push_back(std::move(row));
}

std::optional<std::string> ServiceRows::document() const {
    Value document;
    const std::pair<const char*, const ValueArray*> lists[] = {
        {"starts", &starts_},
        {"changes", &changes_},
        {"order_refunds", &order_refunds_},
        {"claims", &claims_},
        {"cases", &cases_},
    };
    for (const auto& [name, list] : lists) {
        if (!list->empty()) {
            document.set(name, Value(*list));
        }
    }
    return document.is_null() ? std::nullopt : std::optional(to_json(document));
}

void ServiceRows::clear() {
    for (ValueArray* list : {&starts_, &changes_, &order_refunds_, &claims_, &cases_}) {
        list->clear();
    }
}

}  // namespace sluice::worker
