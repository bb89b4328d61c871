#include "gateway/transfers_api.hpp"

#include <utility>

#include "gateway/idempotency.hpp"
#include "gateway/member_rules.hpp"
#include "gateway/outgoing.hpp"
#include "gateway/outgoing_list.hpp"
#include "gateway/payout_request.hpp"
#include "gateway/prefer.hpp"
#include "gateway/subject_answer.hpp"

namespace sluice::gateway {
namespace {

struct TransferRequest {
    std::string number;
    Money amount;
    payment::Transfer details;
};

TransferRequest read_transfer(Fields& fields) {
    TransferRequest request;
    request.number = fields.text("merchant_transfer_number", kMerchantNumberRule);
    const std::int64_t amount = fields.whole("amount", {.unit = "minor units"});
    const std::int64_t fee =
        fields.has("fee") ? fields.whole("fee", {.min = 0, .unit = "minor units"}) : 0;
    request.amount = Money{amount, read_currency(fields)};
    request.details.fee = Money{fee, request.amount.currency()};
    // At most twice 9e15: far from overflow.
    if (amount + fee > kAmountMax) {
        fields.refuse(
            "fee",
            "amount and fee are " + std::to_string(amount + fee) + " together, wanted at most " +
                std::to_string(kAmountMax)
        );
    }
    const AccountId from = fields.id<AccountId>("from_account_id");
    const AccountId to = fields.id<AccountId>("to_account_id");
    if (from == to && !from.is_nil()) {
        fields.refuse(
            "to_account_id",
            "to_account_id is " + to.to_string() + ", wanted another account than from_account_id"
        );
    }
    request.details.from.id = from;
    request.details.to.id = to;
    request.details.description = fields.text_or("description", kOutgoingDescriptionRule, "");
    return request;
}

struct TransferParty {
    std::string_view member;
    payment::BookedAccount& account;
};

std::optional<Problem> settle_party(
    TransferParty party, Currency currency, const Services& services, const Call& call
) {
    const AccountId id = party.account.id;
    const auto found = services.parts.accounts.identify(id);
    if (!found) {
        return problem_of(found.error());
    }
    const std::optional<AccountIdentity>& account = *found;
    auto fault = find_account_fault(account, id, currency, call);
    const bool gives = party.member == "from_account_id";
    if (!fault && gives && account && account->kind == AccountKind::prepaid_card) {
        fault = "account " + id.to_string() +
                " is a prepaid_card, wanted a balance or the merchant's available money";
    }
    if (fault || !account) {
        return invalid_request(
            {{FieldError::Where::pointer,
              "/" + std::string(party.member),
              std::move(fault).value_or("")}}
        );
    }
    party.account.gl = gl_of(account->kind);
    return std::nullopt;
}

}  // namespace

Reply create_transfer(const Services& services, const Call& call) {
    Outgoing wish;
    SLUICE_ANSWER_ASSIGN(wish.idempotency_key, read_idempotency_key(call.request));
    SLUICE_ANSWER_ASSIGN(wish.wait, read_wait(call.request));
    SLUICE_ANSWER_ASSIGN(
        const Value body, read_body(call.request, services.settings.body_bytes_max)
    );
    std::vector<FieldError> errors;
    Fields fields(body, "", errors);
    TransferRequest request = read_transfer(fields);
    fields.finish();
    if (!errors.empty()) {
        return std::unexpected(invalid_request(std::move(errors)));
    }
    wish.subject.service = payment::Service::transfer;
    wish.subject.merchant_id = call.merchant_id;
    wish.subject.number = std::move(request.number);
    wish.subject.flow = "transfer";
    wish.subject.amount = request.amount;
    wish.request_hash = hash_request("POST /v1/transfers", body);
    for (const TransferParty party :
         {TransferParty{"from_account_id", request.details.from},
          TransferParty{"to_account_id", request.details.to}}) {
        if (auto problem = settle_party(party, request.amount.currency(), services, call)) {
            return answer_earlier(services, call, wish, *std::move(problem));
        }
    }
    wish.details = std::move(request.details);
    return begin_outgoing(services, call, wish);
}

Answer list_transfers(const Services& services, const Call& call) {
    return list_outgoing(services, call, payment::Service::transfer);
}

Reply get_transfer(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const TransferId id, id_in_path<TransferId>(call, "transfer"));
    return answer_get(services, call, payment::Service::transfer, id.raw());
}

Answer get_transfer_timeline(const Services& services, const Call& call) {
    SLUICE_ANSWER_ASSIGN(const TransferId id, id_in_path<TransferId>(call, "transfer"));
    return answer_timeline(services, call, payment::Service::transfer, id.raw());
}

}  // namespace sluice::gateway
