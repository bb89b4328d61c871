#include "log/line.hpp"

#include <fmt/format.h>

#include "core/value.hpp"

namespace sluice::log {
namespace {

bool is_plain(std::string_view text) {
    constexpr std::string_view kSpecial = " \"=\\";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f || kSpecial.find(c) != std::string_view::npos) {
            return false;
        }
    }
    return !text.empty();
}

void append_text(std::string& out, Format format, std::string_view text) {
    if (format == Format::text && is_plain(text)) {
        out += text;
    } else {
        append_json_text(out, text);
    }
}

struct AppendValue {
    std::string& out;
    Format format;

    void operator()(std::int64_t value) const {
        fmt::format_to(std::back_inserter(out), "{}", value);
    }
    void operator()(double value) const { fmt::format_to(std::back_inserter(out), "{}", value); }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(std::string_view value) const { append_text(out, format, value); }
    void operator()(const FieldId& value) const {
        append_text(out, format, std::string(value.prefix) + value.raw.to_string());
    }
    void operator()(const Money& value) const { append_text(out, format, value.describe()); }
};

void append_fields(std::string& out, Format format, std::span<const Field> fields) {
    for (const Field& field : fields) {
        if (format == Format::json) {
            out += ',';
            append_json_text(out, field.key());
            out += ':';
        } else {
            out += ' ';
            out += field.key();
            out += '=';
        }
        std::visit(AppendValue{out, format}, field.value());
    }
}

}  // namespace

std::string_view to_string(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warn:
            return "warn";
        case Level::error:
            return "error";
        case Level::off:
            return "off";
    }
    return "off";
}

std::string format_line(Format format, const Line& line) {
    std::string out;
    out.reserve(160);
    if (format == Format::json) {
        out += R"({"time":")" + format_rfc3339(line.time) + R"(","level":")";
        out += to_string(line.level);
        out += R"(","event":)";
        append_json_text(out, line.event);
    } else {
        out += format_rfc3339(line.time) + ' ';
        out += to_string(line.level);
        out += ' ';
        out += line.event;
    }
    append_fields(out, format, line.context);
    append_fields(out, format, line.fields);
    if (format == Format::json) {
        out += '}';
    }
    return out;
}

}  // namespace sluice::log
