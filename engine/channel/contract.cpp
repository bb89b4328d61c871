#include "channel/contract.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "core/utf8.hpp"

namespace sluice::channel {
namespace {

using payment::OutcomeKind;

constexpr std::size_t kPathMax = 2048;
constexpr std::size_t kRequestBodyMax = 256U << 10U;
constexpr std::size_t kCodeMax = 128;
constexpr std::size_t kMessageMax = 512;
constexpr std::array<std::string_view, 4> kMethods = {"GET", "POST", "PUT", "DELETE"};
constexpr std::array<std::string_view, 5> kOwnHeaders = {
    "host", "content-length", "connection", "transfer-encoding", "expect"
};

std::unexpected<Error> breach(std::string message) {
    return fail(ErrorCode::invalid, std::move(message));
}

Result<void> check_returned_members(
    const Value& record, std::string_view what, const std::vector<std::string_view>& known
) {
    if (record.as_object() == nullptr) {
        return breach(
            std::string(what) + " is a " + std::string(record.kind_name()) + ", wanted a record"
        );
    }
    for (const auto& [name, member] : *record.as_object()) {
        if (std::ranges::find(known, name) == known.end()) {
            return breach(std::string(what) + " has an unknown member '" + name + "'");
        }
    }
    return {};
}

bool is_token(std::string_view text) {
    const auto is_good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    };
    return !text.empty() && std::ranges::all_of(text, is_good);
}

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

Result<void> check_path(std::string_view path) {
    const bool is_good = path.starts_with('/') && !path.starts_with("//") &&
                         path.size() <= kPathMax && std::ranges::all_of(path, is_visible) &&
                         path.find_first_of("#\\") == std::string_view::npos;
    if (!is_good) {
        return breach(
            "the request's path '" + std::string(cut_text(path, 100)) +
            "' is not one '/' and visible ASCII characters without '#' and '\\'"
        );
    }
    return {};
}

/// A path at the account's address, or a whole URL that the channel gave us. Whether its host may
/// be reached is asked where it is sent.
Result<std::string> url_from_value(const Value& value, const ChannelAccount& account) {
    const Value* url = value.find("url");
    const Value* path = value.find("path");
    if ((url == nullptr) == (path == nullptr)) {
        return breach("the request has not one of path and url");
    }
    if (url == nullptr) {
        SLUICE_TRY(check_path(value.text_or_empty("path")));
        return account.base_url() + std::string(value.text_or_empty("path"));
    }
    const std::string_view text = value.text_or_empty("url");
    const auto scheme_end = text.find("://");
    const auto path_begin =
        scheme_end == std::string_view::npos ? scheme_end : text.find('/', scheme_end + 3);
    if (path_begin == std::string_view::npos) {
        return breach("the request's url '" + std::string(text.substr(0, 100)) + "' has no path");
    }
    SLUICE_TRY(check_path(text.substr(path_begin)));
    return std::string(text);
}

Result<http::Headers> headers_from_value(const Value& value) {
    http::Headers headers;
    if (value.as_object() == nullptr) {
        return breach("the request's headers are a " + std::string(value.kind_name()));
    }
    for (const auto& [name, text] : *value.as_object()) {
        const bool is_ours = std::ranges::any_of(kOwnHeaders, [&](std::string_view own) {
            return http::equal_ignoring_case(own, name);
        });
        if (!is_token(name) || is_ours) {
            return breach(
                "the request may not set the header '" + std::string(cut_text(name, 100)) + "'"
            );
        }
        const bool is_text =
            text.as_text() != nullptr &&
            std::ranges::all_of(*text.as_text(), [](char c) { return c == ' ' || is_visible(c); });
        if (!is_text) {
            return breach("the request's header '" + name + "' is not one line of ASCII text");
        }
        headers.add({name, *text.as_text()});
    }
    return headers;
}

bool is_allowed(OutcomeKind kind, Operation operation) {
    switch (kind) {
        case OutcomeKind::succeeded:
        case OutcomeKind::not_sent:
        case OutcomeKind::unknown:
        case OutcomeKind::config:
            return true;
        case OutcomeKind::pending:
        case OutcomeKind::refused:
            return operation != Operation::close;
        case OutcomeKind::not_found:
        case OutcomeKind::closed:
            return !payment::moves_money(operation);
        case OutcomeKind::returned:
            return operation == Operation::refund_query || operation == Operation::payout_query;
    }
    return false;
}

Result<void> check_outcome(const payment::Outcome& outcome) {
    const std::array<std::pair<std::string_view, const std::string*>, 5> texts{{
        {"code", &outcome.code},
        {"number", &outcome.number},
        {"merchant", &outcome.merchant},
        {"channel_reference", &outcome.channel_reference},
        {"payer", &outcome.payer},
    }};
    for (const auto& [name, text] : texts) {
        if (text->size() > kCodeMax) {
            return breach(
                "the outcome's " + std::string(name) + " has " + std::to_string(text->size()) +
                " bytes, wanted at most 128"
            );
        }
    }
    const std::size_t blank = outcome.payer.find(' ');
    const bool is_named = blank != std::string::npos && blank > 0 &&
                          blank + 1 < outcome.payer.size() && blank == outcome.payer.rfind(' ');
    if (!outcome.payer.empty() && !is_named) {
        return breach("the outcome's payer is not two words: among whom, and who");
    }
    if (outcome.amount && outcome.amount->minor() < 0) {
        return breach("the outcome's amount is " + outcome.amount->describe());
    }
    if (outcome.fee) {
        const bool fits = outcome.amount && outcome.fee->currency() == outcome.amount->currency();
        if (outcome.fee->minor() < 0 || !fits) {
            return breach(
                "the outcome's fee is " + outcome.fee->describe() +
                ", wanted 0 or more of the amount's currency"
            );
        }
    }
    const bool is_unknown = outcome.kind == payment::OutcomeKind::unknown && !outcome.code.empty();
    if (outcome.refused_unless_found && !is_unknown) {
        return breach("the outcome is refused_unless_found, but not unknown with a code");
    }
    if (!outcome.next_action.is_null() && outcome.next_action.text_or_empty("type").empty()) {
        return breach("the outcome's next_action is not a record with a type");
    }
    return {};
}

Result<payment::Outcome> outcome_record(const Value& value) {
    SLUICE_TRY(check_returned_members(
        value,
        "the outcome",
        {"kind",
         "code",
         "message",
         "number",
         "merchant",
         "channel_reference",
         "payer",
         "amount",
         "fee",
         "happened_at",
         "refused_unless_found",
         "next_action"}
    ));
    for (const auto& [name, member] : *value.as_object()) {
        if (name == "refused_unless_found" && member.as_bool() == nullptr) {
            return breach(
                "the outcome's refused_unless_found is a " + std::string(member.kind_name()) +
                ", wanted a boolean"
            );
        }
        const bool is_text = name != "amount" && name != "fee" && name != "next_action" &&
                             name != "refused_unless_found";
        if (is_text && member.as_text() == nullptr) {
            return breach(
                "the outcome's " + name + " is a " + std::string(member.kind_name()) +
                ", wanted a text"
            );
        }
    }
    SLUICE_ASSIGN(payment::Outcome outcome, payment::outcome_from_value(value));
    outcome.message = std::string(cut_text(outcome.message, kMessageMax));
    SLUICE_TRY(check_outcome(outcome));
    return outcome;
}

Result<void> read_answer(CallbackReading& reading, const Value& answer) {
    SLUICE_TRY(check_returned_members(answer, "the callback's answer", {"status", "body"}));
    const std::int64_t status = answer.int_or("status", 0);
    const bool is_good =
        reading.is_refused ? status >= 400 && status <= 599 : status >= 200 && status <= 299;
    if (!is_good) {
        return breach(
            "the callback's answer has the status " + std::to_string(status) + ", wanted " +
            (reading.is_refused ? "4xx or 5xx" : "2xx")
        );
    }
    reading.status = static_cast<int>(status);
    if (const Value* body = answer.find("body")) {
        reading.body = *body;
    }
    return {};
}

Result<Operation> operation_of_callback(const Value& value) {
    const Value* told = value.find("operation");
    if (told == nullptr) {
        return Operation::collect;
    }
    const auto operation = parse_operation(value.text_or_empty("operation"));
    if (!operation || !payment::moves_money(*operation)) {
        return breach("the callback's operation is not collect, refund or payout");
    }
    return *operation;
}

}  // namespace

