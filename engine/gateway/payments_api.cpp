#include "gateway/payments_api.hpp"

#include <algorithm>
#include <utility>

#include "gateway/forwarding.hpp"
#include "gateway/idempotency.hpp"
#include "gateway/input.hpp"
#include "gateway/orders_api.hpp"
#include "gateway/payment_request.hpp"
#include "gateway/prefer.hpp"
#include "gateway/subject_answer.hpp"
#include "gateway/superseding.hpp"

namespace sluice::gateway {
namespace {

using payment::Picture;

std::expected<OrderState, Problem> target_order(
    const Services& services, const Call& call, const PaymentRequest& request
) {
    if (request.order) {
        return OrderState{*request.order, std::nullopt};
    }
    auto found = services.parts.orders.find_state(call.merchant_id, request.order_id);
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    std::optional<OrderState>& state = *found;
    if (!state) {
        return std::unexpected(not_found("order", request.order_id.to_string()));
    }
    return *std::move(state);
}

worker::StartRun build_start(
    const Services& services, payment::Order order, PaymentRequest request
) {
    worker::StartRun start;
    start.order_is_new = request.order.has_value();
    start.picture.subject.id = services.ids.make<RunId>(order.id.bucket());
    start.picture.subject.order_id = order.id;
    start.picture.subject.merchant_id = order.merchant_id;
    start.picture.subject.flow = "pay";
    start.picture.subject.amount = Money{request.amount_minor, order.amount.currency()};
    start.picture.legs = std::move(request.legs);
    for (payment::Leg& leg : start.picture.legs) {
        leg.payer = services.parts.seal_party({start.picture.subject.id, leg.number, leg.payer});
    }
    start.picture.subject.created_at = services.ids.now();
    start.picture.subject.updated_at = start.picture.subject.created_at;
    start.picture.order = std::move(order);
    return start;
}

/// What the caller waits for: unasked, something to show the payer; `wait=0`, the commit alone;
/// else the end.
std::chrono::seconds set_wait(
    worker::StartRun& start, const Settings& settings, std::optional<std::chrono::seconds> wait
) {
    start.wait_for = !wait                             ? worker::WaitFor::actionable
                     : *wait > std::chrono::seconds{0} ? worker::WaitFor::final_status
                                                       : worker::WaitFor::committed;
    const std::chrono::seconds patience = wait.value_or(settings.action_wait);
    start.answer_by = start.picture.subject.created_at + patience;
    return patience;
}

/// An order that begins now must not be over already; a repeat of one may be.
std::optional<Problem> check_expiry(const worker::StartRun& start, const Services& services) {
    const payment::Order& order = start.picture.order;
    if (!start.order_is_new || order.expires_at > order.created_at) {
        return std::nullopt;
    }
    const auto existing =
        services.parts.orders.find_by_number({order.merchant_id, order.merchant_order_number});
    if (!existing || *existing) {
        return std::nullopt;
    }
    return invalid_request(
        {{FieldError::Where::pointer,
          "/order/expires_at",
          "expires_at is " + format_rfc3339(order.expires_at) + ", wanted a time after now"}}
    );
}

/// The order stands inside this request's body.
Problem below_order(Problem problem) {
    for (FieldError& error : problem.errors) {
        if (error.where == FieldError::Where::pointer) {
            error.name.insert(0, "/order");
        }
    }
    return problem;
}

/// What POST /v1/payments says, as far as nobody else has to be asked.
struct PaymentWish {
    std::string key;
    std::optional<std::chrono::seconds> wait;
    Value body;
    PaymentRequest request;
};

std::expected<PaymentWish, Problem> read_payment_wish(const Services& services, const Call& call) {
    PaymentWish wish;
    SLUICE_ANSWER_ASSIGN(wish.key, read_idempotency_key(call.request));
    SLUICE_ANSWER_ASSIGN(wish.wait, read_wait(call.request));
    SLUICE_ANSWER_ASSIGN(wish.body, read_body(call.request, services.settings.body_bytes_max));
    SLUICE_ANSWER_ASSIGN(wish.request, read_payment_request(wish.body, services, call));
    return wish;
}

/// Whether start_payment() would have to ask the database or another node. What makes it say no
/// hardly ever changes before the question is put.
bool may_block(const PaymentWish& wish, const Services& services, const Call& call) {
    const PaymentRequest& request = wish.request;
    const bool is_not_offered = std::ranges::any_of(request.legs, [&](const payment::Leg& leg) {
        return leg.kind == payment::LegKind::external &&
               !services.parts.check_scene({leg.method, leg.scene, leg.payer, call.merchant_id});
    });
    const bool is_strange = std::ranges::any_of(request.legs, [&](const payment::Leg& leg) {
        return leg.kind == payment::LegKind::internal &&
               !services.parts.accounts.is_known(leg.account);
    });
    const bool is_strange_credit = request.order && !request.order->credit.id.is_nil() &&
                                   !services.parts.accounts.is_known(request.order->credit.id);
    return is_not_offered || is_strange || is_strange_credit || !request.order ||
           request.order->expires_at <= request.order->created_at ||
           !services.parts.intake.owns(request.order_id.bucket());
}

/// What is told of a payment that somebody waited for.
auto answer_after(std::optional<std::chrono::seconds> wait) {
    return [wait](const Result<Picture>& picture) -> Answer {
        if (!picture) {
            return std::unexpected(problem_of(picture.error()));
        }
        return answer_with(200, *picture, wait);
    };
}

Problem order_number_reused(const std::string& number) {
    return below_order(problem_of(
        {ErrorCode::conflict,
         "merchant_order_number " + show(Value(number)) + " was used before with another order",
         "merchant_order_number"}
    ));
}

/// The first payment under the same key, or else under the number of the same inline order; the nil
/// id when there is none.
std::expected<Id128, Problem> find_earlier_payment(
    const Services& services, const Call& call, const PaymentWish& wish
) {
    PaymentStore& payments = services.parts.payments;
    if (!wish.key.empty()) {
        const auto found = payments.find_key(call.merchant_id, wish.key);
        if (!found) {
            return std::unexpected(problem_of(found.error()));
        }
        if (const std::optional<KnownKey>& known = *found) {
            const Hash128 hash = hash_request("POST /v1/payments", wish.body);
            return known->request_hash == as_uuid(hash)
                       ? std::expected<Id128, Problem>(known->object_id)
                       : std::unexpected(problem_of(key_reused(wish.key)));
        }
    }
    const Value* inline_order = wish.body.find("order");
    if (inline_order == nullptr || !wish.request.order) {
        return Id128{};
    }
    const std::string& number = wish.request.order->merchant_order_number;
    const auto found = payments.find_number({call.merchant_id, number});
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    const std::optional<KnownKey>& known = *found;
    if (!known) {
        return Id128{};
    }
    return known->request_hash == as_uuid(hash_request("order", *inline_order))
               ? std::expected<Id128, Problem>(known->object_id)
               : std::unexpected(order_number_reused(number));
}

/// A repeat is answered with its first as ever, though no payment could begin so any more; all else
/// with the problem. Blocks on the database.
Reply answer_earlier_payment(
    const Services& services, const Call& call, const PaymentWish& wish, Problem problem
) {
    SLUICE_ANSWER_ASSIGN(const Id128 earlier, find_earlier_payment(services, call, wish));
    if (earlier.is_nil()) {
        return std::unexpected(std::move(problem));
    }
    SLUICE_ANSWER_ASSIGN(
        const Picture picture, own_picture(services, call, payment::Service::payment, earlier)
    );
    return show_or_wait(services, call, picture, wish.wait);
}

Reply start_payment(const Services& services, const Call& call, PaymentWish wish) {
    PaymentRequest& request = wish.request;
    if (auto reply = answer_elsewhere(services, call, request.order_id.bucket())) {
        return *std::move(reply);
    }
    SLUICE_ANSWER_ASSIGN(OrderState state, target_order(services, call, request));
    payment::Order& order = state.order;
    if (const auto refusal = find_refusal(order, request.amount_minor); refusal && !request.order) {
        return answer_earlier_payment(services, call, wish, problem_of(*refusal));
    }
    if (request.order) {
        if (auto problem = settle_credit(order, services, call)) {
            return answer_earlier_payment(services, call, wish, below_order(*std::move(problem)));
        }
    }
    if (auto problem = settle_legs(request, order.amount.currency(), services, call)) {
        return answer_earlier_payment(services, call, wish, *std::move(problem));
    }
    const bool supersedes = request.supersedes;
    worker::StartRun start = build_start(services, std::move(order), std::move(request));
    if (auto problem = check_expiry(start, services)) {
        return std::unexpected(*std::move(problem));
    }
    if (const Value* inline_order = wish.body.find("order")) {
        start.order_hash = hash_request("order", *inline_order);
    }
    start.idempotency_key = std::move(wish.key);
    start.request_hash = hash_request("POST /v1/payments", wish.body);
    const std::chrono::seconds patience = set_wait(start, services.settings, wish.wait);

    auto finish = [new_id = start.picture.subject.id,
                   is_inline = start.order_is_new,
                   wait = wish.wait](const Result<Picture>& picture) -> Answer {
        if (!picture) {
            Problem problem = problem_of(picture.error());
            return std::unexpected(is_inline ? below_order(std::move(problem)) : problem);
        }
        return answer_with(picture->subject.id == new_id ? 201 : 200, *picture, wait);
    };
    if (supersedes && state.under_way) {
        const std::chrono::seconds rival_patience =
            std::max(patience, services.settings.action_wait);
        Attempt attempt{std::move(start), patience, *state.under_way, rival_patience};
        return wait_for<Picture>(
            rival_patience + patience + services.settings.engine_grace,
            [&services, attempt = std::move(attempt)](Take<Picture> take) mutable {
                begin_attempt(services, std::move(attempt), std::move(take));
            },
            finish
        );
    }
    return wait_for<Picture>(
        patience + services.settings.engine_grace,
        [&services, start = std::move(start)](Take<Picture> take) mutable {
            services.parts.intake.start(std::move(start), std::move(take));
        },
        finish
    );
}

}  // namespace

Reply create_payment(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(PaymentWish wish, read_payment_wish(services, call));
    if (!may_block(wish, services, call)) {
        return start_payment(services, call, std::move(wish));
    }
    return Slow{[&services, &call, wish = std::move(wish)]() mutable {
        return start_payment(services, call, std::move(wish));
    }};
}

Reply get_payment(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const PaymentId id, id_in_path<PaymentId>(call, "payment"));
    return answer_get(services, call, payment::Service::payment, id.raw());
}

Reply close_payment(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const PaymentId id, id_in_path<PaymentId>(call, "payment"));
    SLUICE_ANSWER_ASSIGN(const auto wait, read_wait(call.request));
    if (auto problem = check_empty_body(call.request, services.settings.body_bytes_max)) {
        return std::unexpected(*std::move(problem));
    }
    SLUICE_ANSWER_ASSIGN(
        const Picture picture, own_picture(services, call, payment::Service::payment, id.raw())
    );
    if (payment::is_final(picture.subject.status)) {
        return answer_with(200, picture, wait);
    }
    if (auto reply = answer_elsewhere(services, call, id.bucket())) {
        return *std::move(reply);
    }
    const std::chrono::seconds patience = wait.value_or(std::chrono::seconds{0});
    const Closing closing{id, payment::CloseReason::closed_by_business, patience};
    auto close = [&services, closing](Take<Picture> take) {
        close_and_wait(services, closing, std::move(take));
    };
    return wait_for<Picture>(
        patience + services.settings.engine_grace, std::move(close), answer_after(wait)
    );
}

Answer get_timeline(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const PaymentId id, id_in_path<PaymentId>(call, "payment"));
    return answer_timeline(services, call, payment::Service::payment, id.raw());
}

}  // namespace sluice::gateway
