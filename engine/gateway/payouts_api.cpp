#include "gateway/payouts_api.hpp"

#include <utility>

#include "gateway/idempotency.hpp"
#include "gateway/outgoing.hpp"
#include "gateway/outgoing_list.hpp"
#include "gateway/payout_request.hpp"
#include "gateway/prefer.hpp"
#include "gateway/subject_answer.hpp"

namespace sluice::gateway {

Reply create_payout(const Services& services, const Call& call) {
    Outgoing wish;
    SLUICE_ANSWER_ASSIGN(wish.idempotency_key, read_idempotency_key(call.request));
    SLUICE_ANSWER_ASSIGN(wish.wait, read_wait(call.request));
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    const Currency currency = read_currency(fields);
    PayoutRequest request = read_payout(fields, currency);
    read_compensation(fields, request);
    fields.finish();
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    wish.subject = payout_subject(request, call.merchant_id);
    wish.request_hash = hash_request("POST /v1/payouts", body);
    if (auto problem = settle_payout(request, services, call)) {
        return answer_earlier(services, call, wish, *std::move(problem));
    }
    wish.details = std::move(request.details);
    return begin_outgoing(services, call, wish);
}

Answer list_payouts(const Services& services, const Call& call) {
    return list_outgoing(services, call, payment::Service::payout);
}

Reply get_payout(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const PayoutId id, id_in_path<PayoutId>(call, "payout"));
    return answer_get(services, call, payment::Service::payout, id.raw());
}

Answer get_payout_timeline(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const PayoutId id, id_in_path<PayoutId>(call, "payout"));
    return answer_timeline(services, call, payment::Service::payout, id.raw());
}

}  // namespace sluice::gateway
