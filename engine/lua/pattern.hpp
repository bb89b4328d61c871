#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::lua {

/// A Lua pattern, read once and checked before it meets a text. Matching counts its steps and gives
/// up when they are used: a pattern can never hold the host. Same results as Lua's own matcher.
class Pattern {
  public:
    static constexpr std::int64_t kStepsMax = 100'000;
    static constexpr std::size_t kLengthMax = 256;
    static constexpr std::size_t kCapturesMax = 16;

    /// What one pair of parentheses caught; a position when `is_position`.
    struct Capture {
        std::size_t begin = 0;
        std::size_t end = 0;
        bool is_position = false;
    };

    struct Match {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::vector<Capture> captures;
    };

    enum class Found { yes, no, too_much_work };

    /// The error says what is wrong with the pattern, for its author.
    static std::expected<Pattern, std::string> read(std::string_view text);

    /// Looks from `from` on for the first match; `steps` counts down over several calls.
    Found search(std::string_view text, std::size_t from, std::int64_t& steps, Match& match) const;

    [[nodiscard]] bool is_anchored() const { return anchored_; }

  private:
    enum class Kind { set, open, close, position, again, balanced, frontier, end_of_text };
    enum class Repeat { once, maybe, many, some, few };
    struct Item {
        Kind kind = Kind::set;
        Repeat repeat = Repeat::once;
        std::bitset<256> set;
        std::size_t capture = 0;
        unsigned char from = 0;
        unsigned char to = 0;
    };
    class Reader;
    class Matcher;

    std::vector<Item> items_;
    std::size_t captures_ = 0;
    bool anchored_ = false;
};

}  // namespace sluice::lua
