#include "json/fault.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "core/utf8.hpp"
#include "json/json.hpp"

namespace sluice::json {
namespace {

constexpr std::size_t kDepthMax = 500;
constexpr std::size_t kShownMax = 30;
constexpr std::size_t kHexDigits = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Reads like a parser but keeps nothing except where it is. Each function returns false once a
/// fault is found; then at_ stands on it and pointer_ leads to it.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    Fault run() {
        const bool is_whole = check_utf8() && value(0) && end();
        Fault fault{.pointer = pointer_, .what = is_whole ? "it cannot be read" : what_};
        const std::string_view before = text_.substr(0, at_);
        fault.line += static_cast<std::size_t>(std::ranges::count(before, '\n'));
        fault.column = at_ - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
        return fault;
    }

  private:
    [[nodiscard]] bool is_end() const { return at_ >= text_.size(); }
    [[nodiscard]] char here() const { return is_end() ? '\0' : text_[at_]; }

    /// What stands here, for a message.
    [[nodiscard]] std::string found() const {
        if (is_end()) {
            return "the text ends";
        }
        std::size_t stop = at_ + std::max<std::size_t>(utf8_size_at(text_, at_), 1);
        while (stop < text_.size() && stop - at_ < kShownMax && is_word(text_[stop]) &&
               is_word(here())) {
            ++stop;
        }
        return "'" + std::string(text_.substr(at_, stop - at_)) + "' stands";
    }
    static bool is_word(char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    bool wrong(std::string what) {
        what_ = std::move(what);
        return false;
    }
    bool wanted(std::string_view what) {
        return wrong(found() + " where " + std::string(what) + " is wanted");
    }

    bool check_utf8() {
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t size = utf8_size_at(text_, at);
            if (size == 0) {
                at_ = at;
                return wrong("a byte is not UTF-8");
            }
            at += size;
        }
        return true;
    }

    void skip_blanks() {
        while (!is_end() && std::string_view(" \t\r\n").find(here()) != std::string_view::npos) {
            ++at_;
        }
    }

    bool end() {
        skip_blanks();
        return is_end() || wanted("the end");
    }

    bool value(std::size_t depth) {
        skip_blanks();
        if (depth > kDepthMax) {
            return wrong("it is nested too deeply");
        }
        switch (here()) {
            case '{':
                return object(depth);
            case '[':
                return array(depth);
            case '"':
                return text();
            default:
                return is_digit(here()) || here() == '-' ? number() : literal();
        }
    }

    bool object(std::size_t depth) {
        ++at_;
        skip_blanks();
        if (here() == '}') {
            ++at_;
            return true;
        }
        while (member(depth)) {
            skip_blanks();
            if (here() == '}') {
                ++at_;
                return true;
            }
            if (here() != ',') {
                return wanted("',' or '}'");
            }
            ++at_;
        }
        return false;
    }

    bool member(std::size_t depth) {
        skip_blanks();
        if (here() != '"') {
            return wanted("a name in double quotes");
        }
        const std::size_t begin = at_ + 1;
        if (!text()) {
            return false;
        }
        const std::size_t outer = pointer_.size();
        pointer_ += pointer_step(text_.substr(begin, at_ - 1 - begin));
        skip_blanks();
        if (here() != ':') {
            return wanted("':'");
        }
        ++at_;
        return value(depth + 1) && leave(outer);
    }

    bool array(std::size_t depth) {
        ++at_;
        skip_blanks();
        if (here() == ']') {
            ++at_;
            return true;
        }
        for (std::size_t index = 0;; ++index) {
            const std::size_t outer = pointer_.size();
            pointer_ += "/" + std::to_string(index);
            if (!value(depth + 1)) {
                return false;
            }
            leave(outer);
            skip_blanks();
            if (here() == ']') {
                ++at_;
                return true;
            }
            if (here() != ',') {
                return wanted("',' or ']'");
            }
            ++at_;
        }
    }

    bool leave(std::size_t outer) {
        pointer_.resize(outer);
        return true;
    }

