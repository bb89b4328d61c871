#include <algorithm>

#include "lua/pattern.hpp"

namespace sluice::lua {
namespace {

using Set = std::bitset<256>;

bool is_upper(unsigned c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(unsigned c) { return c >= 'a' && c <= 'z'; }
bool is_digit(unsigned c) { return c >= '0' && c <= '9'; }
bool is_graphic(unsigned c) { return c > 0x20 && c < 0x7f; }

bool is_in_class(unsigned c, char name) {
    const bool alphabetic = is_upper(c) || is_lower(c);
    switch (name) {
        case 'a':
            return alphabetic;
        case 'c':
            return c < 0x20 || c == 0x7f;
        case 'd':
            return is_digit(c);
        case 'g':
            return is_graphic(c);
        case 'l':
            return is_lower(c);
        case 'p':
            return is_graphic(c) && !alphabetic && !is_digit(c);
        case 's':
            return c == ' ' || (c >= '\t' && c <= '\r');
        case 'u':
            return is_upper(c);
        case 'w':
            return alphabetic || is_digit(c);
        default:
            return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
}

/// The class behind '%': letters name classes, upper case their complement, others themselves.
Set escaped_set(char name) {
    const auto byte = static_cast<unsigned char>(name);
    const char lower = is_upper(byte) ? static_cast<char>(byte + 32) : name;
    Set set;
    if (std::string_view("acdglpsuwx").find(lower) == std::string_view::npos) {
        set.set(byte);
        return set;
    }
    for (unsigned c = 0; c < 256; ++c) {
        set.set(c, is_in_class(c, lower));
    }
    return is_upper(byte) ? ~set : set;
}

}  // namespace

class Pattern::Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::expected<Pattern, std::string> read() {
        if (text_.size() > kLengthMax) {
            return std::unexpected("the pattern is longer than 256 characters");
        }
        if (text_.starts_with('^')) {
            pattern_.anchored_ = true;
            at_ = 1;
        }
        while (at_ < text_.size() && problem_.empty()) {
            read_item();
        }
        if (problem_.empty() && !open_.empty()) {
            problem_ = "the pattern has a '(' without ')'";
        }
        if (!problem_.empty()) {
            return std::unexpected(problem_);
        }
        return std::move(pattern_);
    }

  private:
    void read_item() {
        const char c = text_[at_++];
        Item item;
        if (c == '(') {
            open_capture();
            return;
        }
        if (c == ')') {
            close_capture();
            return;
        }
        if (c == '$' && at_ == text_.size()) {
            item.kind = Kind::end_of_text;
            pattern_.items_.push_back(item);
            return;
        }
        if (c == '%' && read_special()) {
            return;
        }
        if (c == '%') {
            item.set = read_escape();
        } else if (c == '[') {
            item.set = read_brackets();
        } else if (c == '.') {
            item.set.set();
        } else {
            item.set.set(static_cast<unsigned char>(c));
        }
        item.repeat = read_repeat();
        pattern_.items_.push_back(item);
    }

    void open_capture() {
        Item item;
        if (pattern_.captures_ == kCapturesMax) {
            problem_ = "the pattern has more than 16 captures";
            return;
        }
        item.capture = pattern_.captures_++;
        item.kind = Kind::open;
        if (at_ < text_.size() && text_[at_] == ')') {
            ++at_;
            item.kind = Kind::position;
        } else {
            open_.push_back(item.capture);
        }
        pattern_.items_.push_back(item);
    }

    void close_capture() {
        if (open_.empty()) {
            problem_ = "the pattern has a ')' without '('";
            return;
        }
        Item item;
        item.kind = Kind::close;
        item.capture = open_.back();
        open_.pop_back();
        pattern_.items_.push_back(item);
    }

    /// %b, %f and %1 to %9; false leaves the position for an ordinary escape.
    bool read_special() {
        const char next = at_ < text_.size() ? text_[at_] : '\0';
        Item item;
        if (next == 'b') {
            if (text_.size() - at_ < 3) {
                problem_ = "'%b' needs two characters after it";
                return true;
            }
            item.kind = Kind::balanced;
            item.from = static_cast<unsigned char>(text_[at_ + 1]);
            item.to = static_cast<unsigned char>(text_[at_ + 2]);
            at_ += 3;
        } else if (next == 'f') {
            if (at_ + 1 >= text_.size() || text_[at_ + 1] != '[') {
                problem_ = "'%f' needs a set in brackets after it";
                return true;
            }
            at_ += 2;
            item.kind = Kind::frontier;
            item.set = read_brackets();
        } else if (next >= '0' && next <= '9') {
            ++at_;
            item.kind = Kind::again;
            item.capture = static_cast<std::size_t>(next - '1');
            const bool open = std::ranges::find(open_, item.capture) != open_.end();
            if (next == '0' || item.capture >= pattern_.captures_ || open) {
                problem_ = std::string("'%") + next + "' names a capture that is not complete";
                return true;
            }
        } else {
            return false;
        }
        pattern_.items_.push_back(item);
        return true;
    }

    Set read_escape() {
        if (at_ >= text_.size()) {
            problem_ = "the pattern ends with '%'";
            return {};
        }
        return escaped_set(text_[at_++]);
    }

    Set read_brackets() {
        const bool inverted = at_ < text_.size() && text_[at_] == '^';
        at_ += inverted ? 1 : 0;
        Set set;
        bool first = true;
        while (problem_.empty()) {
            if (at_ >= text_.size()) {
                problem_ = "the pattern has a '[' without ']'";
                break;
            }
            const char c = text_[at_++];
            if (c == ']' && !first) {
                break;
            }
            first = false;
            if (c == '%') {
                set |= read_escape();
            } else if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
                add_range(set, c, text_[at_ + 1]);
                at_ += 2;
            } else {
                set.set(static_cast<unsigned char>(c));
            }
        }
        return inverted ? ~set : set;
    }

    static void add_range(Set& set, char from, char to) {
        for (unsigned c = static_cast<unsigned char>(from); c <= static_cast<unsigned char>(to);
             ++c) {
            set.set(c);
        }
    }

    Repeat read_repeat() {
        static constexpr std::string_view kRepeatSigns = "?*+-";
        static constexpr std::array kRepeats{
            Repeat::maybe, Repeat::many, Repeat::some, Repeat::few
        };
        const std::size_t found =
            at_ < text_.size() ? kRepeatSigns.find(text_[at_]) : std::string_view::npos;
        if (found == std::string_view::npos) {
            return Repeat::once;
        }
        ++at_;
        return kRepeats[found];
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<std::size_t> open_;
    std::string problem_;
    Pattern pattern_;
};

std::expected<Pattern, std::string> Pattern::read(std::string_view text) {
    return Reader(text).read();
}

}  // namespace sluice::lua
