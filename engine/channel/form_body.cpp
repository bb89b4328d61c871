#include "channel/form_body.hpp"

#include <algorithm>

#include "http/message.hpp"

namespace sluice::channel {

Result<Value> form_decode(std::string_view body, Charset charset) {
    SLUICE_ASSIGN(auto pairs, http::parse_query(body));
    ValueObject members;
    members.reserve(pairs.size());
    for (auto& [name, value] : pairs) {
        SLUICE_ASSIGN(std::string text, to_utf8(value, charset));
        SLUICE_ASSIGN(std::string member, to_utf8(name, charset));
        members.emplace_back(std::move(member), Value(std::move(text)));
    }
    std::ranges::sort(members, {}, &ValueMember::first);
    const auto twice = std::ranges::adjacent_find(members, {}, &ValueMember::first);
    if (twice != members.end()) {
        return fail(ErrorCode::invalid, "the form has '" + twice->first + "' twice");
    }
    return Value(std::move(members));
}

Result<std::string> form_encode(const Value& record) {
    std::string body;
    if (record.as_object() == nullptr) {
        return fail(
            ErrorCode::invalid,
            "a form is made of a " + std::string(record.kind_name()) + ", wanted a record"
        );
    }
    for (const auto& [name, value] : *record.as_object()) {
        if (value.as_text() == nullptr) {
            return fail(ErrorCode::invalid, "the form's '" + name + "' is no text");
        }
        body += (body.empty() ? "" : "&") + http::percent_encode(name) + "=" +
                http::percent_encode(*value.as_text());
    }
    return body;
}

}  // namespace sluice::channel
