#include "channel/json_source.hpp"

#include "json/json.hpp"

namespace sluice::channel {
namespace {

/// Walks a text that is known to be JSON.
class Walk {
  public:
    explicit Walk(std::string_view text) : text_(text) {}

    void skip_blanks() {
        const std::size_t next = text_.find_first_not_of(kJsonBlanks, place_);
        place_ = next == std::string_view::npos ? text_.size() : next;
    }
    [[nodiscard]] bool is_at(char c) const { return place_ < text_.size() && text_[place_] == c; }
    [[nodiscard]] bool is_over() const { return place_ >= text_.size(); }
    void step() { ++place_; }

    /// Past the value at this place; gives its text.
    std::string_view take_value() {
        const std::size_t begin = place_;
        if (is_at('"')) {
            skip_text();
        } else if (is_at('{') || is_at('[')) {
            skip_nested();
        } else {
            const std::size_t end = text_.find_first_of(",}] \t\r\n", place_);
            place_ = end == std::string_view::npos ? text_.size() : end;
        }
        return text_.substr(begin, place_ - begin);
    }

  private:
    void skip_text() {
        for (step(); !is_over() && !is_at('"'); step()) {
            if (is_at('\\')) {
                step();
            }
        }
        step();
    }

    void skip_nested() {
        std::size_t depth = 0;
        do {
            if (is_at('"')) {
                skip_text();
                continue;
            }
            if (is_at('{') || is_at('[')) {
                ++depth;
            } else if (is_at('}') || is_at(']')) {
                --depth;
            }
            step();
        } while (depth > 0 && !is_over());
    }

    std::string_view text_;
    std::size_t place_ = 0;
};

}  // namespace

std::optional<std::string_view> json_source(std::string_view record, std::string_view member) {
    const auto parsed = json::parse(record);
    if (!parsed || parsed->as_object() == nullptr) {
        return std::nullopt;
    }
    const std::string quoted = '"' + std::string(member) + '"';
    std::optional<std::string_view> found;
    Walk walk(record);
    walk.skip_blanks();
    walk.step();
    for (walk.skip_blanks(); !walk.is_over() && !walk.is_at('}'); walk.skip_blanks()) {
        if (walk.is_at(',')) {
            walk.step();
            continue;
        }
        const std::string_view name = walk.take_value();
        walk.skip_blanks();
        walk.step();
        walk.skip_blanks();
        const std::string_view value = walk.take_value();
        if (name == quoted && found) {
            return std::nullopt;
        }
        if (name == quoted) {
            found = value;
        }
    }
    return found;
}

}  // namespace sluice::channel
