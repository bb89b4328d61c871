#include "simulator/body_reader.hpp"

#include <algorithm>
#include <iterator>

namespace sluice::simulator {

namespace {

/// nullptr when nothing stands there.
const Value* at(const Value& body, std::string_view pointer) {
    const Value* place = &body;
    while (!pointer.empty() && place != nullptr) {
        pointer.remove_prefix(1);
        const std::size_t end = std::min(pointer.find('/'), pointer.size());
        place = place->find(pointer.substr(0, end));
        pointer.remove_prefix(end);
    }
    return place;
}

}  // namespace

Value sorted_by_name(const Value& value) {
    if (const ValueArray* list = value.as_array(); list != nullptr) {
        ValueArray out;
        std::ranges::transform(*list, std::back_inserter(out), sorted_by_name);
        return Value(std::move(out));
    }
    const ValueObject* record = value.as_object();
    if (record == nullptr) {
        return value;
    }
    ValueObject out;
    for (const auto& [name, member] : *record) {
        out.emplace_back(name, sorted_by_name(member));
    }
    std::ranges::sort(out, {}, &ValueMember::first);
    return Value(std::move(out));
}

bool is_notify_url(std::string_view url) {
    const bool has_scheme = url.starts_with("https://") || url.starts_with("http://");
    return has_scheme && url.find_first_of("?# ") == std::string_view::npos;
}

std::string BodyReader::text(const TextRule& rule) {
    const Value* value = at(body_, rule.pointer);
    if (value == nullptr || value->is_null()) {
        require(rule.need == Need::optional, rule.pointer, "the parameter is required");
        return {};
    }
    const std::string* text = value->as_text();
    if (text == nullptr) {
        fail_at(rule.pointer, "the parameter must be text");
        return {};
    }
    if (text->size() > rule.bytes_max || (text->empty() && rule.need == Need::required)) {
        fail_at(
            rule.pointer, "the text must have 1 to " + std::to_string(rule.bytes_max) + " bytes"
        );
    }
    return *text;
}

std::string BodyReader::notify_url(const TextRule& rule) {
    std::string url = text(rule);
    require(
        url.empty() || is_notify_url(url),
        rule.pointer,
        "notify_url must be a whole address without a query"
    );
    return url;
}

void BodyReader::currency(const TextRule& rule) {
    const std::string code = text(rule);
    require(
        code == "CNY" || (code.empty() && rule.need == Need::optional),
        rule.pointer,
        "the currency must be CNY"
    );
}

std::int64_t BodyReader::amount(std::string_view pointer) {
    const Value* value = at(body_, pointer);
    const std::int64_t* number = value == nullptr ? nullptr : value->as_int();
    if (number == nullptr || *number < 1) {
        fail_at(pointer, "the amount must be a whole number of fen, at least 1");
        return 0;
    }
    return *number;
}

void BodyReader::require(bool holds, std::string_view pointer, std::string issue) {
    if (!holds) {
        fail_at(pointer, std::move(issue));
    }
}

void BodyReader::fail_at(std::string_view pointer, std::string issue) {
    if (error_) {
        return;
    }
    const Value* value = at(body_, pointer);
    error_ =
        parameter_error(std::string(pointer), value == nullptr ? Value() : *value, std::move(issue))
            .error();
}

}  // namespace sluice::simulator
