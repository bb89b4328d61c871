#include "gateway/outgoing.hpp"

#include <utility>
#include <variant>

#include "gateway/forwarding.hpp"
#include "gateway/subject_answer.hpp"

namespace sluice::gateway {

using payment::Picture;

worker::StartRun start_of(const Services& services, const Outgoing& wish, RunId id) {
    worker::StartRun start;
    start.picture.subject = wish.subject;
    start.picture.subject.id = id;
    start.picture.subject.created_at = services.ids.now();
    start.picture.subject.updated_at = start.picture.subject.created_at;
    std::visit([&](const auto& details) { start.picture.details = details; }, wish.details);
    if (auto* payout = std::get_if<payment::Payout>(&start.picture.details)) {
        payout->payee = services.parts.seal_party({id, 0, payout->payee});
    }
    start.idempotency_key = wish.idempotency_key;
    start.request_hash = wish.request_hash;
    const std::chrono::seconds patience = wish.wait.value_or(std::chrono::seconds{0});
    start.wait_for = patience > std::chrono::seconds{0} ? worker::WaitFor::final_status
                                                        : worker::WaitFor::committed;
    start.answer_by = start.picture.subject.created_at + patience;
    return start;
}

Reply answer_earlier(
    const Services& services, const Call& call, const Outgoing& wish, Problem problem
) {
    const payment::Subject& subject = wish.subject;
    const auto found =
        services.parts.payouts.find_number({subject.service, subject.merchant_id, subject.number});
    if (!found) {
        return std::unexpected(problem_of(found.error()));
    }
    const std::optional<KnownKey>& known = *found;
    if (!known || known->request_hash != as_uuid(wish.request_hash)) {
        return std::unexpected(std::move(problem));
    }
    SLUICE_ANSWER_ASSIGN(
        const Picture picture, own_picture(services, call, subject.service, known->object_id)
    );
    return show_or_wait(services, call, picture, wish.wait);
}

Reply begin_outgoing(const Services& services, const Call& call, const Outgoing& wish) {
    const Bucket bucket = bucket_of(wish.subject.merchant_id, wish.subject.number);
    if (auto reply = answer_elsewhere(services, call, bucket)) {
        return *std::move(reply);
    }
    const RunId id = services.ids.make<RunId>(bucket);
    auto finish = [id, wait = wish.wait](const Result<Picture>& picture) -> Answer {
        if (!picture) {
            return std::unexpected(problem_of(picture.error()));
        }
        return answer_with(picture->subject.id == id ? 201 : 200, *picture, wait);
    };
    return wait_for<Picture>(
        wish.wait.value_or(std::chrono::seconds{0}) + services.settings.engine_grace,
        [&services, start = start_of(services, wish, id)](Take<Picture> take) mutable {
            services.parts.intake.start(std::move(start), std::move(take));
        },
        finish
    );
}

}  // namespace sluice::gateway
