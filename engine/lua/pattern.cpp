#include "lua/pattern.hpp"

#include <algorithm>

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
        static constexpr std::string_view kSigns = "?*+-";
        static constexpr std::array kRepeats{Repeat::maybe, Repeat::many, Repeat::some, Repeat::few};
        const std::size_t found =
            at_ < text_.size() ? kSigns.find(text_[at_]) : std::string_view::npos;
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

/// Backtracks over items. The recursion is one frame a repeated item, so it is bounded by the
/// length of the pattern and not by the text. Captures need no restoring: whatever a failed try
/// wrote, the next try writes again before it is read.
class Pattern::Matcher {
  public:
    Matcher(const std::vector<Item>& items, std::string_view text, std::int64_t& steps)
        : items_(items), text_(text), steps_(steps) {}

    static constexpr std::size_t kNone = std::string_view::npos;

    std::size_t match(std::size_t item, std::size_t at) {
        for (; item < items_.size(); ++item) {
            if (--steps_ < 0) {
                return kNone;
            }
            const Item& now = items_[item];
            if (now.kind == Kind::set && now.repeat != Repeat::once) {
                return match_repeated(item, at);
            }
            at = step(now, at);
            if (at == kNone) {
                return kNone;
            }
        }
        return at;
    }

    std::array<Capture, kCapturesMax> captures{};

  private:
    bool fits(const Item& item, std::size_t at) const {
        return at < text_.size() && item.set[byte_at(at)];
    }

    unsigned char byte_at(std::size_t at) const { return static_cast<unsigned char>(text_[at]); }

    std::size_t step(const Item& item, std::size_t at) {
        switch (item.kind) {
            case Kind::set:
                return fits(item, at) ? at + 1 : kNone;
            case Kind::open:
                captures[item.capture] = {at, at, false};
                return at;
            case Kind::position:
                captures[item.capture] = {at, at, true};
                return at;
            case Kind::close:
                captures[item.capture].end = at;
                return at;
            case Kind::again:
                return repeat_capture(captures[item.capture], at);
            case Kind::balanced:
                return balance(item, at);
            case Kind::frontier: {
                const unsigned char before = at == 0 ? 0 : byte_at(at - 1);
                const unsigned char after = at < text_.size() ? byte_at(at) : 0;
                return !item.set[before] && item.set[after] ? at : kNone;
            }
            case Kind::end_of_text:
                return at == text_.size() ? at : kNone;
        }
        return kNone;
    }

    std::size_t repeat_capture(const Capture& capture, std::size_t at) {
        const std::string_view again = text_.substr(capture.begin, capture.end - capture.begin);
        steps_ -= static_cast<std::int64_t>(again.size() / 16);
        return text_.substr(at).starts_with(again) ? at + again.size() : kNone;
    }

    std::size_t balance(const Item& item, std::size_t at) {
        if (at >= text_.size() || byte_at(at) != item.from) {
            return kNone;
        }
        int depth = 1;
        for (std::size_t i = at + 1; i < text_.size(); ++i) {
            if (--steps_ < 0) {
                return kNone;
            }
            if (byte_at(i) == item.to) {
                if (--depth == 0) {
                    return i + 1;
                }
            } else if (byte_at(i) == item.from) {
                ++depth;
            }
        }
        return kNone;
    }

    std::size_t match_repeated(std::size_t item, std::size_t at) {
        const Item& now = items_[item];
        if (now.repeat == Repeat::few) {
            return match_few(item, at);
        }
        const std::size_t least = now.repeat == Repeat::some ? 1 : 0;
        const std::size_t most = now.repeat == Repeat::maybe ? 1 : text_.size();
        std::size_t count = 0;
        while (count < most && fits(now, at + count)) {
            ++count;
        }
        steps_ -= static_cast<std::int64_t>(count);
        for (; count + 1 > least && steps_ >= 0; --count) {
            const std::size_t end = match(item + 1, at + count);
            if (end != kNone) {
                return end;
            }
            if (count == 0) {
                break;
            }
        }
        return kNone;
    }

    std::size_t match_few(std::size_t item, std::size_t at) {
        while (steps_ >= 0) {
            const std::size_t end = match(item + 1, at);
            if (end != kNone) {
                return end;
            }
            if (!fits(items_[item], at)) {
                return kNone;
            }
            ++at;
            --steps_;
        }
        return kNone;
    }

    const std::vector<Item>& items_;
    std::string_view text_;
    std::int64_t& steps_;
};

std::expected<Pattern, std::string> Pattern::read(std::string_view text) {
    return Reader(text).read();
}

Pattern::Found Pattern::search(
    std::string_view text, std::size_t from, std::int64_t& steps, Match& match
) const {
    Matcher matcher(items_, text, steps);
    for (std::size_t begin = from; begin <= text.size(); ++begin) {
        const std::size_t end = matcher.match(0, begin);
        if (steps < 0) {
            return Found::too_much_work;
        }
        if (end != Matcher::kNone) {
            const auto first = matcher.captures.begin();
            match.begin = begin;
            match.end = end;
            match.captures.assign(first, first + static_cast<std::ptrdiff_t>(captures_));
            return Found::yes;
        }
        --steps;
        if (anchored_) {
            break;
        }
    }
    return Found::no;
}

}  // namespace sluice::lua
