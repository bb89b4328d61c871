#include "gateway/refunds_api.hpp"

#include <utility>

#include "gateway/forwarding.hpp"
#include "gateway/idempotency.hpp"
#include "gateway/input.hpp"
#include "gateway/listed_merchant.hpp"
#include "gateway/listing.hpp"
#include "gateway/member_rules.hpp"
#include "gateway/prefer.hpp"
#include "gateway/refund_conversion.hpp"
#include "gateway/refund_request.hpp"
#include "gateway/render.hpp"
#include "gateway/render_refund.hpp"
#include "gateway/subject_answer.hpp"

namespace sluice::gateway {
namespace {

using payment::Picture;
using payment::Service;

/// How often a refund begins anew when others take what it counted on in the same moment.
constexpr int kTriesMax = 16;

/// What POST /v1/refunds says.
struct RefundWish {
    std::string key;
    std::optional<std::chrono::seconds> wait;
    RefundRequest request;
    Hash128 hash;
    int tries = 0;  ///< starts so far
};

std::expected<RefundWish, Problem> read_refund_wish(const Services& services, const Call& call) {
    RefundWish wish;
    SLUICE_ANSWER_ASSIGN(wish.key, read_idempotency_key(call.request));
    SLUICE_ANSWER_ASSIGN(wish.wait, read_wait(call.request));
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    SLUICE_ANSWER_ASSIGN(wish.request, read_refund_request(body));
    wish.hash = hash_request("POST /v1/refunds", body);
    return wish;
}

/// What the same key or number began before; a problem when that was something else.
std::expected<std::optional<Picture>, Problem> find_earlier_refund(
    const Services& services, const Call& call, const RefundWish& wish
) {
    Result<std::optional<KnownKey>> known = std::optional<KnownKey>{};
    if (!wish.key.empty()) {
        known = services.parts.payments.find_key(call.merchant_id, wish.key);
    }
    const bool by_key = known && *known;
    if (known && !by_key) {
        known = services.parts.refunds.find_number({call.merchant_id, wish.request.number});
    }
    if (!known) {
        return std::unexpected(problem_of(known.error()));
    }
    const std::optional<KnownKey>& earlier = *known;
    if (!earlier) {
        return std::nullopt;
    }
    if (earlier->request_hash != as_uuid(wish.hash)) {
        return std::unexpected(problem_of(
            by_key ? key_reused(wish.key)
                   : number_reused("merchant_refund_number", wish.request.number)
        ));
    }
    SLUICE_ANSWER_ASSIGN(
        Picture picture, own_picture(services, call, Service::refund, earlier->object_id)
    );
    return picture;
}

/// The order and what it or its payment collected, as the database has it now.
std::expected<Refundable, Problem> find_refundable(
    const Services& services, const Call& call, const RefundRequest& request
) {
    if (!request.converts.is_nil()) {
        return find_convertible(services, call, request);
    }
    Refundable found;
    if (request.order_id.is_nil()) {
        SLUICE_ANSWER_ASSIGN(
            const Picture picture,
            own_picture(services, call, Service::payment, request.payment_id.raw())
        );
        found.name = "payment " + picture.subject.name();
        found.order = picture.order;
    } else {
        const auto read = services.parts.orders.find(call.merchant_id, request.order_id);
        if (!read) {
            return std::unexpected(problem_of(read.error()));
        }
        const std::optional<payment::Order>& order = *read;
        if (!order) {
            return std::unexpected(not_found("order", request.order_id.to_string()));
        }
        found.name = "order " + request.order_id.to_string();
        found.order = *order;
    }
    auto sources = services.parts.refunds.sources(
        {found.order.id, request.payment_id, found.order.amount.currency()}
    );
    if (!sources) {
        return std::unexpected(problem_of(sources.error()));
    }
    found.sources = *std::move(sources);
    return found;
}

worker::StartRun build_start(
    const Services& services, const RefundWish& wish, Refundable refundable
) {
    const RefundRequest& request = wish.request;
    worker::StartRun start;
    payment::Subject& subject = start.picture.subject;
    // All that gives back money of an order runs where the order does.
    subject.id = services.ids.make<RunId>(refundable.order.id.bucket());
    subject.service = Service::refund;
    subject.order_id = refundable.order.id;
    subject.merchant_id = refundable.order.merchant_id;
    subject.number = request.number;
    subject.flow = "refund";
    subject.amount = request.amount;
    subject.created_at = services.ids.now();
    subject.updated_at = subject.created_at;
    start.picture.order = std::move(refundable.order);
    payment::Refund refund;
    refund.payment = RunId(request.payment_id.raw());
    refund.reason = request.reason;
    refund.to_account = request.to_account;
    refund.balance_account = request.balance_account;
    refund.payout_method = request.payout_method;
    refund.payee = services.parts.seal_party({subject.id, 0, request.payee});
    refund.converts = RunId(request.converts.raw());
    refund.from = std::move(refundable.from);
    refund.sources = std::move(refundable.sources);
    start.picture.details = std::move(refund);
    start.idempotency_key = wish.key;
    start.request_hash = wish.hash;
    const std::chrono::seconds patience = wish.wait.value_or(std::chrono::seconds{0});
    start.wait_for = patience > std::chrono::seconds{0} ? worker::WaitFor::final_status
                                                        : worker::WaitFor::committed;
    start.answer_by = subject.created_at + patience;
    return start;
}

Reply begin_refund(const Services& services, const Call& call, RefundWish wish);

/// Another refund has taken what this one counted on, between our look and the commit: a new look
/// tells what is left.
bool came_too_late(const Result<Picture>& reply, const RefundWish& wish) {
    if (reply || wish.tries >= kTriesMax) {
        return false;
    }
    const std::string& why = reply.error().context;
    return why == "over_refunded" || why == "more_than_paid";
}

Later start_and_wait(
    const Services& services, const Call& call, RefundWish wish, worker::StartRun start
) {
    const auto finish = [wait = wish.wait,
                         new_id =
                             start.picture.subject.id](const Result<Picture>& picture) -> Answer {
        if (!picture) {
            return std::unexpected(problem_of(picture.error()));
        }
        return answer_with(picture->subject.id == new_id ? 201 : 200, *picture, wait);
    };
    Later later;
    later.patience = wish.wait.value_or(std::chrono::seconds{0}) + services.settings.engine_grace;
    later.give_up = [finish]() -> Answer {
        return finish(fail(ErrorCode::unknown, "the engine does not reply"));
    };
    later.ask = [&services, &call, finish, wish = std::move(wish), start = std::move(start)](
                    Next next
                ) mutable {
        auto take = [&services, &call, finish, wish, next = std::move(next)](Result<Picture> reply
                    ) {
            if (came_too_late(reply, wish)) {
                next.go_on(Slow{[&services, &call, wish] {
                    return begin_refund(services, call, wish);
                }});
                return;
            }
            next.answer([finish, reply = std::move(reply)]() -> Answer { return finish(reply); });
        };
        services.parts.intake.start(std::move(start), std::move(take));
    };
    return later;
}

/// What may go back now, if the request may have it.
std::expected<Refundable, Problem> look_up(
    const Services& services, const Call& call, const RefundRequest& request
) {
    if (auto problem = check_accounts(request, services, call)) {
        return std::unexpected(*std::move(problem));
    }
    SLUICE_ANSWER_ASSIGN(Refundable refundable, find_refundable(services, call, request));
    if (auto problem = check_amount(request, refundable)) {
        return std::unexpected(*std::move(problem));
    }
    return refundable;
}

/// A repeat is answered with its first, also when that has taken what the repeat wants.
Reply answer_earlier_refund(
    const Services& services, const Call& call, const RefundWish& wish, Problem problem
) {
    SLUICE_ANSWER_ASSIGN(const auto earlier, find_earlier_refund(services, call, wish));
    if (!earlier) {
        return std::unexpected(std::move(problem));
    }
    return show_or_wait(services, call, *earlier, wish.wait);
}

/// Blocks on the database: what may go back is looked up as close to the start as can be. Whether
/// the number was used before is the commit's to say; only who is refused here is asked for it.
Reply begin_refund(const Services& services, const Call& call, RefundWish wish) {
    auto refundable = look_up(services, call, wish.request);
    if (!refundable) {
        return answer_earlier_refund(services, call, wish, std::move(refundable).error());
    }
    ++wish.tries;
    worker::StartRun start = build_start(services, wish, *std::move(refundable));
    return start_and_wait(services, call, std::move(wish), std::move(start));
}

}  // namespace

Reply create_refund(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(RefundWish wish, read_refund_wish(services, call));
    if (auto reply = answer_elsewhere(services, call, wish.request.bucket())) {
        return *std::move(reply);
    }
    return begin_refund(services, call, std::move(wish));
}

Answer list_refunds(const Services& services, const Call& call) {
    RefundQuery query;
    SLUICE_ANSWER_ASSIGN(query.merchant_id, listed_merchant(call));
    Listing listing(call.request, {.list = "refunds", .merchant_id = query.merchant_id});
    query.order_id = listing.id<OrderId>("order_id");
    query.payment_id = listing.id<PaymentId>("payment_id");
    query.number = listing.text("merchant_refund_number", kMerchantNumberRule);
    query.status = listing.word(
        "status", payment::parse_subject_status, "pending, succeeded, failed or returned"
    );
    query.window = listing.window();
    if (!listing.errors().empty()) {
        return std::unexpected(invalid_request(std::move(listing.errors())));
    }
    const auto page = services.parts.refunds.list(query);
    if (!page) {
        return std::unexpected(problem_of(page.error()));
    }
    const auto& next = page->next_after;
    return json_response(
        200, render_refund_page(page->pictures, next ? listing.cursor_after(*next) : "")
    );
}

Reply get_refund(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const payment::RefundId id, id_in_path<payment::RefundId>(call, "refund"));
    return answer_get(services, call, Service::refund, id.raw());
}

Answer get_refund_timeline(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const payment::RefundId id, id_in_path<payment::RefundId>(call, "refund"));
    return answer_timeline(services, call, Service::refund, id.raw());
}

}  // namespace sluice::gateway
