#include "lua/pattern.hpp"

namespace sluice::lua {

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
