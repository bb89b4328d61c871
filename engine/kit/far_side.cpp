#include "kit/far_side.hpp"

#include <array>
#include <utility>

#include "core/invariant.hpp"
#include "kit/wrong.hpp"
#include "lua/vm.hpp"

namespace sluice::kit {
namespace {

constexpr std::string_view kSignScript = "rehearsal/sign.lua";

/// A text as it is, anything else as JSON.
std::string text_of(const Value& value) {
    return value.as_text() != nullptr ? *value.as_text() : to_json(value);
}

Result<http::Headers> headers_of(const Value* record) {
    http::Headers headers;
    if (record == nullptr || record->is_null()) {
        return headers;
    }
    if (record->as_object() == nullptr) {
        return wrong("the headers are a " + std::string(record->kind_name()) + ", wanted a record");
    }
    for (const auto& [name, value] : *record->as_object()) {
        if (value.as_text() == nullptr) {
            return wrong("the header '" + name + "' is no text");
        }
        headers.add({name, *value.as_text()});
    }
    return headers;
}

/// {headers?, body?} and, of an answer that is recorded, its status.
Result<SaidMessage> as_written(const Value& said) {
    for (const auto& [name, value] : *said.as_object()) {
        if (name != "status" && name != "headers" && name != "body") {
            return wrong(
                "what the channel says has a member '" + name + "', which only a " +
                std::string(kSignScript) + " could understand, wanted headers and body"
            );
        }
    }
    SaidMessage message;
    SLUICE_ASSIGN(message.headers, headers_of(said.find("headers")));
    const Value* body = said.find("body");
    message.body = body == nullptr ? "" : text_of(*body);
    return message;
}

/// What is written as a record reaches the script as its JSON text, so that nothing of it changes.
std::string told(const Value& said) {
    Value flat{ValueObject{}};
    for (const auto& [name, value] : *said.as_object()) {
        const bool is_record = value.as_object() != nullptr || value.as_array() != nullptr;
        flat.set(name, is_record ? Value(to_json(value)) : value);
    }
    return to_json(flat);
}

}  // namespace

Result<std::unique_ptr<FarSide>> FarSide::open(
    const channel::AdapterPtr& adapter,
    const RehearsalAccount& account,
    std::optional<std::string> script
) {
    std::unique_ptr<FarSide> side(new FarSide);
    if (!script) {
        return side;
    }
    auto program =
        lua::compile("channels/" + adapter->name + "/" + std::string(kSignScript), *script);
    if (!program) {
        return fail(channel::script_error(program.error()));
    }
    auto signer = std::make_shared<channel::Adapter>();
    signer->name = adapter->name;
    signer->form = account.far_form;
    signer->program = *std::move(program);
    signer->libraries = adapter->libraries;
    SLUICE_ASSIGN(
        side->account_, channel::ChannelAccount::make(account.far_side, account.far_form)
    );
    side->host_ = std::make_unique<channel::AdapterHost>(std::move(signer));
    return side;
}

Result<SaidMessage> FarSide::sign(const std::string& function, const Value& subject, Time now) {
    SLUICE_INVARIANT(account_.has_value());
    SLUICE_ASSIGN(
        const Value said,
        host_->consult({.path = function, .subject = subject}, account_.value(), {now, {}})
    );
    if (said.as_object() == nullptr) {
        return wrong(
            std::string(kSignScript) + " gave a " + std::string(said.kind_name()) +
            ", wanted { headers?, body }"
        );
    }
    return as_written(said);
}

Result<SaidMessage> FarSide::answer(
    const RecordedMessage& recorded, const http::ClientRequest& request, Time now
) {
    if (host_ == nullptr) {
        return as_written(recorded.said);
    }
    const Value subject = ValueObject{
        {"operation", recorded.operation_name()},
        {"request",
         ValueObject{{"method", request.method}, {"url", request.url}, {"body", request.body}}},
        {"answer", told(recorded.said)},
    };
    return sign("answer", subject, now);
}

Result<SaidMessage> FarSide::message(const RecordedMessage& recorded, Time now) {
    if (host_ == nullptr) {
        return as_written(recorded.said);
    }
    return sign("message", ValueObject{{"message", told(recorded.said)}}, now);
}

}  // namespace sluice::kit
