#include "gateway/payments_api.hpp"

#include <algorithm>
#include <utility>

#include "gateway/forwarding.hpp"
#include "gateway/idempotency.hpp"
#include "gateway/input.hpp"
#include "gateway/payment_request.hpp"
#include "gateway/prefer.hpp"
#include "gateway/render.hpp"
#include "gateway/superseding.hpp"
#include "gateway/timeline.hpp"

namespace sluice::gateway {
namespace {

using payment::Picture;
using std::chrono::seconds;
using OwnPicture = std::expected<payment::Picture, Problem>;

OwnPicture own_picture(const Services& services, const Call& call, PaymentId id) {
    auto found = services.parts.payments.find(RunId(id.raw()));
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    std::optional<Picture>& picture = *found;
    if (!picture || !call.sees(picture->subject.merchant_id)) {
        return std::unexpected(not_found("payment", id.to_string()));
    }
    return *std::move(picture);
}

http::Response answer_with(int status, const Picture& picture, std::optional<seconds> wait) {
    http::Response response = json_response(status, render(picture));
    response.headers.set({"Location", "/v1/payments/" + picture.subject.name()});
    if (wait) {
        response.headers.set({"Preference-Applied", "wait=" + std::to_string(wait->count())});
    }
    return response;
}

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
    start.picture.subject.created_at = services.ids.now();
    start.picture.subject.updated_at = start.picture.subject.created_at;
    start.picture.order = std::move(order);
    return start;
}

/// What the caller waits for: unasked, something to show the payer; `wait=0`, the commit alone;
/// else the end.
seconds set_wait(worker::StartRun& start, const Settings& settings, std::optional<seconds> wait) {
    start.wait_for = !wait                ? worker::WaitFor::actionable
                     : *wait > seconds{0} ? worker::WaitFor::final_status
                                          : worker::WaitFor::committed;
    const seconds patience = wait.value_or(settings.action_wait);
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
struct Wish {
    std::string key;
    std::optional<seconds> wait;
    Value body;
    PaymentRequest request;
};

std::expected<Wish, Problem> read_wish(const Services& services, const Call& call) {
    Wish wish;
    SLUICE_ANSWER_ASSIGN(wish.key, read_idempotency_key(call.request));
    SLUICE_ANSWER_ASSIGN(wish.wait, read_wait(call.request));
    SLUICE_ANSWER_ASSIGN(wish.body, read_body(call.request, services.settings.body_bytes_max));
    SLUICE_ANSWER_ASSIGN(wish.request, read_payment_request(wish.body, services, call));
    return wish;
}

/// Whether start_payment() would have to ask the database or another node. What makes it say no
/// hardly ever changes before the question is put.
bool may_block(const Wish& wish, const Services& services) {
    const PaymentRequest& request = wish.request;
    const bool is_strange = std::ranges::any_of(request.legs, [&](const payment::Leg& leg) {
        return leg.kind == payment::LegKind::internal &&
               !services.parts.accounts.is_known(leg.account);
    });
    return is_strange || !request.order || request.order->expires_at <= request.order->created_at ||
           !services.parts.intake.owns(request.order_id.bucket());
}

/// What is told of a payment that somebody waited for.
auto show(std::optional<seconds> wait) {
    return [wait](const Result<Picture>& picture) -> Answer {
        if (!picture) {
            return std::unexpected(problem_of(picture.error()));
        }
        return answer_with(200, *picture, wait);
    };
}

/// The payment as it is, or once it is final when that is worth waiting for.
Reply show_or_wait(
    const Services& services, const Call& call, const Picture& picture, std::optional<seconds> wait
) {
    const seconds patience = wait.value_or(seconds{0});
    if (patience == seconds{0} || payment::is_final(picture.subject.status)) {
        return answer_with(200, picture, wait);
    }
    const RunId id = picture.subject.id;
    if (auto reply = answer_elsewhere(services, call, id.bucket())) {
        return *std::move(reply);
    }
    return wait_for<Picture>(
        patience + services.settings.engine_grace,
        [&services, id, patience](Take<Picture> take) {
            services.parts.intake.wait_final(id, services.ids.now() + patience, std::move(take));
        },
        show(wait)
    );
}

/// An order that exists and takes no such payment: a repeat of what it did take is answered as ever
/// (no flow could begin for it any more), all else is refused. Blocks on the database.
std::optional<Reply> answer_without_start(
    const Services& services, const Call& call, const Wish& wish, const payment::Order& order
) {
    const auto refusal = find_refusal(order, wish.request.amount_minor);
    if (wish.request.order || !refusal) {
        return std::nullopt;
    }
    if (wish.key.empty()) {
        return Reply(std::unexpected(problem_of(*refusal)));
    }
    const auto found = services.parts.payments.find_key(call.merchant_id, wish.key);
    if (!found) {
        return Reply(std::unexpected(problem_of(found.error())));
    }
    const std::optional<KnownKey>& known = *found;
    if (!known) {
        return Reply(std::unexpected(problem_of(*refusal)));
    }
    if (known->request_hash != as_uuid(hash_request("POST /v1/payments", wish.body))) {
        return Reply(std::unexpected(problem_of(key_reused(wish.key))));
    }
    const auto picture = own_picture(services, call, PaymentId(known->object_id));
    if (!picture) {
        return Reply(std::unexpected(picture.error()));
    }
    return show_or_wait(services, call, *picture, wish.wait);
}

Reply start_payment(const Services& services, const Call& call, Wish wish) {
    PaymentRequest& request = wish.request;
    if (auto reply = answer_elsewhere(services, call, request.order_id.bucket())) {
        return *std::move(reply);
    }
    SLUICE_ANSWER_ASSIGN(OrderState state, target_order(services, call, request));
    payment::Order& order = state.order;
    if (auto reply = answer_without_start(services, call, wish, order)) {
        return *std::move(reply);
    }
    if (auto problem = settle_legs(request, order.amount.currency(), services, call)) {
        return std::unexpected(*std::move(problem));
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
    const seconds patience = set_wait(start, services.settings, wish.wait);

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
        const seconds rival_patience = std::max(patience, services.settings.action_wait);
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
    SLUICE_ANSWER_ASSIGN(Wish wish, read_wish(services, call));
    if (!may_block(wish, services)) {
        return start_payment(services, call, std::move(wish));
    }
    return Slow{[&services, &call, wish = std::move(wish)]() mutable {
        return start_payment(services, call, std::move(wish));
    }};
}

Reply get_payment(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const PaymentId id, id_in_path<PaymentId>(call, "payment"));
    SLUICE_ANSWER_ASSIGN(const auto wait, read_wait(call.request));
    SLUICE_ANSWER_ASSIGN(const Picture picture, own_picture(services, call, id));
    return show_or_wait(services, call, picture, wait);
}

Reply close_payment(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const PaymentId id, id_in_path<PaymentId>(call, "payment"));
    SLUICE_ANSWER_ASSIGN(const auto wait, read_wait(call.request));
    if (auto problem = check_empty_body(call.request, services.settings.body_bytes_max)) {
        return std::unexpected(*std::move(problem));
    }
    SLUICE_ANSWER_ASSIGN(const Picture picture, own_picture(services, call, id));
    if (payment::is_final(picture.subject.status)) {
        return answer_with(200, picture, wait);
    }
    if (auto reply = answer_elsewhere(services, call, id.bucket())) {
        return *std::move(reply);
    }
    const seconds patience = wait.value_or(seconds{0});
    const Closing closing{id, payment::CloseReason::closed_by_business, patience};
    auto close = [&services, closing](Take<Picture> take) {
        close_and_wait(services, closing, std::move(take));
    };
    return wait_for<Picture>(
        patience + services.settings.engine_grace, std::move(close), show(wait)
    );
}

Answer get_timeline(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const PaymentId id, id_in_path<PaymentId>(call, "payment"));
    SLUICE_ANSWER_ASSIGN(const Picture picture, own_picture(services, call, id));
    const auto journal = services.parts.payments.journal(RunId(id.raw()));
    if (!journal) {
        return std::unexpected(problem_of(journal.error()));
    }
    return json_response(200, render_timeline(picture, *journal));
}

}  // namespace sluice::gateway