Result<http::ClientRequest> request_from_value(const Value& value, const ChannelAccount& account) {
    SLUICE_TRY(
        check_returned_members(value, "the request", {"method", "path", "url", "headers", "body"})
    );
    http::ClientRequest request;
    request.egress = account.egress();
    request.method = value.text_or_empty("method");
    if (std::ranges::find(kMethods, request.method) == kMethods.end()) {
        return breach(
            "the request's method '" + request.method + "' is not GET, POST, PUT, DELETE"
        );
    }
    SLUICE_ASSIGN(request.url, url_from_value(value, account));
    if (const Value* headers = value.find("headers")) {
        SLUICE_ASSIGN(request.headers, headers_from_value(*headers));
    }
    if (const Value* body = value.find("body"); body != nullptr && !body->is_null()) {
        request.body = body->as_text() != nullptr ? *body->as_text() : to_json(*body);
        if (!request.headers.has("content-type")) {
            request.headers.add({"Content-Type", "application/json"});
        }
    }
    if (request.body.size() > kRequestBodyMax) {
        return breach("the request's body is over 256 KiB");
    }
    if (!request.headers.has("user-agent")) {
        request.headers.add({"User-Agent", "sluice"});
    }
    return request;
}

Result<payment::Outcome> outcome_from_answer(const Value& value, Operation operation) {
    SLUICE_ASSIGN(payment::Outcome outcome, outcome_record(value));
    if (!is_allowed(outcome.kind, operation)) {
        return breach(
            "the outcome of " + std::string(to_string(operation)) + " cannot be " +
            std::string(payment::to_string(outcome.kind))
        );
    }
    const bool goes_out = operation == Operation::refund || operation == Operation::payout;
    if (outcome.refused_unless_found && !goes_out) {
        return breach(
            "the outcome of " + std::string(to_string(operation)) +
            " is refused_unless_found, wanted only of refund and payout"
        );
    }
    const bool is_payouts = payment::purpose_of(operation) == payment::Purpose::payout &&
                            outcome.kind == OutcomeKind::succeeded;
    if (outcome.fee && !is_payouts) {
        return breach(
            "the outcome of " + std::string(to_string(operation)) + " names a fee and is " +
            std::string(payment::to_string(outcome.kind)) +
            ", wanted only of a payout that succeeded"
        );
    }
    return outcome;
}

Result<CallbackReading> callback_from_value(const Value& value) {
    SLUICE_TRY(check_returned_members(
        value, "the callback", {"operation", "number", "outcome", "ack", "refuse"}
    ));
    CallbackReading reading;
    const Value* refuse = value.find("refuse");
    reading.is_refused = refuse != nullptr;
    if (reading.is_refused) {
        SLUICE_TRY(read_answer(reading, *refuse));
        return reading;
    }
    const Value* outcome = value.find("outcome");
    const Value* ack = value.find("ack");
    if (outcome == nullptr || ack == nullptr) {
        return breach("the callback has neither number, outcome and ack nor refuse");
    }
    SLUICE_TRY(read_answer(reading, *ack));
    SLUICE_ASSIGN(reading.operation, operation_of_callback(value));
    const Operation query = payment::asking(payment::purpose_of(reading.operation));
    SLUICE_ASSIGN(reading.outcome, outcome_from_answer(*outcome, query));
    reading.number = value.text_or_empty("number");
    return reading;
}

}  // namespace sluice::channel
