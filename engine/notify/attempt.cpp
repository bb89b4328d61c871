#include "notify/attempt.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>
#include <utility>

#include "core/json_record.hpp"
#include "core/utf8.hpp"
#include "notify/backoff.hpp"
#include "notify/signature.hpp"

namespace sluice::notify {
namespace {

using std::chrono::seconds;

constexpr std::size_t kFailureBytesMax = 200;
constexpr int kHttpGone = 410;

/// "Wed, 21 Oct 2026 07:28:00 GMT".
std::optional<Time> parse_http_date(const std::string& text) {
    std::istringstream in(text);
    in.imbue(std::locale::classic());
    std::tm parts{};
    in >> std::get_time(&parts, "%a, %d %b %Y %H:%M:%S GMT");
    if (in.fail()) {
        return std::nullopt;
    }
    return Time{seconds(::timegm(&parts))};
}

std::optional<seconds> retry_after_of(const http::Headers& headers, Time now) {
    const std::string* text = headers.find("Retry-After");
    if (text == nullptr) {
        return std::nullopt;
    }
    std::int64_t whole = 0;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, whole);
    std::optional<seconds> asked;
    if (error == std::errc{} && stop == end) {
        asked = seconds(whole);
    } else if (const auto moment = parse_http_date(*text)) {
        asked = std::chrono::ceil<seconds>(*moment - now);
    }
    if (!asked || *asked <= seconds(0)) {
        return std::nullopt;
    }
    return std::min(*asked, kRetryAfterMax);
}

std::string failure_text(const http::ClientFailure& failure) {
    return std::string(cut_text(failure.code + ": " + failure.message, kFailureBytesMax));
}

}  // namespace

std::string webhook_body(const Event& event, std::string_view object) {
    std::string out;
    JsonRecord body(out);
    body.add("type", event.type);
    body.add("timestamp", event.at);
    body.begin("data");
    out += object;
    body.end();
    return out;
}

Result<http::ClientRequest> make_request(
    const Receiver& receiver, const DueDelivery& delivery, const AttemptAt& at
) {
    const std::string id = delivery.event.id.to_string();
    http::ClientRequest request;
    request.method = "POST";
    request.url = receiver.url;
    request.body = delivery.body.value_or("");
    SLUICE_ASSIGN(std::string signature, sign({id, at.now, request.body}, receiver.secrets));
    request.headers = {
        {"Content-Type", "application/json"},
        {"User-Agent", "sluice-webhooks"},
        {"webhook-id", id},
        {"webhook-timestamp", timestamp_text(at.now)},
        {"webhook-signature", std::move(signature)},
    };
    request.total_timeout = at.timeout;
    request.connect_timeout = std::min(request.connect_timeout, at.timeout);
    request.response_body = http::ResponseBody::dropped;
    return request;
}

Judgement judge(const http::ClientResult& result, Time now) {
    if (!result) {
        return {.failure = failure_text(result.error())};
    }
    Judgement judgement;
    judgement.status = result->status;
    if (result->status >= 200 && result->status < 300) {
        judgement.kind = Judgement::Kind::taken;
        return judgement;
    }
    judgement.kind = result->status == kHttpGone ? Judgement::Kind::gone : Judgement::Kind::failed;
    judgement.failure = "answered " + std::to_string(result->status);
    judgement.retry_after = retry_after_of(result->headers, now);
    return judgement;
}

}  // namespace sluice::notify
