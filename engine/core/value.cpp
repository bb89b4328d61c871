#include "core/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/invariant.hpp"

namespace sluice {
namespace {

constexpr std::array<std::string_view, 8> kKindNames{
    "null",
    "boolean",
    "whole number",
    "fraction",
    "text",
    "money",
    "list",
    "record",
};

/// A record that is built member by member moves them less often.
constexpr std::size_t kMembersUsual = 6;

void append_escaped(std::string& out, char c) {
    static constexpr char kDigits[] = "0123456789abcdef";
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
}

constexpr std::array<bool, 256> kNeedsEscape = [] {
    std::array<bool, 256> needs{};
    std::fill_n(needs.begin(), 0x20, true);
    needs['"'] = needs['\\'] = needs[0x7f] = true;
    return needs;
}();

void append_number(std::string& out, std::int64_t number) {
    std::array<char, 24> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    out.append(buffer.data(), end);
}

void append_fraction(std::string& out, double number) {
    SLUICE_INVARIANT(std::isfinite(number));
    std::array<char, 40> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    out += text;
    // A fraction stays a fraction when it is read back.
    if (text.find_first_of(".e") == std::string_view::npos) {
        out += ".0";
    }
}

void append_object(std::string& out, const ValueObject& object) {
    out.push_back('{');
    bool first = true;
    for (const auto& [key, member] : object) {
        if (!first) {
            out.push_back(',');
        }
        first = false;
        append_json_text(out, key);
        out.push_back(':');
        append_json(out, member);
    }
    out.push_back('}');
}

void append_array(std::string& out, const ValueArray& array) {
    out.push_back('[');
    bool first = true;
    for (const auto& element : array) {
        if (!first) {
            out.push_back(',');
        }
        first = false;
        append_json(out, element);
    }
    out.push_back(']');
}

}  // namespace

Value::Value(ValueArray value) : storage_(std::move(value)) {}
Value::Value(ValueObject value) : storage_(std::move(value)) {}

const Value* Value::find(std::string_view key) const {
    const auto* object = as_object();
    if (object == nullptr) {
        return nullptr;
    }
    const auto found =
        std::ranges::find_if(*object, [&](const auto& member) { return member.first == key; });
    return found == object->end() ? nullptr : &found->second;
}

std::string_view Value::text_or_empty(std::string_view key) const {
    const Value* member = find(key);
    const std::string* text = member == nullptr ? nullptr : member->as_text();
    return text == nullptr ? std::string_view{} : std::string_view{*text};
}

std::int64_t Value::int_or(std::string_view key, std::int64_t fallback) const {
    const Value* member = find(key);
    const std::int64_t* number = member == nullptr ? nullptr : member->as_int();
    return number == nullptr ? fallback : *number;
}

void Value::set(std::string_view key, Value value) {
    if (is_null()) {
        storage_ = ValueObject{};
        as_object()->reserve(kMembersUsual);
    }
    auto* object = as_object();
    SLUICE_INVARIANT(object != nullptr);
    const auto found =
        std::ranges::find_if(*object, [&](const auto& member) { return member.first == key; });
    if (found != object->end()) {
        found->second = std::move(value);
        return;
    }
    object->emplace_back(std::string(key), std::move(value));
}

std::string_view Value::kind_name() const { return kKindNames[storage_.index()]; }

bool operator==(const Value& a, const Value& b) { return a.storage_ == b.storage_; }

void append_json_text(std::string& out, std::string_view text) {
    out.push_back('"');
    // Runs of plain characters are appended whole: nearly all text is one.
    while (!text.empty()) {
        const auto special = std::ranges::find_if(text, [](char c) {
            return kNeedsEscape[static_cast<unsigned char>(c)];
        });
        const auto plain = static_cast<std::size_t>(special - text.begin());
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (!text.empty()) {
            append_escaped(out, text.front());
            text.remove_prefix(1);
        }
    }
    out.push_back('"');
}

void append_json(std::string& out, const Value& value) {
    if (const auto* text = value.as_text()) {
        append_json_text(out, *text);
    } else if (const auto* whole = value.as_int()) {
        append_number(out, *whole);
    } else if (const auto* object = value.as_object()) {
        append_object(out, *object);
    } else if (const auto* array = value.as_array()) {
        append_array(out, *array);
    } else if (const auto* flag = value.as_bool()) {
        out += *flag ? "true" : "false";
    } else if (const auto* money = value.as_money()) {
        out += "{\"$money\":[";
        append_number(out, money->minor());
        out += ",\"";
        out += money->currency().code();
        out += "\"]}";
    } else if (const auto* fraction = value.as_double()) {
        append_fraction(out, *fraction);
    } else {
        out += "null";
    }
}

std::string to_json(const Value& value) {
    std::string out;
    append_json(out, value);
    return out;
}

}  // namespace sluice
