#include "core/json_record.hpp"

#include <array>
#include <charconv>

namespace sluice {

void JsonRecord::begin(std::string_view name) {
    out_ += is_first_ ? "\"" : ",\"";
    is_first_ = false;
    out_ += name;
    out_ += "\":";
}

void JsonRecord::add(std::string_view name, std::string_view text) {
    begin(name);
    append_json_text(out_, text);
}

void JsonRecord::add(std::string_view name, std::int64_t number) {
    begin(name);
    std::array<char, 24> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    out_.append(buffer.data(), end);
}

void JsonRecord::add(std::string_view name, Time time) {
    begin(name);
    out_.push_back('"');
    append_rfc3339(out_, time);
    out_.push_back('"');
}

void JsonRecord::add_value(std::string_view name, const Value& value) {
    begin(name);
    append_json(out_, value);
}

void JsonRecord::add_null(std::string_view name) {
    begin(name);
    out_ += "null";
}

void JsonRecord::add_or_null(std::string_view name, std::string_view text) {
    if (text.empty()) {
        add_null(name);
    } else {
        add(name, text);
    }
}

void JsonRecord::add_or_null(std::string_view name, Time time) {
    if (time == Time{}) {
        add_null(name);
    } else {
        add(name, time);
    }
}

}  // namespace sluice
