#include "channel/script_text.hpp"

#include <optional>

#include "channel/charset.hpp"
#include "channel/form_body.hpp"
#include "channel/json_source.hpp"
#include "channel/script_arguments.hpp"
#include "channel/xml_record.hpp"
#include "core/clock.hpp"
#include "json/json.hpp"

namespace sluice::channel {
namespace {

constexpr std::int64_t kDayMinutes = std::int64_t{24} * 60;

HostReply encode(Arguments arguments) {
    if (arguments.empty()) {
        return mistake("json.encode wants a value");
    }
    return give(to_json(arguments[0]));
}

/// Lists from outside hold no null in a script; in a message one means a member that is not there.
void drop_nulls(Value& value) {
    if (ValueArray* list = value.as_array()) {
        std::erase_if(*list, [](const Value& element) { return element.is_null(); });
        for (Value& element : *list) {
            drop_nulls(element);
        }
    } else if (ValueObject* members = value.as_object()) {
        for (auto& [name, member] : *members) {
            drop_nulls(member);
        }
    }
}

/// Makes the member at a path like "amount.currency" readable as nil when it is not there; of a
/// list, in each element.
void allow_absent(Value& value, std::string_view path) {
    if (ValueArray* list = value.as_array()) {
        for (Value& element : *list) {
            allow_absent(element, path);
        }
        return;
    }
    const std::size_t dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    if (value.as_object() == nullptr) {
        return;
    }
    if (dot == std::string_view::npos) {
        if (value.find(name) == nullptr) {
            value.set(name, Value());
        }
        return;
    }
    for (auto& [key, member] : *value.as_object()) {
        if (key == name) {
            allow_absent(member, path.substr(dot + 1));
        }
    }
}

/// The record, in which members of these names may be absent. `call` is what the script called.
HostReply give_record(Value record, Arguments names, const std::string& call) {
    for (const Value& name : names) {
        if (name.as_text() == nullptr) {
            return mistake(call + " wants the names of members that may be absent");
        }
        allow_absent(record, *name.as_text());
    }
    return give(std::move(record));
}

HostReply decode(Arguments arguments) {
    const std::string* text = text_at(arguments, 0);
    if (text == nullptr) {
        return mistake("json.decode wants a text");
    }
    auto value = json::parse(*text);
    if (!value || value->as_object() == nullptr) {
        return give({});
    }
    drop_nulls(*value);
    return give_record(*std::move(value), arguments.subspan(1), "json.decode");
}

HostReply source(Arguments arguments) {
    if (!are_texts(arguments, 2)) {
        return mistake("json.source wants a text and the name of a member");
    }
    const auto found = json_source(*text_at(arguments, 0), *text_at(arguments, 1));
    return give(found ? Value(*found) : Value());
}

HostReply decode_form(Arguments arguments) {
    const std::string* body = text_at(arguments, 0);
    const std::string* name = text_at(arguments, 1);
    const auto charset = name != nullptr ? parse_charset(*name) : std::nullopt;
    if (body == nullptr || name == nullptr) {
        return mistake("form.decode wants a text and the name of its charset");
    }
    if (!charset) {
        return give({});
    }
    auto record = form_decode(*body, *charset);
    if (!record) {
        return give({});
    }
    return give_record(*std::move(record), arguments.subspan(2), "form.decode");
}

HostReply encode_form(Arguments arguments) {
    if (arguments.empty()) {
        return mistake("form.encode wants a record of texts");
    }
    auto body = form_encode(arguments[0]);
    return body ? give(Value(*std::move(body))) : mistake(std::move(body.error().message));
}

HostReply decode_xml(Arguments arguments) {
    if (!are_texts(arguments, 1)) {
        return mistake("xml.decode wants a text");
    }
    auto record = xml_decode(*text_at(arguments, 0));
    return record ? give_record(*std::move(record), arguments.subspan(1), "xml.decode") : give({});
}

HostReply encode_xml(Arguments arguments) {
    if (arguments.empty()) {
        return mistake("xml.encode wants a record of texts");
    }
    auto text = xml_encode(arguments[0]);
    return text ? give(Value(*std::move(text))) : mistake(std::move(text.error().message));
}

HostReply rfc3339(Arguments arguments) {
    const auto* seconds = !arguments.empty() ? arguments[0].as_int() : nullptr;
    const auto* offset = arguments.size() > 1 ? arguments[1].as_int() : nullptr;
    const bool is_good = seconds != nullptr && offset != nullptr && *seconds >= 0 &&
                         *seconds <= kSecondsMax && *offset > -kDayMinutes && *offset < kDayMinutes;
    if (!is_good) {
        return mistake("time.rfc3339 wants Unix seconds and an offset in minutes");
    }
    const Time time{std::chrono::seconds(*seconds)};
    return give(format_rfc3339_offset(time, std::chrono::minutes(*offset)));
}

}  // namespace

std::vector<lua::HostTable> text_host_tables() {
    return {
        {"json", {{"encode", encode}, {"decode", decode}, {"source", source}}},
        {"form", {{"encode", encode_form}, {"decode", decode_form}}},
        {"xml", {{"encode", encode_xml}, {"decode", decode_xml}}},
        {"time", {{"rfc3339", rfc3339}}},
    };
}

}  // namespace sluice::channel