    bool text() {
        const std::size_t begin = at_++;
        while (!is_end() && here() != '"') {
            if (static_cast<unsigned char>(here()) < 0x20) {
                return wrong("a text holds a control character, wanted an escape like \\n");
            }
            if (here() == '\\' && !escape()) {
                return false;
            }
            ++at_;
        }
        if (is_end()) {
            at_ = begin;
            return wrong("a text that begins here has no closing quote");
        }
        ++at_;
        return true;
    }

    /// From the backslash to the last character of the escape.
    bool escape() {
        const std::size_t begin = at_++;
        if (here() != 'u') {
            const bool is_known =
                std::string_view("\"\\/bfnrt").find(here()) != std::string_view::npos;
            return (is_known && !is_end()) || broken_escape(begin);
        }
        const std::uint32_t unit = hex_at(at_ + 1);
        at_ += kHexDigits;
        if (unit < 0xd800 || unit > 0xdfff) {
            return unit <= 0xffff || broken_escape(begin);
        }
        // Half of a character: the other half must follow.
        const bool is_pair = unit < 0xdc00 && text_.substr(at_ + 1).starts_with("\\u");
        const std::uint32_t second = is_pair ? hex_at(at_ + 3) : 0;
        if (second < 0xdc00 || second > 0xdfff) {
            return broken_escape(begin);
        }
        at_ += kHexDigits + 2;
        return true;
    }

    bool broken_escape(std::size_t begin) {
        at_ = begin;
        return wrong("a text holds a broken escape '" + shown(begin, 6) + "'");
    }

    [[nodiscard]] std::string shown(std::size_t from, std::size_t size) const {
        return std::string(cut_text(text_.substr(std::min(from, text_.size())), size));
    }

    /// Above 0xffff when there are no four hexadecimal digits.
    [[nodiscard]] std::uint32_t hex_at(std::size_t at) const {
        const std::string_view digits = text_.substr(std::min(at, text_.size()), kHexDigits);
        std::uint32_t unit = 0x10000;
        if (digits.size() == kHexDigits && std::ranges::all_of(digits, is_hex)) {
            std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
        }
        return unit;
    }

    bool digits() {
        if (!is_digit(here())) {
            return wanted("a digit");
        }
        while (is_digit(here())) {
            ++at_;
        }
        return true;
    }

    bool number() {
        const std::size_t begin = at_;
        at_ += here() == '-' ? 1U : 0U;
        if (here() == '0') {
            ++at_;
            if (is_digit(here())) {
                at_ = begin;
                return wrong("a number begins with a zero, wanted none");
            }
        } else if (!digits()) {
            return false;
        }
        const bool is_whole = here() != '.' && here() != 'e' && here() != 'E';
        if (here() == '.' && (++at_, !digits())) {
            return false;
        }
        if (here() == 'e' || here() == 'E') {
            ++at_;
            at_ += here() == '+' || here() == '-' ? 1U : 0U;
            if (!digits()) {
                return false;
            }
        }
        return check_size(begin, is_whole);
    }

    bool check_size(std::size_t begin, bool is_whole) {
        const std::string_view all = text_.substr(begin, at_ - begin);
        std::int64_t whole = 0;
        double fraction = 0;
        const std::errc error =
            is_whole ? std::from_chars(all.data(), all.data() + all.size(), whole).ec
                     : std::from_chars(all.data(), all.data() + all.size(), fraction).ec;
        if (error == std::errc{}) {
            return true;
        }
        at_ = begin;
        return wrong(
            "the number " + shown(begin, std::min(all.size(), kShownMax)) + " is beyond 64 bits"
        );
    }

    bool literal() {
        for (const std::string_view word : {"true", "false", "null"}) {
            const std::string_view rest = text_.substr(at_);
            if (rest.starts_with(word) &&
                (rest.size() == word.size() || !is_word(rest[word.size()]))) {
                at_ += word.size();
                return true;
            }
        }
        return wanted("a value");
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string pointer_;
    std::string what_;
};

}  // namespace

Fault find_fault(std::string_view text) { return Reader(text).run(); }

}  // namespace sluice::json
