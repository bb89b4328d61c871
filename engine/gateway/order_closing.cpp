#include "gateway/order_closing.hpp"

#include <algorithm>
#include <utility>

#include "gateway/forwarding.hpp"
#include "gateway/input.hpp"
#include "gateway/prefer.hpp"
#include "gateway/render.hpp"
#include "gateway/superseding.hpp"

namespace sluice::gateway {
namespace {

using payment::Picture;

Answer answer_final(const payment::Order& order) { return json_response(200, render(order)); }

/// Blocks on the database. A payment may have begun meanwhile: then the order stays open.
Answer close_unless_in_payment(const Services& services, const payment::Order& order) {
    const auto state = services.parts.orders.close(
        {.merchant_id = order.merchant_id, .id = order.id, .at = services.ids.now()}
    );
    if (!state) {
        return std::unexpected(problem_of(state.error()));
    }
    if (payment::is_final(state->order.status)) {
        return answer_final(state->order);
    }
    if (const auto& under_way = state->under_way) {
        return std::unexpected(problem_of(unresolved(*under_way)));
    }
    return std::unexpected(problem_of(
        {ErrorCode::unavailable, "a payment of order " + order.id.to_string() + " came and went", {}
        }
    ));
}

/// Closes the payment that is under way, then the order.
Later close_both(const Services& services, const payment::Order& order, const Closing& closing) {
    Later later;
    later.patience = closing.patience + services.settings.engine_grace;
    later.give_up = [payment = closing.payment]() -> Answer {
        return std::unexpected(problem_of(unresolved(payment)));
    };
    later.ask = [&services, order, closing](Next next) {
        close_and_wait(
            services,
            closing,
            [&services, order, closing, next = std::move(next)](Result<Picture> ended) {
                if (!ended) {
                    next.answer([error = std::move(ended).error()]() -> Answer {
                        return std::unexpected(problem_of(error));
                    });
                } else if (!payment::is_final(ended->subject.status)) {
                    next.answer([payment = closing.payment]() -> Answer {
                        return std::unexpected(problem_of(unresolved(payment)));
                    });
                } else {
                    next.go_on(Slow{[&services, order]() -> Reply {
                        return close_unless_in_payment(services, order);
                    }});
                }
            }
        );
    };
    return later;
}

}  // namespace

Reply close_order(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const OrderId id, id_in_path<OrderId>(call, "order"));
    SLUICE_ANSWER_ASSIGN(const auto wait, read_wait(call.request));
    if (auto problem = check_empty_body(call.request, services.settings.body_bytes_max)) {
        return std::unexpected(*std::move(problem));
    }
    const auto found = services.parts.orders.find_state(call.shown_merchant(), id);
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    const std::optional<OrderState>& state = *found;
    if (!state) {
        return std::unexpected(not_found("order", call.captures.front()));
    }
    if (payment::is_final(state->order.status)) {
        return answer_final(state->order);
    }
    if (!state->under_way) {
        return close_unless_in_payment(services, state->order);
    }
    if (auto reply = answer_elsewhere(services, call, id.bucket())) {
        return *std::move(reply);
    }
    const auto patience =
        std::max(wait.value_or(std::chrono::seconds{0}), services.settings.action_wait);
    return close_both(
        services,
        state->order,
        {*state->under_way, payment::CloseReason::closed_by_business, patience}
    );
}

}  // namespace sluice::gateway
