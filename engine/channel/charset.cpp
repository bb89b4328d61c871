#include "channel/charset.hpp"

#include <algorithm>
#include <array>
#include <iconv.h>
#include <utility>

#include "core/utf8.hpp"

namespace sluice::channel {
namespace {

constexpr const char* kUtf8 = "UTF-8";
constexpr const char* kGbk = "GB18030";

struct NamedCharset {
    std::string_view name;
    Charset charset;
};

constexpr std::array<NamedCharset, 5> kNames{{
    {"utf-8", Charset::utf8},
    {"utf8", Charset::utf8},
    {"gbk", Charset::gbk},
    {"gb18030", Charset::gbk},
    {"gb2312", Charset::gbk},
}};

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

/// A conversion that is closed again.
class Conversion {
  public:
    Conversion(const char* to, const char* from) : handle_(iconv_open(to, from)) {}
    ~Conversion() {
        if (is_open()) {
            iconv_close(handle_);
        }
    }
    Conversion(const Conversion&) = delete;
    Conversion& operator=(const Conversion&) = delete;

    [[nodiscard]] bool is_open() const {
        // The library says so with a pointer made of -1.
        return reinterpret_cast<std::intptr_t>(handle_) != -1;
    }

    /// nullopt when the bytes cannot be read or the characters not be written.
    [[nodiscard]] std::optional<std::string> run(std::string_view bytes) const {
        std::string input(bytes);
        // No character grows to more than three bytes for each that it had, nor beyond four.
        std::string output(bytes.size() * 4 + 4, '\0');
        char* from = input.data();
        char* to = output.data();
        std::size_t left = input.size();
        std::size_t room = output.size();
        const std::size_t failed = iconv(handle_, &from, &left, &to, &room);
        if (failed != 0 || left != 0) {
            return std::nullopt;
        }
        output.resize(output.size() - room);
        return output;
    }

  private:
    iconv_t handle_;
};

Result<std::string> convert(const char* to, const char* from, std::string_view bytes) {
    const Conversion conversion(to, from);
    if (!conversion.is_open()) {
        return fail(
            ErrorCode::unavailable,
            "the system converts nothing from " + std::string(from) + " to " + to
        );
    }
    auto converted = conversion.run(bytes);
    if (!converted) {
        return fail(
            ErrorCode::invalid, std::to_string(bytes.size()) + " bytes are no text in " + from
        );
    }
    return *std::move(converted);
}

}  // namespace

std::optional<Charset> parse_charset(std::string_view name) {
    const auto found = std::ranges::find(kNames, lower(name), &NamedCharset::name);
    return found == kNames.end() ? std::nullopt : std::optional(found->charset);
}

Result<std::string> to_utf8(std::string_view bytes, Charset from) {
    if (bytes.find('\0') != std::string_view::npos) {
        return fail(ErrorCode::invalid, "the text contains a NUL");
    }
    if (from == Charset::gbk) {
        return convert(kUtf8, kGbk, bytes);
    }
    if (!is_utf8(bytes)) {
        return fail(
            ErrorCode::invalid, std::to_string(bytes.size()) + " bytes are no text in UTF-8"
        );
    }
    return std::string(bytes);
}

Result<std::string> from_utf8(std::string_view text, Charset to) {
    if (!is_utf8(text)) {
        return fail(
            ErrorCode::invalid, std::to_string(text.size()) + " bytes are no text in UTF-8"
        );
    }
    return to == Charset::gbk ? convert(kGbk, kUtf8, text) : std::string(text);
}

}  // namespace sluice::channel
