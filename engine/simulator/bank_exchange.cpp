#include "simulator/bank_exchange.hpp"

#include <utility>

namespace sluice::simulator {

namespace {

http::Response plain_answer(int status, const Value& body) {
    return {
        .status = status, .headers = {{"Content-Type", "application/json"}}, .body = to_json(body)
    };
}

}  // namespace

http::Response BankExchange::unsigned_refusal(const ApiError& error) {
    Value body(ValueObject{{"code", error.code}, {"message", error.message}});
    if (!error.field.empty()) {
        body.set("field", error.field);
    }
    return plain_answer(error.status, body);
}

http::Response BankExchange::refusal(const Call& call, const ApiError& error) {
    return sealed(call, unsigned_refusal(error), SignatureQuality::right);
}

http::Response BankExchange::file(const Call& call, std::string content) {
    http::Response response{
        .status = 200,
        .headers = {{"Content-Type", "text/csv; charset=utf-8"}},
        .body = std::move(content)
    };
    return sealed(call, std::move(response), SignatureQuality::right);
}

http::Response BankExchange::perform(const Call& call, const Act& act) {
    const Wording wording{
        .refusal = [&](const ApiError& error) { return refusal(call, error); },
        .answer = [&](const Value& body, SignatureQuality quality
                  ) { return sealed(call, plain_answer(200, body), quality); },
        .refused =
            {.status = 403,
             .code = "RISK_REFUSED",
             .message = "the bank does not do this",
             .field = {}}
    };
    FaultTarget target = call.fault;
    target.address.protocol = "bank";
    return perform_with_faults(world_, target, act, wording);
}

http::Response BankExchange::sealed(
    const Call& call, http::Response response, SignatureQuality quality
) {
    const std::string status = std::to_string(response.status);
    add_bank_signature(
        world_,
        response.headers,
        response.body,
        {.account = call.account, .first = status, .second = call.target, .quality = quality}
    );
    return response;
}

}  // namespace sluice::simulator
