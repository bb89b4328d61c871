#include "lua/gate_lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "lua/gate_characters.hpp"

namespace sluice::lua {
namespace {

constexpr std::size_t kNameMax = 64;
constexpr std::size_t kNumberMax = 40;
constexpr std::size_t kLiteralMax = 16U << 10;

constexpr std::array<std::string_view, 22> kKeywords{
    "and",      "break",  "do",   "else", "elseif", "end",   "false", "for",
    "function", "goto",   "if",   "in",   "local",  "nil",   "not",   "or",
    "repeat",   "return", "then", "true", "until",  "while",
};

// Longest first, so that the first that fits is the one meant.
constexpr std::array<std::string_view, 32> kSigns{
    "...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>", "+", "-", "*", "/", "%", "^",
    "#",   "&",  "~",  "|",  "<",  ">",  "=",  "(",  ")",  "{",  "}", "[", "]", ";", ":", ",",
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kForeign{{
    {"!=", "write ~= for 'not equal'"},
    {"!", "write 'not' to negate"},
    {"&&", "write 'and'"},
    {"||", "write 'or'"},
    {"+=", "write x = x + ..."},
    {"-=", "write x = x - ..."},
    {"*=", "write x = x * ..."},
    {"++", "write x = x + 1"},
    {"=>", "write = between a field and its value"},
    {"..=", "write x = x .. ..."},
    {"//=", "write x = x // ..."},
    {"?", "write 'condition and a or b'"},
}};

class Lexer {
  public:
    explicit Lexer(std::string_view source) : source_(source) {}

    std::expected<std::vector<Token>, Refusal> read() {
        tokens_.reserve(source_.size() / 5);
        while (!refusal_ && skip_blanks()) {
            read_token();
        }
        if (refusal_) {
            return std::unexpected(*refusal_);
        }
        tokens_.push_back(Token{Token::Kind::end, line_, {}, {}});
        return std::move(tokens_);
    }

  private:
    char at(std::size_t ahead = 0) const {
        return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
    }

    void refuse(std::string message) {
        if (!refusal_) {
            refusal_ = Refusal{line_, std::move(message)};
        }
        at_ = source_.size();
    }

    /// False at the end of the script.
    bool skip_blanks() {
        while (at_ < source_.size()) {
            const char c = source_[at_];
            if (c == '\n') {
                ++line_;
            } else if (c == '-' && at(1) == '-') {
                skip_comment();
                continue;
            } else if (c != ' ' && c != '\t' && c != '\r') {
                return true;
            }
            ++at_;
        }
        return false;
    }

    void skip_comment() {
        at_ += 2;
        const std::optional<std::size_t> level = long_bracket();
        if (!level) {
            at_ = std::min(source_.find('\n', at_), source_.size());
            return;
        }
        const int begin = line_;
        std::string ignored;
        if (!read_long(*level, ignored)) {
            line_ = begin;
            refuse("this comment is not closed: ]] is missing");
        }
    }

    /// How many '=' the long bracket here has, if there is one.
    std::optional<std::size_t> long_bracket() const {
        if (at() != '[') {
            return std::nullopt;
        }
        std::size_t level = 0;
        while (at(1 + level) == '=') {
            ++level;
        }
        return at(1 + level) == '[' ? std::optional(level) : std::nullopt;
    }

    bool read_long(std::size_t level, std::string& out) {
        const std::string close = "]" + std::string(level, '=') + "]";
        std::size_t begin = at_ + 2 + level;
        const std::size_t end = source_.find(close, begin);
        if (end == std::string_view::npos) {
            return false;
        }
        const std::string_view inside = source_.substr(begin, end - begin);
        line_ += static_cast<int>(std::ranges::count(inside, '\n'));
        const std::size_t blank =
            inside.starts_with("\r\n") ? 2 : (inside.starts_with('\n') ? 1 : 0);
        for (const char c : inside.substr(blank)) {
            if (c != '\r') {
                out.push_back(c);
            }
        }
        at_ = end + close.size();
        return true;
    }

    void add(Token::Kind kind, std::size_t size, std::string value = {}) {
        tokens_.push_back(Token{kind, line_, source_.substr(at_, size), std::move(value)});
        at_ += size;
    }

    void read_token() {
        const char c = at();
        if (is_letter(c)) {
            read_name();
        } else if (is_digit(c) || (c == '.' && is_digit(at(1)))) {
            read_number();
        } else if (c == '"' || c == '\'') {
            read_text(c);
        } else if (const auto level = long_bracket(); level) {
            read_long_text(*level);
        } else {
            read_sign();
        }
    }

    void read_name() {
        std::size_t size = 1;
        while (is_letter(at(size)) || is_digit(at(size))) {
            ++size;
        }
        const std::string_view name = source_.substr(at_, size);
        if (size > kNameMax) {
            refuse("a name has at most 64 characters");
        } else if (name == "_ENV" || name == "_G") {
            refuse("'" + std::string(name) + "' is not available");
        } else {
            const bool keyword = std::ranges::find(kKeywords, name) != kKeywords.end();
            add(keyword ? Token::Kind::keyword : Token::Kind::name, size);
        }
    }

    void read_number() {
        const bool hexadecimal = at() == '0' && (at(1) == 'x' || at(1) == 'X');
        std::size_t size = hexadecimal ? 2 : 0;
        while (is_digit(at(size)) || is_letter(at(size)) || at(size) == '.') {
            const bool exponent = !hexadecimal && (at(size) == 'e' || at(size) == 'E');
            ++size;
            if (exponent && (at(size) == '+' || at(size) == '-')) {
                ++size;
            }
        }
        const std::string_view word = source_.substr(at_, size);
        const bool good = hexadecimal ? is_hexadecimal(word.substr(2)) : is_decimal(word);
        if (!good || size > kNumberMax) {
            refuse("'" + std::string(word.substr(0, kNumberMax)) + "' is not a number");
            return;
        }
        std::int64_t whole = 0;
        const char* end = word.data() + word.size();
        const char* begin = word.data() + (hexadecimal ? 2 : 0);
        const auto parsed = std::from_chars(begin, end, whole, hexadecimal ? 16 : 10);
        if (parsed.ec == std::errc::result_out_of_range) {
            refuse("'" + std::string(word) + "' is too large for a whole number");
            return;
        }
        add(Token::Kind::number, size);
    }

    static bool is_hexadecimal(std::string_view digits) {
        return !digits.empty() &&
               digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    }

    static bool is_decimal(std::string_view word) {
        double number = 0;
        const char* end = word.data() + word.size();
        const auto parsed = std::from_chars(word.data(), end, number);
        return parsed.ptr == end && parsed.ec == std::errc();
    }

    void read_text(char quote) {
        const std::size_t begin = at_;
        std::string value;
        ++at_;
        while (!refusal_ && at() != quote) {
            if (at_ >= source_.size() || at() == '\n') {
                refuse("this text is not closed: a quote is missing");
            } else if (at() == '\\') {
                read_escape(value);
            } else {
                value.push_back(source_[at_++]);
            }
        }
        if (value.size() > kLiteralMax) {
            refuse("a text in a script has at most 16 KiB");
        }
        if (!refusal_) {
            const std::size_t size = at_ + 1 - begin;
            at_ = begin;
            add(Token::Kind::text, size, std::move(value));
        }
    }

    void read_escape(std::string& value) {
        static constexpr std::string_view kNames = "abfnrtv\\\"'";
        static constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\\"'";
        ++at_;
        const std::size_t named = kNames.find(at());
        if (at_ < source_.size() && named != std::string_view::npos) {
            value.push_back(kBytes[named]);
            ++at_;
        } else if (at() == 'x') {
            read_number_escape(value, {.skip = 1, .base = 16, .digits_max = 2});
        } else if (is_digit(at())) {
            read_number_escape(value, {.skip = 0, .base = 10, .digits_max = 3});
        } else {
            refuse("unknown escape in a text: write \\\\ for a backslash");
        }
    }

    struct NumberEscape {
        std::size_t skip;
        int base;
        std::size_t digits_max;
    };

    void read_number_escape(std::string& value, NumberEscape escape) {
        at_ += escape.skip;
        const std::string_view rest = source_.substr(at_, escape.digits_max);
        int byte = 0;
        const auto parsed =
            std::from_chars(rest.data(), rest.data() + rest.size(), byte, escape.base);
        const auto size = static_cast<std::size_t>(parsed.ptr - rest.data());
        const bool complete = escape.base == 10 || size == escape.digits_max;
        if (parsed.ec != std::errc() || !complete || byte < 0 || byte > 255) {
            refuse("this escape in a text is not a byte: \\0 to \\255 or \\x00 to \\xff");
            return;
        }
        value.push_back(static_cast<char>(byte));
        at_ += size;
    }

    void read_long_text(std::size_t level) {
        Token token{Token::Kind::text, line_, source_.substr(at_, 2), {}};
        if (!read_long(level, token.value)) {
            refuse("this long text is not closed: ]] is missing");
        } else if (token.value.size() > kLiteralMax) {
            refuse("a text in a script has at most 16 KiB");
        } else {
            tokens_.push_back(std::move(token));
        }
    }

    void read_sign() {
        const std::string_view rest = source_.substr(at_);
        for (const auto& [sign, advice] : kForeign) {
            if (rest.starts_with(sign) && !(sign.ends_with('=') && rest.starts_with("==="))) {
                refuse("'" + std::string(sign) + "' is not known: " + std::string(advice));
                return;
            }
        }
        for (const std::string_view sign : kSigns) {
            if (rest.starts_with(sign)) {
                add(Token::Kind::sign, sign.size());
                return;
            }
        }
        if (rest.starts_with('.')) {
            add(Token::Kind::sign, 1);
            return;
        }
        refuse(describe_foreign_character(rest));
    }

    std::string_view source_;
    std::size_t at_ = 0;
    int line_ = 1;
    std::vector<Token> tokens_;
    std::optional<Refusal> refusal_;
};

void append_text(std::string& out, std::string_view value) {
    out.push_back('"');
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
            out.push_back(c);
            continue;
        }
        out.push_back('\\');
        out.push_back(static_cast<char>('0' + byte / 100));
        out.push_back(static_cast<char>('0' + byte / 10 % 10));
        out.push_back(static_cast<char>('0' + byte % 10));
    }
    out.push_back('"');
}

}  // namespace

std::string Token::describe() const {
    if (kind == Kind::end) {
        return "the end of the script";
    }
    return kind == Kind::text ? "a text" : "'" + std::string(word) + "'";
}

std::expected<std::vector<Token>, Refusal> read_tokens(std::string_view source) {
    return Lexer(source).read();
}

std::string write_tokens(const std::vector<Token>& tokens) {
    std::string out;
    int line = 1;
    for (const Token& token : tokens) {
        if (token.line > line) {
            out.append(static_cast<std::size_t>(token.line - line), '\n');
            line = token.line;
        } else if (!out.empty()) {
            out.push_back(' ');
        }
        if (token.kind == Token::Kind::text) {
            append_text(out, token.value);
        } else {
            out += token.word;
        }
    }
    return out;
}

}  // namespace sluice::lua
