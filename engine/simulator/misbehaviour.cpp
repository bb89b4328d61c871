#include "simulator/misbehaviour.hpp"

#include "json/json.hpp"

namespace sluice::simulator {

namespace {

constexpr std::string_view kAnotherCurrency = "USD";

ApiError system_error(std::int64_t status) {
    const bool is_system = status == 0 || status == 500;
    return {
        .status = status == 0 ? 500 : static_cast<int>(status),
        .code = is_system ? "SYSTEM_ERROR" : "SERVICE_UNAVAILABLE",
        .message = "the system is busy, try again",
        .field = {}
    };
}

http::Response garbage() {
    return {
        .status = 200,
        .headers = {{"Content-Type", "text/html"}},
        .body = "<html><body>gateway \xff\xfe {\"code_url\":"
    };
}

}  // namespace

http::Response perform_with_faults(
    World& world, const FaultTarget& target, const Act& act, const Wording& wording
) {
    const Deviation deviation = world.faults.take(target.operation, target.address);
    if (const auto latency = deviation.value_of(FaultKind::latency_ms)) {
        world.scheduler.sleep(std::chrono::milliseconds(*latency));
    }
    if (deviation.has(FaultKind::drop_before)) {
        return bare_answer(http::Response::kCutConnection);
    }
    if (const auto status = deviation.value_of(FaultKind::status_5xx)) {
        return wording.refusal(system_error(*status));
    }
    if (deviation.has(FaultKind::refused)) {
        return wording.refusal(wording.refused);
    }
    ApiResult<Value> result = act(deviation);
    if (result && deviation.has(FaultKind::wrong_currency)) {
        result = in_another_currency(*std::move(result));
    }
    if (const auto latency = deviation.value_of(FaultKind::slow_answer_ms)) {
        world.scheduler.sleep(std::chrono::milliseconds(*latency));
    }
    if (deviation.has(FaultKind::drop_after)) {
        return bare_answer(http::Response::kCutConnection);
    }
    if (const auto status = deviation.value_of(FaultKind::status_5xx_after)) {
        return wording.refusal(system_error(*status));
    }
    if (deviation.has(FaultKind::garbage)) {
        return garbage();
    }
    if (!result) {
        return wording.refusal(result.error());
    }
    const bool wrong = deviation.has(FaultKind::bad_signature);
    return wording.answer(*result, wrong ? SignatureQuality::wrong : SignatureQuality::right);
}

http::Response bare_answer(int status) { return {.status = status, .headers = {}, .body = {}}; }

ApiResult<Value> parse_body(const http::Request& request) {
    auto body = json::parse(request.body);
    if (!body || body->as_object() == nullptr) {
        return parameter_error("/", nullptr, "the body is not a JSON record");
    }
    return std::move(*body);
}

std::string decoded(std::string_view segment) {
    return http::percent_decode(segment).value_or(std::string());
}

Value in_another_currency(Value object) {
    if (object.find("currency") != nullptr) {
        object.set("currency", kAnotherCurrency);
    }
    const Value* amount = object.find("amount");
    if (amount != nullptr && amount->find("currency") != nullptr) {
        Value other = *amount;
        other.set("currency", kAnotherCurrency);
        object.set("amount", std::move(other));
    }
    return object;
}

std::string another_number(std::string number) {
    if (!number.empty()) {
        number.back() = number.back() == '0' ? '1' : '0';
    }
    return number;
}

}  // namespace sluice::simulator
